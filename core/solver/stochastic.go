package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// SDEDPMpp is DPM-Solver++ for the reverse SDE, of up to three estimates: D is extrapolated over lambda by the
// polynomial through the last ones, and the linear part with its noise is solved exactly. With H = (1+η)·h, r0 and r1
// the last two steps over h, and P1..P3 the p's of H (P1 = 1 - e^-H, P2 = 1 - P1/H, P3 = 1/2 - P2/H):
//
//	d0 = (m0 - m1)/r0,  d1 = (m1 - m2)/r1
//	D1 = d0 + r0/(r0+r1)·(d0 - d1),  D2 = (d0 - d1)/(r0+r1)
//	x' = A·e^-ηh·x + a_T·(P1·m0 + C) + s_noise·s_T·√(1 - e^-2ηh)·z
//	C  = 0                       one estimate
//	   = P1/2·d0 or P2·d0        two: midpoint or heun
//	   = P2·D1 + 2·P3·D2         three: the 2 is ∫u²
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, eq. 19 and appendix B; K. Crowson, k-diffusion, sample_dpmpp_2m_sde and
// sample_dpmpp_3m_sde. η is that of the SDE, inside the exponentials: it agrees with DDIM's at 0 and 1 only. At η = 0
// this is the deterministic DPM-Solver++(1, 2M, 3M).
//
// The first steps use the estimates that there are, one after a level without signal none from before it; the step to
// the clean picture is x' = m0.
//
// Weak order 1, 2 and 2; one evaluation a step.
type SDEDPMpp struct {
	Estimates   int // 1, 2 or 3
	Eta, SNoise float64
	Correction  int // of two estimates: Midpoint or HeunLike
	Third       int // what stands before D2: ThirdExact, or a reference's slip
	LastSteps   int // FullOrder, LowerOrder or EulerLast
}

// What stands before D2. The slips cost an order, or two.
const (
	ThirdExact  = iota // 2·P3
	ThirdSingle        // P3: k-diffusion, and diffusers' deterministic solver
	ThirdSign          // P3 - 1: diffusers' stochastic solver
)

var sdeDPMpp1Info = Info{
	Kind: KindSDEDPMpp1, Name: "sde-dpmpp-1", File: "stochastic.go",
	Line:   "the reverse SDE solved to first order; euler-a where eta is 1",
	Source: "Lu et al., arXiv 2211.01095", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = A e^-ηh x + a_T P1 m0 + s_noise s_T √(1 - e^-2ηh) z",
	Knobs:   []Knob{knob(Eta, 1, 0, 2), knob(SNoise, 1, 0, 2)},
	tape:    func(o Options) Solver { return sdeDPMpp(1, o) },
}

var sdeDPMpp2MInfo = Info{
	Kind: KindSDEDPMpp2M, Name: "sde-dpmpp-2m", File: "stochastic.go",
	Line:   "extrapolates from the last two estimates and adds fresh noise; for 20 steps or more",
	Source: "Lu et al., arXiv 2211.01095; Crowson, k-diffusion", Order: 2, Evals: perStep, Stochastic: true,
	Formula: "x' = A e^-ηh x + a_T (P1 m0 + C d0) + s_noise s_T √(1 - e^-2ηh) z,  C = P1/2 or P2",
	Knobs:   []Knob{knob(Eta, 1, 0, 2), knob(SNoise, 1, 0, 2), knob(Correction, HeunLike, Midpoint, HeunLike)},
	tape:    func(o Options) Solver { return sdeDPMpp(2, o) },
}

var sdeDPMpp3MInfo = Info{
	Kind: KindSDEDPMpp3M, Name: "sde-dpmpp-3m", File: "stochastic.go",
	Line:   "extrapolates from the last three estimates and adds fresh noise; for 30 steps or more",
	Source: "Crowson, k-diffusion", Order: 2, Evals: perStep, Stochastic: true,
	Formula: "x' = A e^-ηh x + a_T (P1 m0 + P2 D1 + 2 P3 D2) + s_noise s_T √(1 - e^-2ηh) z",
	Knobs:   []Knob{knob(Eta, 1, 0, 2), knob(SNoise, 1, 0, 2)},
	tape:    func(o Options) Solver { return sdeDPMpp(3, o.With(Correction, HeunLike)) },
}

func sdeDPMpp(estimates int, o Options) Solver {
	return SDEDPMpp{Estimates: estimates, Eta: o.Value(Eta), SNoise: o.Value(SNoise), Correction: o.Whole(Correction)}
}

// Compile emits the tape.
func (s SDEDPMpp) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	m := b.History(s.Estimates)
	z := b.Buffer()
	for i, to := range levels[1:] {
		b.Eval(m.Push(), tape.X, i)
		switch {
		case to.S == 0:
			b.Lin(tape.X, tape.Term{Coef: to.A, Src: m.Back(0)})
		case levels[i].A == to.A && levels[i].S == to.S: // compat: the references may end on a level twice
		case levels[i].A == 0 && s.Eta == 0:
			firstOrder(b, tape.X, tape.X, m.Back(0), levels[i], to)
		default:
			s.step(b, m, z, levels, i)
		}
		b.Arrive(i + 1)
	}
	return nil
}

