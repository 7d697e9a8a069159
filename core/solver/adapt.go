package solver

import (
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Adapt solves the reverse SDE with steps of its own size: Euler-Maruyama and improved Euler with the same noise, whose
// difference is the error. The SDE over λ, in X = x/a, is dX = 2·(D - X)·dλ + √2·σ·dW for every process:
//
//	X'  = X + 2h·(D(X, λ) - X) + √(2h)·σ_λ·z
//	X~  = X + 2h·(D(X', λ+h) - X') + √(2h)·σ_λ+h·z,  X” = (X' + X~)/2
//	E   = rms((x' - x”)/max(ε_abs, ε_rel·max(|x'|, |x'_before|))), of x = a·X
//	accepted, x <- x”, if E <= 1;  h <- 0.9·h·E^-0.9 either way
//
// A. Jolicoeur-Martineau et al., Gotta go fast, arXiv 2105.14080, algorithm 1, with ε_abs = (max - min)/256, a grey level
// of pictures in -1..1. (Their listing sets h after an accepted step only; then the first rejection would repeat for
// ever. Their code sets it always.) x'_before is the x' of the last accepted step. Each try draws anew. The levels of the
// grid are visited: a step ends there at the latest. The step from pure noise is DDIM's with η = 1, the one to the clean
// picture x = D. A rejected try costs one evaluation, as D(X, λ) is still known; a step of 10^-4 is accepted as it is.
//
// Weak order 1; two evaluations a step.
type Adapt struct{ Relative, Absolute float64 } // ε_rel, ε_abs

var adaptInfo = Info{
	Kind: KindAdapt, Name: "adaptive-sde", File: "adapt.go",
	Line:   "the reverse SDE with steps as long as their error allows",
	Source: "Jolicoeur-Martineau et al., arXiv 2105.14080", Order: 1, Evals: Evals{Note: "2 a step, n levels or more"}, Stochastic: true,
	Formula: "X' = X + 2h (D - X) + √(2h) σ z,  h <- 0.9 h E^-0.9",
	Knobs:   []Knob{knob(Relative, 0.02, 0.001, 1), knob(Absolute, 0.0078, 1e-6, 1)},
	loop:    func(o Options) tape.Loop { return Adapt{o.Value(Relative), o.Value(Absolute)} },
}

// The constants of the controller.
const (
	adaptFirst, adaptLeast = 0.01, 1e-4 // h
	adaptSafety, adaptRoot = 0.9, 0.9
)

// Prepare makes the program.
func (s Adapt) Prepare(p schedule.Process, levels []schedule.Level) (tape.Program, error) {
	if err := s.valid(); err != nil {
		return nil, err
	}
	return singly{&adapt{s, p, levels}, levels}, nil
}

type adapt struct {
	Adapt
	process schedule.Process
	levels  []schedule.Level
}

// Asked lists the levels of the grid; the others lie between them.
func (a *adapt) Asked() []schedule.Level { return a.levels[:len(a.levels)-1] }

// DrawsNoise is true.
func (a *adapt) DrawsNoise() bool { return true }

// Start makes the run of one picture.
func (a *adapt) Start(env tape.Env, n int) tape.Runner {
	r := &adaptRun{adapt: a, visit: visit{env: env, levels: a.levels}}
	for _, b := range []*[]float32{&r.x, &r.d, &r.y, &r.dy, &r.before, &r.z} {
		*b = make([]float32, n)
	}
	r.Reset()
	return r
}

// adaptRun is between two evaluations: x stays at level from until a try is accepted.
type adaptRun struct {
	*adapt
	visit
	d        []float32 // the estimate at x, if that is known
	y, dy    []float32 // x' at to, and the estimate there
	before   []float32 // x' of the last accepted step
	z        []float32
	to       schedule.Level
	tried    bool // y holds a try that is not yet measured
	h, step  float64
	draws    uint32
	estimate []float32 // the latest
}

// Reset begins again.
func (r *adaptRun) Reset() {
	r.tried, r.h, r.draws = false, adaptFirst, 0
	r.begin(2*len(r.visit.levels) - 3)
	copy(r.before, r.x)
	r.estimate = r.x
}

// Denoised is the latest estimate.
func (r *adaptRun) Denoised() []float32 { return r.estimate }

// Floats counts the six vectors.
func (r *adaptRun) Floats() int { return 6 * len(r.x) }

// Step shows a level of the grid to the hook, or makes one evaluation.
func (r *adaptRun) Step() (done bool, err error) {
	if r.arriving || r.at == r.seen.Steps {
		return r.show()
	}
	goal := r.visit.levels[r.at+1]
	switch {
	case !r.known:
		if err := r.ask(r.d, r.x, r.from); err != nil {
			return false, err
		}
		r.known = true
		if one(r.from, goal) {
			r.single(goal)
			return false, nil
		}
	default:
		if !r.tried {
			r.propose(goal)
			r.tried = true
		}
		if err := r.ask(r.dy, r.y, r.to); err != nil {
			return false, err
		}
		r.tried = false
		return false, r.control(goal)
	}
	return false, nil
}

// ask evaluates and counts.
func (r *adaptRun) ask(dst, x []float32, l schedule.Level) error {
	if err := r.env.Denoiser.Denoise(dst, x, l); err != nil {
		return tape.Located(r.seen, l, err)
	}
	r.estimate = dst
	r.seen.Evals++
	r.seen.Op++
	r.seen.NFE = max(r.seen.NFE, r.seen.Evals+2*(r.seen.Steps-r.seen.Step-1))
	r.seen.Ops = r.seen.NFE
	return nil
}

// single takes the step that no h belongs to: DDIM's with η = 1, to the clean picture D itself.
func (r *adaptRun) single(goal schedule.Level) {
	a, s := float32(goal.A), float32(goal.S)
	if goal.S > 0 {
		r.draw()
	}
	for i, d := range r.d {
		r.x[i] = float32(a * d)
		if goal.S > 0 {
			r.x[i] += float32(s * r.z[i])
		}
	}
	copy(r.before, r.x)
	r.known = false
	r.arrive()
}

func (r *adaptRun) draw() {
	r.draws++
	r.env.Noise(r.z, r.draws)
}

// propose sets y to x' at the end of the next step, which is the goal's or before it.
func (r *adaptRun) propose(goal schedule.Level) {
	lambda := r.from.Lambda()
	left := goal.Lambda() - lambda
	r.to, r.step = goal, left
	if r.h < left*(1-1e-9) {
		r.to, r.step = r.process.AtLambda(lambda+r.h), r.h
	}
	r.draw()
	ratio := r.to.A / r.from.A
	keep := float32(ratio * (1 - float64(2*r.step)))
	gain := float32(2 * float64(r.step*r.to.A))
	up := float32(math.Sqrt(2*r.step) * float64(ratio*r.from.S))
	for i, x := range r.x {
		r.y[i] = float32(keep*x) + float32(gain*r.d[i]) + float32(up*r.z[i])
	}
}

// control measures the error of y, takes x”, which it makes in the place of z, or leaves x, and sets h.
func (r *adaptRun) control(goal schedule.Level) error {
	// x” is (y + x~)/2 with x~ = ratio·x + 2h·(a'·D' - y) + up·z.
	ratio := float32(r.to.A / r.from.A)
	twice := float32(2 * r.step)
	gain := float32(2 * float64(r.step*r.to.A))
	up := float32(math.Sqrt(2*r.step) * r.to.S)
	sum := 0.0
	for i, y := range r.y {
		better := 0.5 * (y + (float32(ratio*r.x[i]) + float32(gain*r.dy[i]) - float32(twice*y) + float32(up*r.z[i])))
		scale := r.Absolute
		for _, v := range [2]float32{y, r.before[i]} {
			if s := float64(r.Relative * math.Abs(float64(v))); s > scale {
				scale = s
			}
		}
		e := float64(y-better) / scale
		sum += float64(e * e)
		r.z[i] = better
	}
	e := math.Sqrt(sum / float64(len(r.y)))
	if e-e != 0 {
		return tape.Located(r.seen, r.to, denoise.ErrNotFinite)
	}
	next := adaptSafety * float64(r.step*exact.Pow(max(e, 1e-9), -adaptRoot))
	if e > 1 && r.step > adaptLeast {
		r.h = max(next, adaptLeast)
		r.estimate = r.d
		return nil
	}
	if r.step == r.h || next > r.h { // a step cut at the goal says nothing against a longer one
		r.h = max(next, adaptLeast)
	}
	copy(r.x, r.z)
	copy(r.before, r.y)
	r.known = false
	if r.from = r.to; r.to == goal {
		r.arrive()
	}
	return nil
}
