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
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tintype/core/pipeline"
	"tintype/internal/picture"
	"tintype/internal/recipe"
	"tintype/internal/wholefile"
	"tintype/model"
	"tintype/weights"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// request is what the flags ask for. Text that was not given is "".
type request struct {
	model, label, solver, grid, out, trace string
	seed                                   uint64
	steps, count, threads                  int
	guidance, rescale, classifier          float64
	set                                    string
	list, samplers, compat                 bool
	edit                                   editFlags
	density                                densityFlags
	inverse                                inverseFlags
	recipe, vary                           string
	given                                  map[string]bool // flags that were given
}

func run(args []string, stdout, stderr io.Writer) int {
	r, err := parse(args, stderr)
	if err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		fmt.Fprintln(stderr, "sample:", err)
		return 2
	}
	if err := r.run(stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "sample:", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (*request, error) {
	r := &request{given: map[string]bool{}}
	flags := flag.NewFlagSet("sample", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the caller prints the error, in one line
	flags.StringVar(&r.model, "model", "", "checkpoint `file` (model.safetensors.zst), or a diffusers directory")
	flags.StringVar(&r.label, "label", "", "what to draw: `NAME`, N, or slot=value[,slot=value]; a slot left out or null stays open")
	flags.Uint64Var(&r.seed, "seed", 0, "seed of the first picture, 0 to 2^64-1")
	flags.IntVar(&r.steps, "steps", 0, "sampler steps `N`, 1 or more")
	flags.StringVar(&r.solver, "solver", "", "`NAME` of the solver; -list has them all")
	flags.StringVar(&r.grid, "grid", "", "`NAME` of the grid; -list has them all")
	flags.StringVar(&r.set, "set", "", "settings of the solver and the grid, `NAME=VALUE[,NAME=VALUE]`, such as eta=0.5,grid.rho=5")
	flags.BoolVar(&r.list, "list", false, "list the solvers with their settings, and the grids, and stop")
	flags.BoolVar(&r.samplers, "samplers", false, "write the page SAMPLERS.md to standard output and stop")
	flags.Float64Var(&r.guidance, "guidance", 0, "classifier-free guidance scale `W`; 1 is off")
	flags.Float64Var(&r.rescale, "rescale", 0, "how much of the unguided contrast guidance gives back `X`, 0 to 1")
	flags.StringVar(&r.vary, "vary", "", "`SEED:AMOUNT`: begin with noise turned towards that of another seed by AMOUNT, 0 to 1")
	flags.BoolVar(&r.compat, "compat", false, "do what diffusers' scheduler of the checkpoint's config does, defects included; "+
		"-steps and -set eta=X act, the checkpoint's own solver and grid do not")
	r.edit.define(flags)
	r.density.define(flags)
	r.inverse.define(flags)
	flags.Float64Var(&r.classifier, "classifier", 0, "scale `W` of guidance by the model's classifier towards the label; 4 is a good start, beside -guidance 0 "+
		"the classifier alone decides")
	flags.StringVar(&r.recipe, "recipe", "", "draw what a `RECIPE` says and compare the hash: the text after a share link's #, the link, or a PNG file of ours; "+
		"settings beside it are not looked at")
	flags.IntVar(&r.count, "count", 1, "number of pictures `N`, seeds seed, seed+1, ...")
	flags.IntVar(&r.threads, "threads", 0, "threads `N` to compute with; 0: one for each processor. The picture is the same")
	flags.StringVar(&r.trace, "trace", "", "also write x and the predicted picture of every step into this `directory`")
	flags.StringVar(&r.out, "o", "", "PNG `file` to write")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stderr)
		fmt.Fprintln(stderr, "usage: sample -model FILE [flags]. A flag left out takes the checkpoint's default.")
		flags.PrintDefaults()
		return nil, err
	} else if err != nil {
		return nil, fmt.Errorf("%w; -h lists the flags", err)
	}
	flags.Visit(func(f *flag.Flag) { r.given[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case r.list || r.samplers:
		return r, nil
	case r.model == "":
		return nil, errors.New("-model is missing: a checkpoint file such as site/models/nouns-32.safetensors.zst")
	case r.count < 1 || r.count > recipe.MostPictures:
		return nil, fmt.Errorf("-count %d: expected 1 to %d", r.count, recipe.MostPictures)
	case r.given["recipe"] && r.recipe == "":
		return nil, errors.New("-recipe is empty: expected a recipe, a link that ends in one, or a PNG file")
	case r.threads < 0:
		return nil, fmt.Errorf("-threads %d: expected 0 or more", r.threads)
	}
	return r, nil
}

func (r *request) run(stdout, stderr io.Writer) error {
	switch {
	case r.list:
		return list(stdout)
	case r.samplers:
		return samplersPage(stdout)
	}
	if r.out != "" {
		if err := wholefile.Check(r.out); err != nil {
			return fmt.Errorf("-o: %w", err)
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
	d := &drawing{count: r.count, bar: bar{out: stderr}}
	promise := ""
	if r.recipe != "" {
		d.legs, d.count, promise, err = follow(m, r.recipe)
	} else {
		d.legs, err = r.legs(m, words)
	}
	if err != nil {
		return err
	}
	if r.trace != "" {
		if d.trace, err = newTrace(r.trace); err != nil {
			return err
		}
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
			return err
		}
		fmt.Fprintf(stdout, "wrote %s\n", r.out)
	}
	fmt.Fprintln(stdout, hash)
	if promise != "" && promise != hash {
		return fmt.Errorf("the recipe promises the hash %s: other bytes, so another model or another version", promise)
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
	return weights.OpenFile(filepath.Clean(path))
}

// legs is the one leg of the flags' settings.
func (r *request) legs(m *model.Model, words *weights.Description) ([]pipeline.Leg, error) {
	s, err := r.spec(m)
	if err == nil && r.compat {
		err = r.repeat(&s, words)
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
	if r.given["solver"] {
		kind, err := model.SolverNamed(r.solver)
		if err != nil {
			return s, err
		}
		s.Use(kind)
	}
	if r.given["grid"] {
		kind, err := model.GridNamed(r.grid)
		if err != nil {
			return s, err
		}
		s.UseGrid(kind)
	}
	if r.given["steps"] {
		s.Steps = r.steps
	}
	if err := settings(&s, r.set); err != nil {
		return s, err
	}
	if r.given["guidance"] {
		s.Guidance.Scale = r.guidance
	}
	s.Guidance.Rescale, s.Classifier = r.rescale, r.classifier
	if s.Vary, err = model.ParseVary(r.vary); err != nil {
		return s, err
	}
	s.Edit, err = r.edit.edit(m)
	return s, err
}
