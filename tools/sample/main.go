// Command sample draws pictures with a checkpoint and prints the SHA-256 of
// their RGBA bytes, row by row, pictures in order, alone on the last line of
// standard output. The page prints the same hash for the same settings.
//
//	go run ./tools/sample -model FILE [-label ...] [-seed N] [-steps N] ... -o out.png
//
// A flag left out takes the checkpoint's default. Picture k of -count is the
// picture of seed+k alone; several pictures are written as one sheet without
// gaps, ceil(sqrt(count)) columns, at their native size.
package main

import (
	"fmt"
	"io"
	"os"

	"tintype/core/pipeline"
	"tintype/internal/command"
	"tintype/internal/picture"
	"tintype/internal/wholefile"
	"tintype/model"
	"tintype/weights"
)

func main() {
	command.Main("sample", func(args []string) int { return run(args, os.Stdout, os.Stderr) })
}

func run(args []string, stdout, stderr io.Writer) int {
	r := &request{count: 1, photos: photoFlags{said: stderr}}
	return r.define().Run(args, stdout, stderr, func(stdout io.Writer) error {
		if err := r.check(); err != nil {
			return err
		}
		return r.run(stdout, stderr)
	})
}

func (r *request) run(stdout, stderr io.Writer) error {
	switch {
	case r.list:
		return r.printList(stdout)
	case r.samplers:
		return samplersPage(stdout)
	}
	if r.out != "" {
		if err := wholefile.Check(r.out); err != nil {
			return fmt.Errorf("-o: %w", err)
		}
	}
	var trace *trace
	if r.trace != "" {
		var err error
		if trace, err = newTrace(r.trace); err != nil {
			return err
		}
	}
	m, words, err := load(r.model)
	if err != nil {
		return err
	}
	if r.classifier != 0 || r.recipe != "" {
		if err := attach(m, r.model); err != nil && r.classifier != 0 {
			return err
		}
	}
	if r.density.picture != "" {
		return r.likelihood(m, stdout)
	}
	d := &drawing{count: r.count, stderr: stderr, trace: trace}
	claimed := ""
	if r.recipe != "" {
		d.legs, d.count, claimed, err = r.follow(m)
	} else {
		d.legs, err = r.legs(m, words, stderr)
	}
	if err != nil {
		return err
	}
	defer work(r.threads)()
	if r.inverse.picture != "" {
		if err := r.invert(m, d, stdout); err != nil {
			return err
		}
	}
	pictures, err := d.draw(m)
	if err != nil {
		return err
	}
	hash := picture.SHA256(pictures...)
	if r.out != "" {
		png, err := picture.PNG(picture.Sheet(pictures), r.describe(d, hash), deflate)
		if err != nil {
			return err
		}
		if err := wholefile.WriteBytes(r.out, png); err != nil {
			return fmt.Errorf("-o: %w", err)
		}
		fmt.Fprintf(stdout, "wrote %s\n", r.out)
	}
	fmt.Fprintln(stdout, hash)
	if claimed != "" && claimed != hash {
		return fmt.Errorf("the recipe promises the hash %s: other bytes, so another model or another version", claimed)
	}
	return nil
}

// load reads a checkpoint, and what it says of itself.
func load(path string) (*model.Model, *weights.Description, error) {
	c, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	defer c.Close()
	d, err := c.Describe()
	if err != nil {
		return nil, nil, err
	}
	m, err := model.Load(c)
	return m, d, err
}

func open(path string) (*weights.Checkpoint, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return weights.OpenDirectory(path)
	}
	return weights.OpenFile(path)
}

// legs is the one leg of the flags' settings.
func (r *request) legs(m *model.Model, words *weights.Description, stderr io.Writer) ([]pipeline.Leg, error) {
	s, err := r.spec(m)
	if err == nil && r.compat {
		err = r.repeat(&s, m.Contract.Defaults.Options, words, stderr)
	}
	return []pipeline.Leg{{Spec: s, Until: s.Steps}}, err
}

// spec starts from the checkpoint's defaults and replaces what was given.
func (r *request) spec(m *model.Model) (pipeline.Spec, error) {
	s := m.Defaults()
	s.Seed = r.seed
	var err error
	if s.Choice, err = m.ParseLabel(r.label); err != nil {
		return s, err
	}
	if r.given.solver.Given() {
		kind, err := model.SolverNamed(r.solver)
		if err != nil {
			return s, err
		}
		s.Use(kind)
	}
	if r.given.grid.Given() {
		kind, err := model.GridNamed(r.grid)
		if err != nil {
			return s, err
		}
		s.UseGrid(kind)
	}
	if s.Levels = r.levels; s.Levels != nil {
		s.Steps = len(s.Levels)
	}
	if r.given.steps.Given() {
		s.Steps = r.steps
	}
	s.Force = r.force
	if err := settings(m, &s, r.set); err != nil {
		return s, err
	}
	if r.given.guidance.Given() {
		s.Guidance.Scale = r.guidance
	}
	s.Guidance.Rescale, s.Classifier = r.rescale, r.classifier
	if s.Vary, err = model.ParseVary(r.vary); err != nil {
		return s, err
	}
	s.Edit, err = r.edit.edit(m, &r.photos)
	return s, err
}
