package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// GDDIMBlur is DDIM(η) on each frequency of a schedule.Blur, with that frequency's a_k = a·Fade in the place of a:
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
	Source: "Zhang et al., arXiv 2206.05564", Order: 1, Evals: perStep,
	Formula: "x~' = a_k,T D~ + √(s_T² - v_k) e~ + √v_k z~",
	Knobs:   []Knob{knob(Eta, 0, 0, 1)}, Needs: NeedsBlur,
	tape: func(o Options) Solver { return GDDIMBlur{o.Value(Eta)} },
}

// Compile emits the tape.
func (s GDDIMBlur) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	blur, ok := b.process.(*schedule.Blur)
	if !ok {
		return &tape.LevelsError{Problem: "the process does not blur"}
	}
	d, z, y := b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if to.S == 0 {
			b.Lin(tape.X, tape.Term{Coef: 1, Src: d})
			b.Emit(i + 1)
			continue
		}
		at := func(w float64) marginal {
			one, other := from, to
			one.A, other.A = float64(from.A*blur.Fade(w, from)), float64(to.A*blur.Fade(w, to))
			return newMarginal(one, other, s.Eta)
		}
		b.Apply(y, tape.X, Spectral{func(w float64) float64 { return at(w).keep }})
		b.Lin(tape.X, tape.Term{Coef: 1, Src: y})
		b.Apply(y, d, Spectral{func(w float64) float64 { return at(w).w }})
		b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: 1, Src: y})
		if s.Eta > 0 {
			b.Noise(z)
			b.Apply(y, z, Spectral{func(w float64) float64 { return math.Sqrt(at(w).v) }})
			b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: 1, Src: y})
		}
		b.Emit(i + 1)
	}
	return nil
}
