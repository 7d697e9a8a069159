package solver

import (
	"fmt"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// Table holds the coefficients of a sampler that was itself learned, for one number of steps: step i reads every x and
// every estimate so far,
//
//	x_{i+1} = Σ_{j<=i} X[i][j]·x_j + Σ_{j<=i} D[i][j]·D_j + Noise[i]·z
//
// (a table over the network's own outputs F is one over x and D, since D = Skip·x + Out·F).
type Table struct {
	X, D  [][]float64 // row i has i+1 numbers
	Noise []float64
}

// Check returns an error unless the rows have their lengths and their numbers are finite.
func (t *Table) Check() error {
	n := len(t.Noise)
	if n == 0 || n > maxTableSteps || len(t.X) != n || len(t.D) != n {
		return &tape.LevelsError{Problem: fmt.Sprintf("the table of coefficients has %d, %d and %d rows, expected equally many, 1 to %d",
			len(t.X), len(t.D), n, maxTableSteps)}
	}
	for i, z := range t.Noise {
		if len(t.X[i]) != i+1 || len(t.D[i]) != i+1 {
			return &tape.LevelsError{Problem: fmt.Sprintf("row %d of the table has %d and %d coefficients, expected %d", i, len(t.X[i]), len(t.D[i]), i+1)}
		}
		bad := z - z
		for j := range i + 1 {
			bad += t.X[i][j] - t.X[i][j] + t.D[i][j] - t.D[i][j]
		}
		if bad != 0 {
			return &tape.LevelsError{Problem: fmt.Sprintf("row %d of the table holds a value that is not a number", i)}
		}
	}
	return nil
}

// maxTableSteps bounds the buffers, two for each step.
const maxTableSteps = 100

// GGDM runs a Table: the samplers that D. Watson et al. learned by differentiating through them (Learning fast samplers,
// arXiv 2202.05830, eq. 5).
//
// One evaluation a step.
type GGDM struct{}

var ggdmInfo = Info{
	Kind: KindGGDM, Name: "ggdm", File: "tables.go",
	Line:   "steps by coefficients that were learned for the checkpoint and its number of steps",
	Source: "Watson et al., arXiv 2202.05830", Evals: perStep,
	Formula: "x_{i+1} = Σ X_ij x_j + Σ D_ij D_j + Noise_i z", Needs: NeedsTable,
	tape: func(Options) Solver { return GGDM{} },
}

// Compile emits the tape.
func (GGDM) Compile(levels []schedule.Level, b *Draft) error {
	t := b.extras.Table
	if err := t.Check(); err != nil {
		return err
	}
	if n := len(levels) - 1; n != len(t.Noise) || n != b.steps {
		return &tape.LevelsError{Problem: fmt.Sprintf("%d steps by a table of coefficients for %d", n, len(t.Noise))}
	}
	z := b.Buffer()
	var xs, ds []tape.Buf
	for i := range t.Noise {
		x := b.Buffer()
		b.Lin(x, tape.Term{Coef: 1, Src: tape.X}) // X is written anew, and later rows read it as it was
		xs, ds = append(xs, x), append(ds, b.Buffer())
		b.Eval(ds[i], tape.X, i)
		var terms []tape.Term
		for j := range i + 1 {
			for _, m := range [2]tape.Term{{Coef: t.X[i][j], Src: xs[j]}, {Coef: t.D[i][j], Src: ds[j]}} {
				if m.Coef != 0 {
					terms = append(terms, m)
				}
			}
		}
		if t.Noise[i] != 0 {
			b.Noise(z)
			terms = append(terms, tape.Term{Coef: t.Noise[i], Src: z})
		}
		b.sum(tape.X, terms)
		b.Arrive(i + 1)
	}
	return nil
}

// sum is Lin of any number of terms, in as many operations as it takes. dst is none of the sources.
func (b *Draft) sum(dst tape.Buf, terms []tape.Term) {
	n := min(len(terms), tape.MaxTerms)
	b.Lin(dst, terms[:n]...)
	for terms = terms[n:]; len(terms) > 0; terms = terms[n:] {
		n = min(len(terms), tape.MaxTerms-1)
		b.Lin(dst, append([]tape.Term{{Coef: 1, Src: dst}}, terms[:n]...)...)
	}
}
