package main

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"tintype/core/limits"
	"tintype/internal/command"
)

// request is what the flags ask for. What was not given is "" or 0, and its flag says so.
type request struct {
	model, label, solver, grid, out, trace string
	seed                                   uint64
	steps, count, threads                  int
	guidance, rescale, classifier          float64
	set                                    string
	list, samplers, compat, force          bool
	levels                                 []float64
	edit                                   editFlags
	photos                                 photoFlags
	density                                densityFlags
	inverse                                inverseFlags
	recipe, vary                           string
	flags                                  *command.Set
	given                                  struct {
		model, seed, count, solver, grid, steps, guidance, levels, recipe, out, trace, threads *command.Flag
	}
}

var inf = math.Inf(1)

// define describes the flags. Where the model or the solver decides the range, the flag has none.
func (r *request) define() *command.Set {
	s := command.New("sample", "-model FILE [flags]", "Draws pictures and prints the SHA-256 of their pixels. What is left out is the checkpoint's default.")
	s.Group("What is drawn")
	r.given.model = s.Text(&r.model, "model", "FILE", "checkpoint (model.safetensors.zst), or a diffusers directory")
	s.Text(&r.label, "label", "WHAT", "NAME, N or #N, or slot=value[,slot=value]; what is left out or null stays open")
	r.given.seed = s.Seed(&r.seed, "seed", "N", "seed of the first picture (default 0)")
	r.given.count = s.Whole(&r.count, "count", "N", 1, limits.Pictures, "pictures, of seeds seed, seed+1, ... (default 1)")
	r.given.recipe = s.Text(&r.recipe, "recipe", "RECIPE", "share link, its end, or PNG file of ours: draw that and compare the hash; -seed and -count draw others of its kind")
	r.given.out = s.Output(&r.out, "o", []string{".png"}, "picture, or sheet of pictures, to write")
	r.given.trace = s.Text(&r.trace, "trace", "DIR", "new directory for x and the predicted picture of every step").Rare()
	s.Group("How")
	r.given.solver = s.Text(&r.solver, "solver", "NAME", "solver; -list has them all")
	r.given.grid = s.Text(&r.grid, "grid", "NAME", "grid of noise levels; -list has them all")
	r.given.steps = s.Whole(&r.steps, "steps", "N", command.Least, command.Most, "sampler steps, 1 or more")
	r.given.levels = s.Parsed("levels", "N,N,...", "levels of the grids times and sigmas, noise falling; so many steps", r.readLevels).Rare()
	s.Switch(&r.force, "force", "draw what would end in noise, with a warning").Rare()
	s.Text(&r.set, "set", "NAME=VALUE,...", "settings of solver and grid, such as eta=0.5,grid.rho=5")
	r.given.guidance = s.Number(&r.guidance, "guidance", "W", -inf, inf, "classifier-free guidance; 1 is off")
	s.Number(&r.rescale, "rescale", "X", -inf, inf, "how much of the unguided contrast guidance gives back, 0 to 1").Rare()
	s.Number(&r.classifier, "classifier", "W", -inf, inf, "guidance by the model's classifier towards the label, such as 4; beside "+
		"-guidance 0 the classifier alone decides").Rare()
	s.Text(&r.vary, "vary", "SEED:AMOUNT", "noise turned towards that of another seed, 0 to 1")
	s.Switch(&r.compat, "compat", "do what diffusers' scheduler of the checkpoint's config does, defects included; -steps and -set eta=X act, "+
		"the checkpoint's own solver and grid do not").Rare()
	r.given.threads = s.Whole(&r.threads, "threads", "N", 1, limits.AskedThreads, "threads to compute with (default: one for each processor); the picture is the same").Rare()
	s.Group("From a picture")
	r.edit.define(s)
	r.inverse.define(s)
	r.density.define(s)
	r.photos.define(s)
	s.Group("And stop")
	s.Switch(&r.list, "list", "list the solvers with their settings, and the grids; beside -model those that end in noise or do not go with it")
	s.Switch(&r.samplers, "samplers", "write the page docs/SAMPLERS.md to standard output").Rare()
	r.flags = s
	return s
}

// check finds flags that cannot be meant together.
func (r *request) check() error {
	if r.model == "" && !r.list && !r.samplers {
		return command.Misusef("-model is missing: a checkpoint file such as site/models/nouns-32.safetensors.zst")
	}
	g := r.given
	if err := r.flags.Alone(g.recipe, "the recipe says how its picture is drawn", g.model, g.seed, g.count, g.threads, g.out, g.trace); err != nil {
		return err
	}
	if err := r.edit.check(); err != nil {
		return err
	}
	if err := r.inverse.check(); err != nil {
		return err
	}
	if err := r.density.check([]*command.Flag{r.given.out, r.given.trace, r.inverse.given.picture}); err != nil {
		return err
	}
	if r.photos.given.Given() && r.edit.init == "" && r.inverse.picture == "" && r.density.picture == "" {
		return command.Misusef("-background needs -init, -invert or -likelihood: a picture that may be transparent")
	}
	return nil
}

// readLevels reads a list of numbers.
func (r *request) readLevels(text string) error {
	for item := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(item, 64)
		if err != nil || v-v != 0 {
			return errors.New("expected numbers with commas between them, such as 999,749,499,249")
		}
		r.levels = append(r.levels, v)
	}
	return nil
}
