package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// RK45 is the method of Dormand and Prince on the probability flow in X = x/a over λ, with steps of its own:
//
//	dX/dλ = D - X
//	X_i = X + h·Σ_{j<i} a_ij·f_j at λ_S + c_i·h;  X' = X_7,  Δ = a_T·h·Σ_j (b_j - b*_j)·f_j
//
// J. Dormand, P. Prince, A family of embedded Runge-Kutta formulae, J. Comp. Appl. Math. 6 (1980), RK5(4)7M; Y. Song
// et al., arXiv 2011.13456, section 4.3, for the flow. The control of h is that of adaptive.go.
//
// Order 5; six evaluations a step, as the last is the next one's first, and the first is kept where a step is taken
// again.
type RK45 struct{ Relative, Absolute float64 }

var rk45Info = Info{
	Kind: KindRK45, Name: "rk45",
	Line:   "Dormand and Prince's method on the exact flow, which chooses its own steps: the reference",
	Source: "Song et al., arXiv 2011.13456; Dormand & Prince (1980)", Order: 5, Evals: asNeeded,
	Formula: "X' = X + h Σ b_j f_j,  dX/dλ = D - X = f",
	Knobs:   []Knob{knob(Relative, 1e-3, 1e-5, 1), knob(Absolute, 1e-3, 1e-6, 1)},
	loop:    func(o Options) tape.Loop { return RK45{o.Value(Relative), o.Value(Absolute)} },
}

// Prepare makes the program.
func (s RK45) Prepare(p schedule.Process, levels []schedule.Level) (tape.Program, error) {
	if err := s.valid(); err != nil {
		return nil, err
	}
	onFlow := func(l schedule.Level) (onX, onD float64) { return -1 / l.A, 1 }
	m := embedded{slopes: 7, order: 5, ends: true, value: onFlow, plan: PlanRK45}
	return singly{&adaptive{m, controller{i: 1}, tolerance{s.Relative, s.Absolute}, p, levels}, levels}, nil
}

// The method's nodes, its stages (the last of which is the result), and the two results' difference.
var (
	rk45C = [7]float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1}
	RK45A = [7][7]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	}
	RK45E = [7]float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}
)

func PlanRK45(t *Try, p schedule.Process, from, to schedule.Level) {
	start := from.Lambda()
	h := to.Lambda() - start
	for i := range rk45C {
		l := to
		if i < 5 {
			l = p.Of(start + float64(rk45C[i]*h))
		}
		t.Level[i], t.Keep[i] = l, l.A/from.A
		for j := range i {
			t.C[i][j] = float64(float64(l.A*h) * RK45A[i][j])
		}
	}
	for j, e := range RK45E {
		t.Off[j] = float64(float64(to.A*h) * e)
	}
}
