package sampler

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
)

// Blur is a process that blurs while it adds noise: the frequency with the eigenvalue w (see Spectral) of x has
//
//	x~_k = a_k·x0~_k + s·ε~_k,  a_k = a·((1 - f)·e^(-w·τ) + f),  τ = (b·sin²(πt/2))²/2
//
// E. Hoogeboom, T. Salimans, Blurring diffusion models, arXiv 2209.05557, section 3; t is the model's time from 0 to 1.
type Blur struct {
	Max   float64 // b: the width of the largest blur, in pixels
	Floor float64 // f, over 0: what is left of the finest detail
}

// gain is a_k at a level of severity t.
func (u *Blur) gain(l schedule.Level, t, w float64) float64 {
	sin, _ := exact.Sincos(0.5 * math.Pi * t)
	width := float64(u.Max * float64(sin*sin))
	fade := exact.Exp(-0.5 * float64(w*float64(width*width)))
	return float64(l.A * (float64((1-u.Floor)*fade) + u.Floor))
}

// GDDIMBlur is DDIM(η) on each frequency of a Blur, with that frequency's a_k in the place of a:
//
//	x~' = a_k,T·D~ + √(s_T² - v_k)·e~ + √v_k·z~,  v_k = η²·s_T²·(1 - (s_T·a_k,S/(a_k,T·s_S))²)
//
// Q. Zhang et al., gDDIM, arXiv 2206.05564, section 4 (blurring diffusion).
//
// Order 1 (weak order 1 for η > 0); one evaluation a step.
type GDDIMBlur struct{ Eta float64 }

var gddimBlurInfo = Info{
	Kind: KindGDDIMBlur, Name: "gddim-blur",
	Line:   "ddim on each frequency of a process that blurs while it adds noise",
	Source: "Zhang et al., arXiv 2206.05564", Order: 1, Cost: "n", Evals: perStep,
	Formula: "x~' = a_k,T D~ + √(s_T² - v_k) e~ + √v_k z~",
	Knobs:   []Knob{knob(Eta, 0, 0, 1)}, Needs: NeedsBlur,
	tape: func(o Options) Solver { return GDDIMBlur{o.Value(Eta)} },
}

// Compile emits the tape.
func (s GDDIMBlur) Compile(levels []schedule.Level, b *Builder) error {
	d, z, y := b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, X, i)
		if to.S == 0 {
			b.Lin(X, Term{1, d})
			b.Emit(i + 1)
			continue
		}
		ts, tt := severity(b.process, from), severity(b.process, to)
		at := func(w float64) (m marginal) {
			a, c := from, to
			a.A, c.A = b.extras.Blur.gain(from, ts, w), b.extras.Blur.gain(to, tt, w)
			return newMarginal(a, c, s.Eta)
		}
		b.Apply(y, X, Spectral{func(w float64) float64 { return at(w).keep }})
		b.Lin(X, Term{1, y})
		b.Apply(y, d, Spectral{func(w float64) float64 { return at(w).w }})
		b.Lin(X, Term{1, X}, Term{1, y})
		if s.Eta > 0 {
			b.Noise(z)
			b.Apply(y, z, Spectral{func(w float64) float64 { return math.Sqrt(at(w).v) }})
			b.Lin(X, Term{1, X}, Term{1, y})
		}
		b.Emit(i + 1)
	}
	return nil
}

// severity is the time of a level from 0, the clean picture's, to 1. The first trained step of a stepped process is not
// yet clean.
func severity(p schedule.Process, l schedule.Level) float64 {
	if l.S == 0 {
		return 0
	}
	if s, ok := p.(schedule.Stepped); ok {
		return (l.T + 1) / float64(s.Steps())
	}
	hi, _ := p.Range()
	return l.T / hi.T
}
