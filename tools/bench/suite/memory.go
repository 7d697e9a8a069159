package suite

import (
	"errors"
	"fmt"
	"io"
	"runtime"

	"tintype/core/pipeline"
	"tintype/core/tensor"
	"tintype/model"
	"tintype/weights"
)

// Memory loads a checkpoint, begins a picture and prints what memory that took, beside the goals for it.
// taken is what the program has taken from its machine so far; it never falls, so Memory is for a program that has
// done nothing else.
//
//	memory ID: what the parts take by their own account: the program before it loads anything, the packed weights, the
//	  activations and scratch of a pass, the pictures of the sampler
//	memory ID: the largest pair, which is the two largest activations (what a layer reads or writes; neither scratch
//	  nor frames) that are alive together, and all activations that are
//
// and against target 4 the heap's pages in use while a picture is made, beside all that was ever taken, the bound of
// program + weights + 1.5 pairs, and program + weights + activations, which smaller scratch or other places cannot beat.
func Memory(print Printer, name string, file io.Reader, taken func() int64) error {
	start := taken()
	held, used := live()
	m, largest, err := loadMeasured(name, file)
	if err != nil {
		return err
	}
	loaded := taken()
	now, _ := live()
	packed := now - held
	spec := m.Defaults()
	needs, err := begin(m, spec)
	if err != nil {
		return err
	}
	ran := start + inUse() - used
	high := taken()
	use, err := passUse(m, spec)
	if err != nil {
		return err
	}
	pair, activations := 4*int64(use.Pair), 4*int64(use.Activations)
	const slack = 8 << 20
	running := start + packed + pair*3/2
	loading := running + largest + slack
	print.linef("memory %s: program %s, weights %s, activations %s, scratch %s, sampler %s, total %s",
		name, mib(start), mib(m.Packed), mib(activations), mib(needs.Pass-activations), mib(needs.Sampler), mib(start+m.Packed+needs.Total()))
	print.linef("memory %s: largest pair of activations %s, 1.5 times that %s; layer by layer a pass has %s of activations alive at one time, skips among them",
		name, mib(pair), mib(pair*3/2), mib(activations))
	print.Target(4, loaded <= loading, "%s took %s while loading, at most %s", name, mib(loaded), mib(loading))
	print.Target(4, ran <= running, "%s needs %s while a picture is made (%s were taken in all), at most %s; activations alone make it %s",
		name, mib(ran), mib(high), mib(running), mib(start+packed+activations))
	return nil
}

// loadMeasured loads a checkpoint and tells the bytes of its largest stored tensor.
func loadMeasured(name string, file io.Reader) (m *model.Model, largest int64, err error) {
	c, err := weights.Open(file, name, weights.Options{})
	if err != nil {
		return nil, 0, err
	}
	defer c.Close()
	for _, info := range c.Tensors() {
		largest = max(largest, info.Bytes())
	}
	m, err = model.Load(c)
	return m, largest, err
}

// begin does the first steps of a picture: everything that a whole one needs is allocated then.
func begin(m *model.Model, spec pipeline.Spec) (pipeline.Memory, error) {
	run, err := pipeline.Compile(&m.Model, spec, nil)
	if err != nil {
		return pipeline.Memory{}, err
	}
	for done := false; !done && run.Progress().Step < 2; {
		if done, err = run.Step(); err != nil {
			return pipeline.Memory{}, err
		}
	}
	return run.Memory(), nil
}

// passUse is what a pass of such a picture has in memory.
func passUse(m *model.Model, spec pipeline.Spec) (tensor.Use, error) {
	n := spec.Batch
	if spec.Guidance.On() {
		n *= 2 // both halves in one pass
	}
	net, err := m.Network.Plan(n, m.H, m.W, nil)
	if err != nil {
		return tensor.Use{}, err
	}
	planned, ok := net.(interface{ Use() tensor.Use })
	if !ok {
		return tensor.Use{}, errors.New("this network does not tell its activations")
	}
	return planned.Use(), nil
}

// live is the bytes of all objects that are reachable, and of the memory that then is in use.
func live() (reachable, used int64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), int64(m.HeapInuse)
}

// inUse is the bytes of the memory that objects lie in, those that nobody needs any more too.
func inUse() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
