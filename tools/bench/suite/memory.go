package suite

import (
	"errors"
	"fmt"
	"io"
	"runtime"

	"tintype/core/pipeline"
	"tintype/model"
	"tintype/weights"
)

// Memory loads a checkpoint, begins a picture and prints what memory that took, beside the goals for it.
// taken is what the program has taken from its machine so far; it never falls, so Memory is for a program that has
// done nothing else.
func Memory(print Printer, name string, file io.Reader, taken func() int64) error {
	start := taken()
	held, used := live()
	c, err := weights.Open(file, name, weights.Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	largest := int64(0)
	for _, info := range c.Tensors() {
		largest = max(largest, info.Bytes())
	}
	m, err := model.Load(c)
	if err != nil {
		return err
	}
	loaded := taken()
	now, _ := live()
	packed := now - held
	spec := m.Defaults()
	if err := begin(m, spec); err != nil {
		return err
	}
	ran := start + inUse() - used
	high := taken()
	pair, all, err := activations(m, spec)
	if err != nil {
		return err
	}
	const slack = 8 << 20
	running := start + packed + pair*3/2
	loading := running + largest + slack
	print.linef("memory %s: %s the program, %s packed weights, %s activations, %s the largest pair of them, %s the largest stored tensor",
		name, mib(start), mib(packed), mib(all), mib(pair), mib(largest))
	print.Target(4, loaded <= loading, "%s took %s while loading, at most %s", name, mib(loaded), mib(loading))
	print.Target(4, ran <= running, "%s needs %s while a picture is made (%s were taken in all), at most %s", name, mib(ran), mib(high), mib(running))
	return nil
}

// begin does the first steps of a picture: everything that a whole one needs is allocated then.
func begin(m *model.Model, spec pipeline.Spec) error {
	run, err := pipeline.Compile(&m.Model, spec, nil)
	if err != nil {
		return err
	}
	if err := run.Reset(spec.Seed, spec.Choice); err != nil {
		return err
	}
	for done := false; !done && run.Progress().Step < 2; {
		if done, err = run.Step(); err != nil {
			return err
		}
	}
	return nil
}

// activations is the bytes of the two largest activations that live at one time in a pass of such a picture, and of
// all places for activations.
func activations(m *model.Model, spec pipeline.Spec) (pair, all int64, err error) {
	n := 1
	if spec.Guidance.On() {
		n = 2 // both halves in one pass
	}
	net, err := m.Network.Plan(n, m.H, m.W, nil)
	if err != nil {
		return 0, 0, err
	}
	planned, ok := net.(interface {
		Pair() int64
		Bytes() int64
	})
	if !ok {
		return 0, 0, errors.New("this network does not tell its activations")
	}
	return planned.Pair(), planned.Bytes(), nil
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
