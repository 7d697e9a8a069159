package oracle

import (
	"fmt"
	"math"

	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// Grid is n steps between two lambdas, both levels with noise, and some steps more of the same kind before them.
type Grid func(from, to float64, n, before int) []schedule.Level

// Uniform is n steps of equal lambda between two lambdas, both levels with noise.
func Uniform(from, to float64, n int) []schedule.Level { return Exponential(from, to, n, 0) }

// Rough is n steps of equal σ^(1/7) between two lambdas: their lambdas are not equal.
func Rough(from, to float64, n int) []schedule.Level { return Karras(from, to, n, 0) }

// Exponential has equal steps of lambda.
func Exponential(from, to float64, n, before int) []schedule.Level {
	return grid(n, before, func(i float64) float64 { return from + (to-from)*i/float64(n) })
}

// Karras has equal steps of σ^(1/7).
func Karras(from, to float64, n, before int) []schedule.Level {
	a, b := math.Exp(-from/7), math.Exp(-to/7)
	return grid(n, before, func(i float64) float64 { return -7 * math.Log(a+(b-a)*i/float64(n)) })
}

func grid(n, before int, lambda func(i float64) float64) []schedule.Level {
	l := make([]schedule.Level, before+n+1)
	for i := range l {
		l[i] = VP{}.AtLambda(lambda(float64(i - before)))
	}
	return l
}

// The range of the measurements, sigma 10 to 0.1, and where in Bimodal they start.
const first, last = -2.3, 2.3

var start = []float64{0.7, -1.1}

// Orders measures deterministic solvers on the exact probability flow of Bimodal.
type Orders struct{ end []float64 }

// NewOrders integrates the flow itself.
func NewOrders() *Orders {
	return &Orders{Flow(start, AtLambda(first), AtLambda(last), Bimodal.Denoise, 4000)}
}

// Error is how far from the flow's end a solver ends in n steps. Before them it is given as many steps as history, with
// x on the flow itself and every estimate made there, so that a multistep solver begins at its full order.
func (o *Orders) Error(s solver.Solver, g Grid, n, history int) (float64, error) {
	levels := g(first, last, n, history)
	t, err := solver.Compile(s, VP{}, levels)
	if err != nil {
		return 0, err
	}
	known := map[float64][]float64{}
	for _, l := range levels[:history+1] {
		known[l.Lambda()] = Flow(start, AtLambda(first), l, Bimodal.Denoise, 400)
	}
	given := levels[history].Lambda()
	den := func(dst, x []float64, l schedule.Level) {
		if exact, ok := known[l.Lambda()]; ok && history > 0 {
			x = exact
		}
		Bimodal.Denoise(dst, x, l)
	}
	end := Follow(t, known[levels[0].Lambda()], den, nil, func(x []float64, l schedule.Level) {
		if l.Lambda() <= given {
			copy(x, known[l.Lambda()])
		}
	})
	return math.Hypot(end[0]-o.end[0], end[1]-o.end[1]), nil
}

// Solver is a deterministic solver and what it should show.
type Solver struct {
	Name    string
	Sampler solver.Solver
	Order   float64 // from an exact history
	Self    float64 // from noise, at least: a first step of order 1 costs a multistep solver the rest in the end
	History int     // steps; 0: it has none
	Group   int     // grid steps of one of its own; 0: one
}

// Deterministic lists the deterministic solvers and forms of them.
func Deterministic() []Solver {
	full := solver.UniPC{Corrector: solver.CorrectorOn, Bh: solver.BH2}
	unipc := func(p, bh, corrector int) solver.Solver {
		full.Order, full.Bh, full.Corrector = p, bh, corrector
		return full
	}
	return []Solver{
		{"euler", solver.Euler{}, 1, 1, 0, 0},
		{"ddim", solver.DDIM{}, 1, 1, 0, 0},
		{"heun", solver.Heun{}, 2, 2, 0, 0},
		{"flow-heun", solver.FlowHeun{}, 2, 2, 0, 0},
		{"dpm2", solver.DPM2{}, 2, 2, 0, 0},
		{"dpmpp-2s", solver.DPMpp2S{}, 2, 2, 0, 0},
		{"dpmpp-3s", solver.DPMpp3S{R1: 1.0 / 3, R2: 2.0 / 3}, 3, 3, 0, 0},
		{"dpmpp-3s r 1/4 1/2", solver.DPMpp3S{R1: 0.25, R2: 0.5}, 2, 2, 0, 0},
		{"dpm-2s", solver.DPMSolver{Order: 2}, 2, 2, 0, 0},
		{"dpm-3s", solver.DPMSolver{Order: 3}, 3, 3, 0, 0},
		{Name: "dpm-fast", Sampler: solver.DPMFast{}, Order: 3, Self: 3, Group: 3},
		{"res-2s", solver.RES2S{}, 2, 2, 0, 0},
		{"rk4", solver.RK4{}, 4, 4, 0, 0},
		{"dpmpp-2m", solver.DPMpp2M{}, 2, 2, 1, 0},
		{"dpmpp-2m heun", solver.DPMpp2M{Correction: solver.HeunLike}, 2, 2, 1, 0},
		{"res-multistep", solver.RESMultistep{}, 2, 2, 1, 0},
		{"dpmpp-3m", solver.DPMpp3M{Correction: solver.HeunLike}, 3, 2, 2, 0},
		{"dpmpp-3m halved", solver.DPMpp3M{Correction: solver.HeunLike, Halved: true}, 2, 2, 2, 0},
		{"dpm-multistep 2", solver.DPMMultistep{Order: 2}, 2, 2, 1, 0},
		{"dpm-multistep 3", solver.DPMMultistep{Order: 3}, 3, 2, 2, 0},
		{"deis 2", solver.DEIS{Order: 2}, 2, 2, 1, 0},
		{"deis 3", solver.DEIS{Order: 3}, 3, 2, 2, 0},
		{"lms 2", solver.LMS{Order: 2}, 2, 2, 1, 0},
		{"lms 3", solver.LMS{Order: 3}, 3, 2, 2, 0},
		{"lms 4", solver.LMS{Order: 4}, 4, 2, 3, 0},
		{"ipndm", solver.IPNDM{Order: 4}, 2, 2, 3, 0},
		{"ipndm-v", solver.IPNDM{Order: 2, Ratio: true}, 2, 2, 1, 0},
		{"plms", solver.PNDM{}, 2, 2, 3, 0},
		{"prk", solver.PNDM{RungeKutta: true}, 2, 2, 3, 0},
		{"unipc 1", unipc(1, solver.BH2, 1), 2, 2, 1, 0},
		{"unipc 2", unipc(2, solver.BH2, 1), 3, 3, 2, 0},
		{"unipc 3", unipc(3, solver.BH2, 1), 3.9, 3.9, 3, 0},
		{"unipc 2 bh1", unipc(2, solver.BH1, 1), 3, 3, 2, 0},
		{"unipc 2 alone", unipc(2, solver.BH2, 0), 2, 2, 1, 0},
		{"unipc 3 alone", unipc(3, solver.BH2, 0), 3, 2, 2, 0},
		{"gradient-estimation", solver.GradientEstimation{Gamma: 2}, 1, 1, 1, 0},
	}
}

// Header names the columns of Row.
const Header = `                                  exponential levels                    karras levels
solver                    self-start      exact start     self-start      exact start`

// Row is one solver's measurement as a line of text: the error in 16 steps and the order from 128 to 256, on both grids
// and from both starts.
func (o *Orders) Row(s Solver) (string, error) {
	row := fmt.Sprintf("%-24s", s.Name)
	for _, g := range []Grid{Exponential, Karras} {
		for _, history := range []int{0, s.History} {
			var errs [3]float64
			for i, n := range []int{16, 128, 256} {
				var err error
				if errs[i], err = o.Error(s.Sampler, g, n*max(s.Group, 1), history); err != nil {
					return "", err
				}
			}
			row += fmt.Sprintf("  %.2e %4.2f", errs[0], math.Log2(errs[1]/errs[2]))
		}
	}
	return row, nil
}

// Adaptive runs a solver that finds its own steps, in float32, and returns how far from the flow's end it ends and the
// evaluations that it took.
func (o *Orders) Adaptive(k solver.Kind, tolerance float64) (off float64, evals int, err error) {
	options := solver.Options{}.With(solver.Relative, tolerance).With(solver.Absolute, tolerance/10)
	program, err := k.Compile(options, VP{}, Uniform(first, last, 1))
	if err != nil {
		return 0, 0, err
	}
	r := program.Start(tape.Env{Denoiser: single{}, Noise: func([]float32, uint32) {}}, len(start))
	r.X()[0], r.X()[1] = float32(start[0]), float32(start[1])
	for done := false; !done; {
		if done, err = r.Step(); err != nil {
			return 0, 0, err
		}
	}
	x := r.X()
	return math.Hypot(float64(x[0])-o.end[0], float64(x[1])-o.end[1]), r.Progress().Evals, nil
}

// single is Bimodal in float32.
type single struct{}

func (single) Denoise(dst, x []float32, l schedule.Level) error {
	in, out := [2]float64{float64(x[0]), float64(x[1])}, [2]float64{}
	Bimodal.Denoise(out[:], in[:], l)
	dst[0], dst[1] = float32(out[0]), float32(out[1])
	return nil
}
