package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// A method that finds its own steps takes each with an estimate of its error, and keeps it if that is small:
//
//	E = rms(Δ/max(atol, rtol·max(|x|, |x'|))),  Δ the difference of two results of different order
//	f = 1 + atan(E_0^-b0·E_1^-b1·E_2^-b2 - 1),  b0 = (P+I+D)/k, b1 = -(P+2D)/k, b2 = D/k
//	accepted if f >= 0.81;  h <- f·h either way
//
// with x in units of its own marginal, √(a² + s²), and the errors of this step and of the last two accepted ones:
// G. Söderlind, Digital filters in adaptive time-stepping, ACM TOMS 29 (2003); the limiter is that of K. Crowson's
// k-diffusion. h is a step of λ, k the order of Δ.
//
// The levels of the grid are visited all the same, so that a hook and a viewer see them: a step ends there at the
// latest. The step from pure noise and the one to the clean picture are of order 1, as they have no h.

// accepted is the least factor of an accepted step; below it the step is taken again.
const Accepted = 0.81

// firstStep is h at the beginning, leastStep what is accepted whatever its error.
const FirstStep, LeastStep = 0.05, 1e-3

// maxSlopes is the most evaluations of one step.
const MaxSlopes = 7

// embedded is a method of two orders. A stage's x is keep·x + Σ c_j·v_j over the values v_j before it.
type embedded struct {
	slopes int     // evaluations of a step
	order  float64 // k
	ends   bool    // the last evaluation is made at the step's end: it is the next one's first
	// value gives v as onX·x + onD·D.
	value func(l schedule.Level) (onX, onD float64)
	plan  func(t *Try, p schedule.Process, from, to schedule.Level)
}

// try is a step that may be rejected.
type Try struct {
	Level [MaxSlopes]schedule.Level // of each stage
	Keep  [MaxSlopes + 1]float64    // the last row is the result's
	C     [MaxSlopes + 1][MaxSlopes]float64
	Off   [MaxSlopes]float64 // of v in Δ
}

// controller is a PID on the logarithm of the error. The usual one is I alone.
type controller struct{ p, i, d float64 }

// tolerance is what E measures by.
type tolerance struct{ relative, absolute float64 }

// adaptive is the program of such a method.
type adaptive struct {
	embedded
	controller
	tolerance
	process schedule.Process
	levels  []schedule.Level
}

// Asked lists the levels of the grid; those between them lie between them.
func (a *adaptive) Asked() []schedule.Level { return a.levels[:len(a.levels)-1] }

// DrawsNoise is false.
func (a *adaptive) DrawsNoise() bool { return false }

// Start makes a run.
func (a *adaptive) Start(env tape.Env, n int) tape.Runner {
	r := &adaptiveRun{adaptive: a, visit: visit{env: env, levels: a.levels}}
	for _, b := range []*[]float32{&r.x, &r.y, &r.d, &r.delta} {
		*b = make([]float32, n)
	}
	for i := range a.slopes {
		r.v[i] = make([]float32, n)
	}
	r.Reset()
	return r
}

// adaptiveRun is a run of it. Between two Steps, stage says which evaluation comes next; x stays at the step's start
// until it is accepted.
type adaptiveRun struct {
	*adaptive
	visit
	y     []float32 // of the stage to evaluate; at the end of a step its result
	d     []float32 // the latest estimate
	delta []float32
	v     [MaxSlopes][]float32 // v[0] is that of x where it is known

	to    schedule.Level
	stage int
	short bool // the step was cut at the grid's level
	h     float64
	errs  [3]float64 // 1/E of the last accepted steps, the newest first
	try   Try
}

// Reset begins again.
func (r *adaptiveRun) Reset() {
	r.stage, r.h, r.errs = 0, FirstStep, [3]float64{}
	r.begin(len(r.visit.levels) - 1)
	copy(r.d, r.x)
}

// Denoised is the latest estimate.
func (r *adaptiveRun) Denoised() []float32 { return r.d }

// Floats counts the slopes and four vectors more.
func (r *adaptiveRun) Floats() int { return (4 + r.slopes) * len(r.x) }

// Step makes one evaluation, or shows a level of the grid to the hook.
func (r *adaptiveRun) Step() (done bool, err error) {
	if r.arriving || r.at == r.seen.Steps {
		return r.show()
	}
	src, l := r.y, r.try.Level[r.stage]
	if r.stage == 0 {
		if src, l = r.x, r.from; r.plans() {
			src, l = r.y, r.try.Level[1]
		}
	}
	if err := r.env.Denoiser.Denoise(r.d, src, l); err != nil {
		return false, tape.Located(r.seen, l, err)
	}
	r.seen.Evals++
	r.seen.NFE = max(r.seen.NFE, r.seen.Evals+r.seen.Steps-r.at-1)
	r.seen.Op, r.seen.Ops = r.seen.Evals, r.seen.NFE
	r.take(src, l)
	return false, nil
}