// step emits the step from level i, which ends with noise left.
func (s SDEDPMpp) step(b *Draft, m *tape.History, z tape.Buf, levels []schedule.Level, i int) {
	from, to := levels[i], levels[i+1]
	k := decay(from, to)
	gone := 0.0 // e^-ηh
	if k > 0 {
		gone = exact.Pow(k, s.Eta)
	}
	p1 := 1 - float64(k*gone)
	c := [3]float64{p1, 0, 0} // of m0, m1, m2
	if k > 0 {
		h := to.Lambda() - from.Lambda()
		p1 = -exact.Expm1(-float64((1 + s.Eta) * h))
		c = s.weights(p1, float64((1+s.Eta)*h), h, levels[:i+1], lastOrder(s.LastSteps, s.Estimates, len(levels)-1-i))
	}
	terms := []tape.Term{{Coef: float64(to.S/from.S) * gone, Src: tape.X}}
	for j, w := range c[:s.Estimates] {
		terms = append(terms, tape.Term{Coef: float64(to.A * w), Src: m.Back(j)})
	}
	up := float64(to.S * math.Sqrt(float64((1-gone)*(1+gone))))
	b.Renoise(z, up, s.SNoise, terms...)
}

// weights are what P1·m0 + C makes of m0, m1 and m2, of which most are used. levels end with the step's first.
func (s SDEDPMpp) weights(p1, bigH, h float64, levels []schedule.Level, most int) (c [3]float64) {
	at := len(levels) - 1
	have := 1
	for have < most && have <= at && levels[at-have].A > 0 {
		have++
	}
	c[0] = p1
	if have == 1 {
		return c
	}
	lambda := levels[at].Lambda()
	before := levels[at-1].Lambda()
	r0 := (lambda - before) / h
	if have == 2 {
		w := 0.5 * p1
		if s.Correction == HeunLike {
			w = float64(bigH * phi(-bigH)[1])
		}
		c[0], c[1] = p1+w/r0, -w/r0
		return c
	}
	r1 := (before - levels[at-2].Lambda()) / h
	p := phi(-bigH)
	p2, third := float64(bigH*p[1]), float64(bigH*p[2])
	switch s.Third {
	case ThirdExact:
		third *= 2
	case ThirdSign:
		third--
	}
	// P2·D1 + third·D2 = (P2 + g)·d0 - g·d1
	g := (float64(p2*r0) + third) / (r0 + r1)
	w0, w1 := (p2+g)/r0, g/r1
	return [3]float64{p1 + w0, -w0 - w1, w1}
}

// DPMppSDE is the two-stage solver of the reverse SDE: half a step in lambda with noise of its own, then the whole step
// with the estimate from there; up and down of each as in EulerAncestral:
//
//	x_M = the first-order step to down_M with D(x, S), + s_noise·a_M·up_M·z_M,  λ_M = (λ_S + λ_T)/2
//	x'  = the first-order step to down_T with D(x_M, M), + s_noise·a_T·up_T·z
//
// K. Crowson, k-diffusion, sample_dpmpp_sde with r = 1/2. z_M and z are increments of one Brownian path over σ, of which
// z_M sees the first part:
//
//	z = c·z_M + √(1 - c²)·z',  c² = (σ_S - σ_M)/(σ_S - σ_T)
//
// with a z' of its own. With independent z_M and z the weak order falls to 1. A step to the clean picture or from pure
// noise is EulerAncestral's.
//
// Weak order 2; two evaluations a step, one in the last: 2n-1.
type DPMppSDE struct {
	Eta, SNoise float64
	Independent bool // as a reference that draws z_M and z apart
}

var dpmppSDEInfo = Info{
	Kind: KindDPMppSDE, Name: "dpmpp-sde", File: "stochastic.go",
	Line:   "two stages of the reverse SDE with one Brownian path; two evaluations a step",
	Source: "Crowson, k-diffusion; Lu et al., arXiv 2211.01095", Order: 2, Evals: twiceButLast, Stochastic: true,
	Formula: "x' = (down/s_S) x + (a_T - (down/s_S) a_S) D(x_M) + s_noise up (c z_M + √(1-c²) z')",
	Knobs:   []Knob{knob(Eta, 1, 0, 1), knob(SNoise, 1, 0, 2), openingKnob},
	tape:    func(o Options) Solver { return DPMppSDE{Eta: o.Value(Eta), SNoise: o.Value(SNoise)} },
}

// Compile emits the tape.
func (s DPMppSDE) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, mid, z, z2 := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if one(from, to) {
			ancestral(b, d, z, from, to, s.Eta, s.SNoise)
			b.Arrive(i + 1)
			continue
		}
		m := b.middle(from, to)
		half := b.Level(m)
		down, up := split(from, half, s.Eta)
		k := down.S / from.S
		terms := []tape.Term{{Coef: k, Src: tape.X}, {Coef: half.A - float64(k*from.A), Src: d}}
		if up > 0 {
			b.Noise(z)
			terms = append(terms, tape.Term{Coef: float64(s.SNoise * up), Src: z})
		}
		b.Lin(mid, terms...)
		b.Eval(d, mid, m)

		down, up = split(from, to, s.Eta)
		k = down.S / from.S
		terms = []tape.Term{{Coef: k, Src: tape.X}, {Coef: to.A - float64(k*from.A), Src: d}}
		if up > 0 {
			b.Noise(z2)
			first, rest := s.share(from, half, to)
			up = float64(s.SNoise * up)
			terms = append(terms, tape.Term{Coef: float64(up * first), Src: z}, tape.Term{Coef: float64(up * rest), Src: z2})
		}
		b.Lin(tape.X, terms...)
		b.Arrive(i + 1)
	}
	return nil
}

// share is how much of the whole step's noise is that of its first half, and of its second: c and √(1 - c²).
func (s DPMppSDE) share(from, half, to schedule.Level) (first, rest float64) {
	if s.Independent {
		return 0, 1
	}
	c2 := (1 - decay(from, half)) / (1 - decay(from, to))
	return math.Sqrt(c2), math.Sqrt(1 - c2)
}
