package solver

import (
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// DPMAdaptive is DPM-Solver with steps of its own: DPM-Solver-2 whose error is its distance from DPM-Solver-1, or
// DPM-Solver-3 and DPM-Solver-2, which share their stages:
//
//	12: u at h/2;            x' = (a_T/a_S)·x - s_T·q1·e_u,  Δ = s_T·q1·(e_u - e)
//	23: u1 at h/3, u2 at 2h/3; x' as DPMSolver,  Δ = s_T·(q2/r2·(e_2 - e) - q1/(2·r1)·(e_1 - e)),  r1 = 1/3, r2 = 2/3
//
// C. Lu et al., DPM-Solver, arXiv 2206.00927, appendix C; the control of h is that of adaptive.go.
//
// Order 2 or 3 in every step; as many evaluations each, one less where a step is taken again.
type DPMAdaptive struct {
	Order              int     // 2 or 3
	Relative, Absolute float64 // tolerances
	P, I, D            float64 // of the controller; all 0: I = 1
}

var dpmAdaptiveInfo = Info{
	Kind: KindDPMAdaptive, Name: "dpm-adaptive", File: "embedded.go",
	Line:   "DPM-Solver that chooses its own steps between the grid's, by their error",
	Source: "Lu et al., arXiv 2206.00927, appendix C", Order: 3, Evals: asNeeded,
	Formula: "DPM-Solver-3, Δ = its distance from DPM-Solver-2",
	Knobs:   []Knob{knob(Order, 3, 2, 3), knob(Relative, 0.05, 1e-5, 1), knob(Absolute, 0.0078, 1e-6, 1)},
	loop: func(o Options) tape.Loop {
		return DPMAdaptive{Order: o.Whole(Order), Relative: o.Value(Relative), Absolute: o.Value(Absolute)}
	},
}

// Prepare makes the program.
func (s DPMAdaptive) Prepare(p schedule.Process, levels []schedule.Level) (tape.Program, error) {
	if err := s.valid(); err != nil {
		return nil, err
	}
	m := embedded{slopes: s.Order, order: float64(s.Order), value: ofSlope, plan: planDPM12}
	if s.Order == 3 {
		m.plan = planDPM23
	}
	c := controller{s.P, s.I, s.D}
	if c == (controller{}) {
		c.i = 1
	}
	return singly{&adaptive{m, c, tolerance{s.Relative, s.Absolute}, p, levels}, levels}, nil
}

// ofSlope makes v the slope e.
func ofSlope(l schedule.Level) (onX, onD float64) { return 1 / l.S, -l.A / l.S }

func planDPM12(t *Try, p schedule.Process, from, to schedule.Level) {
	start := from.Lambda()
	h := to.Lambda() - start
	u := p.AtLambda(start + 0.5*h)
	t.Level = [MaxSlopes]schedule.Level{from, u}
	t.Keep[1], t.Keep[2] = u.A/from.A, to.A/from.A
	q := -float64(to.S * exact.Expm1(h))
	t.C[1][0] = -float64(u.S * exact.Expm1(0.5*h))
	t.C[2] = [MaxSlopes]float64{0, q}
	t.Off = [MaxSlopes]float64{-q, q}
}

func planDPM23(t *Try, p schedule.Process, from, to schedule.Level) {
	const r1, r2 = 1.0 / 3, 2.0 / 3
	start := from.Lambda()
	h := to.Lambda() - start
	u1, u2 := p.AtLambda(start+float64(r1*h)), p.AtLambda(start+float64(r2*h))
	t.Level = [MaxSlopes]schedule.Level{from, u1, u2}
	t.Keep[1], t.Keep[2], t.Keep[3] = u1.A/from.A, u2.A/from.A, to.A/from.A

	t.C[1][0] = -float64(u1.S * exact.Expm1(float64(r1*h)))
	f := phi(float64(r2 * h))
	w := -float64(u2.S*float64(r2*h)) * f[1] * (r2 / r1)
	t.C[2] = [MaxSlopes]float64{-float64(u2.S*float64(r2*h))*f[0] - w, w}

	f = phi(h)
	c := -float64(to.S * h)
	w = float64(c*f[1]) / r2
	t.C[3] = [MaxSlopes]float64{float64(c*f[0]) - w, 0, w}
	low := float64(c*f[0]) / (2 * r1)
	t.Off = [MaxSlopes]float64{low - w, -low, w}
}

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
	Kind: KindRK45, Name: "rk45", File: "embedded.go",
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
			l = p.AtLambda(start + float64(rk45C[i]*h))
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