// plans plans the step from x, and goes on to its second stage, which it reports, if v[0] is known.
func (r *adaptiveRun) plans() bool {
	next := r.visit.levels[r.at+1]
	r.to, r.short = next, true
	if one(r.from, next) {
		return false
	}
	lambda := r.from.Lambda()
	if end := next.Lambda(); lambda+1.01*r.h < end {
		r.to, r.short = r.process.AtLambda(lambda+r.h), false
	}
	r.plan(&r.try, r.process, r.from, r.to)
	if r.known {
		r.stage = 1
		r.combine(r.y, 1)
	}
	return r.known
}

// take makes use of the estimate of src, which is at a level.
func (r *adaptiveRun) take(src []float32, l schedule.Level) {
	if one(r.from, r.to) {
		a := r.to.S / r.from.S
		onX, onD := float32(a), float32(r.to.A-float64(a*r.from.A))
		for i, v := range r.x {
			r.x[i] = float32(onX*v) + float32(onD*r.d[i])
		}
		r.known = false
		r.end()
		return
	}
	onX, onD := r.value(l)
	p, q, v := float32(onX), float32(onD), r.v[r.stage]
	for i, x := range src {
		v[i] = float32(p*x) + float32(q*r.d[i])
	}
	if r.stage++; r.stage < r.slopes {
		r.combine(r.y, r.stage)
		return
	}
	r.control()
}

// end makes the step's end the beginning of the next one.
func (r *adaptiveRun) end() {
	r.stage = 0
	if r.from = r.to; r.short {
		r.arrive()
	}
}

// combine sets dst to the x of a stage, or of the result.
func (r *adaptiveRun) combine(dst []float32, row int) {
	keep := float32(r.try.Keep[row])
	for i, x := range r.x {
		dst[i] = keep * x
	}
	r.add(dst, &r.try.C[row])
}

// add adds Σ c_j·v_j, one value of v after the other.
func (r *adaptiveRun) add(dst []float32, c *[MaxSlopes]float64) {
	for j, w := range c[:r.slopes] {
		if w == 0 {
			continue
		}
		f := float32(w)
		for i, v := range r.v[j] {
			dst[i] += float32(f * v)
		}
	}
}

// control accepts the step or has it taken again.
func (r *adaptiveRun) control() {
	if !r.ends { // else y is the result already
		r.combine(r.y, r.slopes)
	}
	clear(r.delta)
	r.add(r.delta, &r.try.Off)
	length := r.to.Lambda() - r.from.Lambda()
	f := r.factor(r.error())
	if f < Accepted && length > 1.5*LeastStep {
		r.stage, r.known = 0, true
		r.h = max(f*length, LeastStep)
		return
	}
	r.errs[2], r.errs[1] = r.errs[1], r.errs[0]
	copy(r.x, r.y)
	if r.known = r.ends; r.known {
		r.v[0], r.v[r.slopes-1] = r.v[r.slopes-1], r.v[0]
	}
	if f *= length; !r.short || f > r.h {
		r.h = max(f, LeastStep)
	}
	r.end()
}

// error is E, summed in the order of the values.
func (r *adaptiveRun) error() float64 {
	u := r.to.Width()
	sum := 0.0
	for i, d := range r.delta {
		scale := max(math.Abs(float64(r.x[i])), math.Abs(float64(r.y[i])))
		e := float64(d) / max(float64(r.absolute*u), float64(r.relative*scale))
		sum += float64(e * e)
	}
	return math.Sqrt(sum / float64(len(r.delta)))
}

// factor is f for a step of error e; a NaN is as bad as can be. It notes 1/e as the newest error.
func (r *adaptiveRun) factor(e float64) float64 {
	if !(e <= math.MaxFloat64) {
		return 1 + exact.Atan(-1)
	}
	inverse := 1 / (e + 1e-8)
	if r.errs[1] == 0 {
		r.errs[1], r.errs[2] = inverse, inverse
	}
	r.errs[0] = inverse
	c := r.controller
	f := exact.Pow(inverse, (c.p+c.i+c.d)/r.order)
	if c.p != 0 || c.d != 0 {
		f = float64(f * float64(exact.Pow(r.errs[1], -(c.p+2*c.d)/r.order)*exact.Pow(r.errs[2], c.d/r.order)))
	}
	return 1 + exact.Atan(f-1)
}
