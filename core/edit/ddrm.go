package edit

import (
	"errors"
	"math"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// DDRM restores pictures from noisy linear measurements (B. Kawar et al., arXiv 2201.11793, eq. 7 and 8). In the
// basis of the measurement's singular vectors, with X = x/a, σ = s/a and the measurement's noise σ_y on each mean:
//
//	unknown                 X' = D + √(1-ηC²)·σ_T/σ_S·(X - D) + ηC·σ_T·z
//	known, σ_T·sv < σ_y     X' = D + √(1-ηA²)·σ_T·sv·(y - D)/σ_y + ηA·σ_T·z
//	known, σ_T·sv >= σ_y    X' = (1-ηB)·D + ηB·y + √(σ_T² - ηB²·σ_y²/sv²)·z
//
// The mean of k values has sv = 1/√k; all groups of a measurement have the same k. ηA = ηC = 0.85, ηB = 1.
//
// Order 1 in noise, one evaluation a step. It is a solver of its own: the run's solver is not asked.
type DDRM struct {
	Known *Measurement
	Noise float64 // σ_y
}

const (
	etaA = 0.85
	etaB = 1
	etaC = 0.85
)

// Prepare makes the program of a run over the levels.
func (d DDRM) Prepare(levels []schedule.Level) tape.Program {
	return &restoration{d, levels}
}

type restoration struct {
	DDRM
	levels []schedule.Level
}

func (r *restoration) Asked() []schedule.Level { return r.levels[:len(r.levels)-1] }

func (r *restoration) DrawsNoise() bool { return true }

func (r *restoration) Start(env tape.Env, n int) tape.Runner {
	run := &restoring{restoration: r, env: env, x: make([]float32, n), d: make([]float32, n),
		z: make([]float32, n), p: make([]float32, r.Known.len())}
	run.Reset()
	return run
}

// restoring is a DDRM run. A step has three phases, so that each can be tried again: evaluate, move, tell the hook.
type restoring struct {
	*restoration
	env     tape.Env
	x, d, z []float32
	p       []float32 // one picture
	phase   int
	begun   bool // the hook has seen the first level
}

const phases = 3

func (r *restoring) Reset() {
	r.phase, r.begun = 0, false
	r.env.Noise(r.z, 0)
	r.begin(r.levels[0])
}

func (r *restoring) X() []float32 { return r.x }

func (r *restoring) Denoised() []float32 {
	if r.phase == 0 {
		return r.x
	}
	return r.d
}

func (r *restoring) Floats() int { return 3*len(r.x) + len(r.p) }

func (r *restoring) Progress() tape.Progress {
	steps := len(r.levels) - 1
	return tape.Progress{
		Step: r.phase / phases, Steps: steps, Evals: (r.phase + phases - 1) / phases, NFE: steps, Op: r.phase, Ops: phases * steps,
	}
}

func (r *restoring) Step() (done bool, err error) {
	steps := len(r.levels) - 1
	i := r.phase / phases
	if i == steps {
		return true, nil
	}
	if !r.begun {
		if err := r.arrived(0); err != nil {
			return false, err
		}
		r.begun = true
	}
	switch r.phase % phases {
	case 0:
		err = r.env.Denoiser.Denoise(r.d, r.x, r.levels[i])
		if errors.Is(err, denoise.ErrNotFinite) {
			err = &tape.StepError{Step: i + 1, Steps: steps, Time: r.levels[i].T, Err: err}
		}
	case 1:
		r.env.Noise(r.z, uint32(i+1))
		r.move(r.levels[i], r.levels[i+1])
	case 2:
		err = r.arrived(i + 1)
	}
	if err != nil {
		return false, err
	}
	r.phase++
	return r.phase == phases*steps, nil
}

func (r *restoring) arrived(visit int) error {
	if r.env.Arrived == nil {
		return nil
	}
	return r.env.Arrived(r.x, r.levels[visit], visit)
}

// spread is √(s² - ηB²·a²·σ_y²/sv²), the noise of the known part of x beyond that of y, and sv; covered reports
// σ·sv >= σ_y: that y carries no more noise than the level.
func (r *restoring) spread(l schedule.Level) (spread, sv float64, covered bool) {
	sv = 1 / math.Sqrt(float64(r.Known.size[0]))
	own := float64(l.A * (r.Noise / sv))
	v := float64(l.S*l.S) - float64((etaB*etaB)*float64(own*own))
	return math.Sqrt(max(v, 0)), sv, l.S >= own
}

// begin draws the first x: unit noise where nothing is known, y and the rest of the level's noise elsewhere.
func (r *restoring) begin(l schedule.Level) {
	start := math.Sqrt(float64(l.A*l.A) + float64(l.S*l.S))
	spread, _, covered := r.spread(l)
	y := l.A
	if !covered {
		y, spread = 0, start
	}
	clear(r.d)
	clear(r.x) // the last run may have ended in what is not a number
	r.combine(rates{z: start}, rates{y: y, z: spread})
}

// move goes from one level to the next. In x = a·X each rate of the formula is the one of X times a_T, and
// σ_T/σ_S·a_T·(X - D) is s_T/s_S·(x - a_S·D).
func (r *restoring) move(from, to schedule.Level) {
	keep := math.Sqrt(1-etaC*etaC) * (to.S / from.S)
	open := rates{x: keep, d: to.A - float64(keep*from.A), z: etaC * to.S}
	known := rates{d: float64((1 - etaB) * to.A), y: etaB * to.A}
	spread, sv, covered := r.spread(to)
	if known.z = spread; !covered {
		c := math.Sqrt(1-etaA*etaA) * float64(to.S*sv) / r.Noise
		known = rates{d: to.A - c, y: c, z: etaA * to.S}
	}
	r.combine(open, known)
}

// rates are the coefficients of one linear combination.
type rates struct{ x, d, y, z float64 }

// combine sets x to u + P·(v - u), u the combination of the unknown part and v that of the known one.
func (r *restoring) combine(u, v rates) {
	ux, ud, uz := float32(u.x), float32(u.d), float32(u.z)
	vd, vy, vz := float32(v.d), float32(v.y), float32(v.z)
	per := r.Known.len()
	for k := 0; k < len(r.x); k += per {
		x, d, z := r.x[k:][:per], r.d[k:][:per], r.z[k:][:per]
		for i, y := range r.Known.y {
			x[i] = float32(ux*x[i]) + float32(ud*d[i]) + float32(uz*z[i])
			z[i] = float32(vd*d[i]) + float32(vy*y) + float32(vz*z[i])
		}
		r.Known.project(z, z)
		r.Known.project(r.p, x)
		r.Known.hold(x, z, r.p)
	}
}
