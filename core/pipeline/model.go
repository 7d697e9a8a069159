// Package pipeline joins a network, its process, guidance and a solver to a run that makes pictures. It holds the one
// check of which settings go together.
package pipeline

import (
	"tintype/core/denoise"
	"tintype/core/guidance"
	"tintype/core/schedule"
	"tintype/core/solver"
)

// Network plans a network for a batch of n inputs of [h,w,c]. between, which may be nil, is called after every
// layer of a pass; its error ends the pass and is returned by Forward.
type Network interface {
	Plan(n, h, w int, between func() error) (denoise.Net, error)
}

// PlanFunc is a Network made of its method.
type PlanFunc func(n, h, w int, between func() error) (denoise.Net, error)

// Plan calls f.
func (f PlanFunc) Plan(n, h, w int, between func() error) (denoise.Net, error) {
	return f(n, h, w, between)
}

// Model is a checkpoint as sampling sees it. It is not changed by runs, and may be shared by many.
type Model struct {
	Network Network
	Process schedule.Process
	Reading denoise.Reading // how the network is asked, and what it returns
	H, W, C int             // of the network's input: the size it was trained at, and its channels
	Codec   Codec           // from the network's pixels to a picture's
	Cond    *Conditioner    // nil: the network takes no condition

	Classifier Classifier // of the first slot's values; nil: there is none

	Clip     float64              // the largest |D|; 0: D is not clipped
	Thresh   Threshold            // in the place of Clip
	Options  solver.Options       // the checkpoint's own settings, each for the solvers that read it
	Grid     schedule.GridOptions // the checkpoint's own, each for the grids that read it
	Extras   solver.Extras        // what some solvers need besides
	Contract Contract
}

// Threshold is dynamic thresholding of every estimate: see denoise.Threshold.
type Threshold struct {
	Quantile float64 // of |D| in each picture, 0 to 1; 0: off
	Max      float64 // the largest threshold, 1 or more; 0: none
}

// Contract says how a checkpoint wants to be sampled. The zero Contract allows everything; only Defaults need to be
// filled in. A student (a network distilled to few steps) is a map between its own steps, so it names them.
type Contract struct {
	Defaults Defaults

	Allowed   []solver.Kind          // nil: every solver
	Forbidden map[solver.Kind]string // solvers refused, each with its reason
	Reason    string                 // why the solvers that Allowed leaves out are refused

	Student       bool      // the grid of Defaults is the only one
	MostSteps     int       // no more of them; 0: any number
	TrainedSteps  []int     // the only numbers of steps; nil: any
	Times         []float64 // the model's times visited, noisiest first, where Steps is their number; nil: the grid's
	Deterministic bool      // no noise may be added

	NoGuidance    bool    // guidance is refused
	BakedGuidance float64 // the scale folded into the weights, for people; 0: none
}

// Defaults are the settings a checkpoint is sampled with unless others are asked for.
type Defaults struct {
	Solver   solver.Kind
	Grid     schedule.GridKind
	Steps    int
	Options  solver.Options // of Solver
	Guidance float64
}

// student reports whether the contract pins the steps.
func (c *Contract) student() bool { return c.Student || len(c.TrainedSteps) > 0 || len(c.Times) > 0 }

// Spec is what is asked of a run.
type Spec struct {
	Seed        uint64 // of the first picture; picture k of the batch is the picture of Seed+k alone
	Batch       int    // pictures
	Solver      solver.Kind
	Grid        schedule.GridKind
	Steps       int
	Options     solver.Options   // what it leaves out is the model's, or the solver's default
	GridOptions schedule.Options // likewise, of the grid
	Levels      []float64        // of the grids times and sigmas: Steps of them, noise falling
	Guidance    guidance.Options // classifier-free
	Classifier  float64          // scale of classifier guidance towards the first slot's value; 0: off
	Thresh      *Threshold       // nil: the model's
	Vary        Vary
	Choice      []int      // one value per slot of the conditioner, -1: left open; nil: all left open
	H, W        int        // of the picture; 0: the model's
	Edit        *Edit      // nil: a picture from noise
	From        *State     // nil: from the beginning
	Force       bool       // what would end in noise is drawn all the same, and its Run says so
	Reference   *Reference // nil: the model's own process, and Solver and Grid
}

// State is where another run of the same grid and steps stood: a run from there goes on with its own seed, solver and
// guidance.
type State struct {
	Step int       // solver steps done; 0: X is the noise that the run begins with, at its first level
	X    []float32 // that run's X, [N,h,w,C]
}

// Defaults is the Spec of one picture with the checkpoint's own settings and every slot left open.
func (m *Model) Defaults() Spec {
	d := m.Contract.Defaults
	return Spec{Batch: 1, Solver: d.Solver, Grid: d.Grid, Steps: d.Steps, Options: d.Options, Guidance: guidance.Options{Scale: d.Guidance}}
}

// Use changes the solver. Settings that the new one does not have go: they belonged to the old one.
func (s *Spec) Use(k solver.Kind) {
	s.Solver, s.Options = k, s.Options.For(k.Knobs())
}

// UseGrid changes the grid, likewise.
func (s *Spec) UseGrid(k schedule.GridKind) {
	s.Grid, s.GridOptions = k, s.GridOptions.For(k.Knobs())
	if !k.Listed() {
		s.Levels = nil
	}
}

// PictureSize is the height, width and channels of the model's pictures at its default size.
func (m *Model) PictureSize() (h, w, c int) { return m.Codec.picture(m.H, m.W, m.C) }
