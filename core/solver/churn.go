package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Churn raises the noise of a level before the step from it, so that a solver of the probability flow samples as one
// of the SDE does. In X = x/a:
//
//	γ = min(s_churn/n, √2 - 1) where s_tmin <= σ_S <= s_tmax, else 0
//	σ^ = (1 + γ)·σ_S;  X^ = X + s_noise·√(σ^² - σ_S²)·z
//
// T. Karras et al., arXiv 2206.00364, algorithm 2, lines 4 to 6. The network is asked about X^, at σ^; nothing is raised
// where there is no signal. The zero Churn raises nothing.
type Churn struct {
	Amount   float64 // s_churn, of the whole run
	Min, Max float64 // s_tmin, s_tmax
	SNoise   float64
}

// churnKnobs are the settings of a Churn.
var churnKnobs = []Knob{knob(SChurn, 0, 0, 100), knob(STMin, 0, 0, 1e6), knob(STMax, 1e6, 0, 1e6), knob(SNoise, 1, 0, 2)}

func churn(o Options) Churn {
	return Churn{o.Value(SChurn), o.Value(STMin), o.Value(STMax), o.Value(SNoise)}
}

// gamma is γ for a step from a level, of n.
func (c Churn) gamma(from schedule.Level, n int) float64 {
	if from.A == 0 {
		return 0
	}
	if sigma := from.Sigma(); !(c.Amount > 0 && sigma >= c.Min && sigma <= c.Max) {
		return 0
	}
	return min(c.Amount/float64(n), math.Sqrt2-1)
}

// raise emits the step up from level i and returns the level that X is at then.
func (c Churn) raise(b *Draft, z tape.Buf, i int) int {
	from := b.Level(i)
	g := c.gamma(from, b.steps)
	if g == 0 {
		return i
	}
	up := b.atLambda(from.Lambda() - exact.Log(1+g))
	b.Renoise(z, float64(up.A*float64(from.Sigma()*math.Sqrt(float64(g*(2+g))))), c.SNoise, tape.Term{Coef: up.A / from.A, Src: tape.X})
	return b.AddLevel(up)
}

// Heun takes a part α of Euler's step to y, looks at the slope there, and goes the whole step with both slopes:
//
//	X' = X + (σ_T - σ_S)·((1 - 1/2α)·e + 1/2α·e'),  e' = (Y - D(y))/σ',  σ' = σ_S + α·(σ_T - σ_S)
//
// T. Karras et al., arXiv 2206.00364, algorithms 2 (α = 1: Heun's method; with churn, their stochastic sampler) and 3
// (α = 1/2: the midpoint, 2/3: Ralston). Since Euler keeps e, Y = D + σ'·e, and with k = σ_T/σ_S
//
//	x' = [Euler's step] + a_T/2α·(k - 1)/(1 + α(k - 1))·(D - D(y))
//
// which does not cancel where σ_S is large. A step to the clean picture (σ_T = 0) or from pure noise (σ_S infinite)
// is Euler's.
//
// Order 2 (weak order 2 with a churn that n does not change); two evaluations a step, one in the last: 2n-1.
type Heun struct {
	Churn Churn
	Alpha float64 // 0 is 1
}

var heunInfo = Info{
	Kind: KindHeun, Name: "heun", File: "churn.go",
	Line:   "Euler's step corrected by the slope at its end; two evaluations a step",
	Source: "Karras et al., arXiv 2206.00364, algorithms 2 and 3", Order: 2, Evals: twiceButLast,
	Formula: "X' = X + (σ_T - σ_S)(e + e')/2,  e' at Euler's x'",
	Knobs:   append(append([]Knob{knob(Alpha, 1, 0.5, 1)}, churnKnobs...), openingKnob),
	tape:    func(o Options) Solver { return Heun{churn(o), o.Value(Alpha)} },
}

// Compile emits the tape.
func (s Heun) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, y, d2, z := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		at := s.Churn.raise(b, z, i)
		from := b.Level(at)
		b.Eval(d, tape.X, at)
		switch {
		case one(from, to):
			firstOrder(b, tape.X, tape.X, d, from, to)
		case s.Alpha == 0 || s.Alpha == 1:
			firstOrder(b, tape.X, tape.X, d, from, to)
			b.Eval(d2, tape.X, i+1)
			c := 0.5 * float64(to.A*(1-1/decay(from, to)))
			b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: c, Src: d}, tape.Term{Coef: -c, Src: d2})
		default:
			s.part(b, d, y, d2, from, to)
		}
		b.Arrive(i + 1)
	}
	return nil
}

// part emits the rest of a step whose second slope is taken before its end.
func (s Heun) part(b *Draft, d, y, d2 tape.Buf, from, to schedule.Level) {
	k := decay(from, to)
	r := 1 + float64(s.Alpha*(k-1)) // σ'/σ_S
	at := b.AddLevel(b.atLambda(from.Lambda() - exact.Log(r)))
	firstOrder(b, y, tape.X, d, from, b.Level(at))
	b.Eval(d2, y, at)
	c := float64(to.A*(k-1)) / (2 * float64(s.Alpha*r))
	a := to.S / from.S
	b.Lin(tape.X, tape.Term{Coef: a, Src: tape.X}, tape.Term{Coef: to.A - float64(a*from.A) + c, Src: d}, tape.Term{Coef: -c, Src: d2})
}

// DPM2 is the midpoint method with the middle in log σ (KDPM2): half a step by Euler, then the whole step along the
// slope found there:
//
//	σ_M = √(σ_S·σ_T),  Y = X + (σ_M - σ_S)·e
//	X' = X + (σ_T - σ_S)·e(Y, M)
//
// T. Karras et al., arXiv 2206.00364, section 3, after C. Lu et al., arXiv 2206.00927; K. Crowson's k-diffusion named
// it. With churn, noise is raised before each step. A step to the clean picture is Euler's.
//
// Order 2 (weak order 2 with a churn that n does not change); two evaluations a step, one in the last: 2n-1.
type DPM2 struct{ Churn Churn }

var dpm2Info = Info{
	Kind: KindDPM2, Name: "dpm2", File: "churn.go",
	Line:   "half a step in log sigma, then the whole one along the slope found there",
	Source: "Karras et al., arXiv 2206.00364; Crowson, k-diffusion", Order: 2, Evals: twiceButLast,
	Formula: "X' = X + (σ_T - σ_S) e(Y),  Y at √(σ_S σ_T) by Euler",
	Knobs:   append(churnKnobs[:len(churnKnobs):len(churnKnobs)], openingKnob),
	tape:    func(o Options) Solver { return DPM2{churn(o)} },
}

// Compile emits the tape.
func (s DPM2) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	whole := func(from, to schedule.Level, _ []schedule.Level) weights {
		return weights{noiseOverSigma.moments(from, to)[0]}
	}
	st, z := newStages(b, noiseOverSigma, whole, 2), b.Buffer()
	for i := range levels[1:] {
		st.over(b, s.Churn.raise(b, z, i), i+1, 0.5)
	}
	return nil
}
