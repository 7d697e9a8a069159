package suite

import (
	"fmt"
	"io"
	"time"

	"tintype/core/pipeline"
	"tintype/model"
	"tintype/weights"
)

// Open opens a file of site/models.
type Open func(file string) (io.ReadCloser, error)

// Models loads every model of the manifest and prints what loading, a network
// pass and a picture take, and where the time of a pass goes.
//
//	model ID load  ms from the first byte to a checked, packed network
//	model ID pass  ms of one network pass, for one picture and for the two halves of guidance
//	model ID picture  ms of a picture with the model's own defaults
//
// and for the graphs, where the time of a pass goes.
func Models(print Printer, open Open) error {
	text, err := readAll(open, "index.json")
	if err != nil {
		return err
	}
	manifest, err := weights.ParseManifest("index.json", string(text))
	if err != nil {
		return err
	}
	for _, entry := range manifest {
		if err := measure(print, open, entry); err != nil {
			return fmt.Errorf("model %s: %w", entry.ID, err)
		}
	}
	for _, g := range Graphs {
		engine, err := g.Build()
		if err == nil {
			err = engine.Profile(print)
		}
		if err != nil {
			return fmt.Errorf("graph %s: %w", g.Name, err)
		}
	}
	return nil
}

func readAll(open Open, file string) ([]byte, error) {
	r, err := open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func measure(print Printer, open Open, entry weights.Entry) error {
	start := time.Now()
	m, err := load(open, entry)
	if err != nil {
		return err
	}
	print.linef("model %s load %.0f ms", entry.ID, ms(time.Since(start)))
	spec := m.Defaults()
	if err := pass(print, entry.ID, m, 1); err != nil {
		return err
	}
	if spec.Guidance.On() {
		if err := pass(print, entry.ID, m, 2); err != nil {
			return err
		}
	}
	if spec.Guidance.On() { // at the other levels one half is enough
		bounded := spec
		bounded.Guidance.SigmaMin, bounded.Guidance.SigmaMax = 0.3, 5
		if err := pictures(print, entry.ID+", guided from sigma 5 to 0.3:", m, bounded); err != nil {
			return err
		}
	}
	if err := pictures(print, entry.ID, m, spec); err != nil {
		return err
	}
	return profile(print, entry.ID, func(between func() error) (*Passes, error) { return modelPasses(m, 1, between) })
}

func load(open Open, entry weights.Entry) (*model.Model, error) {
	r, err := open(entry.File)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	c, err := weights.Open(r, entry.File, weights.Options{Expect: entry.Expect()})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return model.Load(c)
}

// pass times the network alone, on a batch of n.
func pass(print Printer, id string, m *model.Model, n int) error {
	p, err := modelPasses(m, n, nil)
	if err != nil {
		return err
	}
	took := perCall(func() {
		if failed := p.once(); failed != nil {
			err = failed
		}
	})
	print.linef("model %s pass, batch of %d: %.2f ms", id, n, ms(took))
	objects, bytes := allocations(func() { p.once() })
	print.Target(4, objects == 0, "%s allocates %.1f objects, %.0f bytes a pass of %d, expected none", id, objects, bytes, n)
	return err
}

// pictures times whole pictures with the checkpoint's own settings.
func pictures(print Printer, id string, m *model.Model, spec pipeline.Spec) error {
	run, err := pipeline.Compile(&m.Model, spec, nil)
	if err != nil {
		return err
	}
	picture := func() {
		if failed := run.Reset(spec.Seed, spec.Choice); failed != nil {
			err = failed
		}
		for done := false; !done && err == nil; {
			done, err = run.Step()
		}
	}
	took := perCall(picture)
	print.linef("model %s picture of %d steps with %v: %.1f ms", id, spec.Steps, spec.Solver, ms(took))
	objects, bytes := allocations(picture)
	print.Target(4, objects == 0, "%s allocates %.1f objects, %.0f bytes a picture of %d steps, expected none", id, objects, bytes, spec.Steps)
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
