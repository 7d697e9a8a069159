package oracle

import (
	"math"
	"testing"

	"tintype/core/schedule"
)

// The denoiser against its definition: the mean of x0 under the posterior, by quadrature in one dimension.
func TestMixtureDenoiser(t *testing.T) {
	m := Mixture{[]float64{0.6, 0.4}, [][]float64{{-1}, {0.5}}, [][]float64{{0.1}, {0.3}}}
	for _, lambda := range []float64{-2, -0.5, 0, 1, 2} {
		l := AtLambda(lambda)
		for _, x := range []float64{-2, -0.3, 0, 0.8, 3} {
			num, den := 0.0, 0.0
			const n, width = 40000, 8.0
			for i := range n {
				x0 := -width + (float64(i)+0.5)*2*width/n
				p := 0.0
				for k, w := range m.Weights {
					d := x0 - m.Means[k][0]
					p += w * math.Exp(-d*d/(2*m.Vars[k][0])) / math.Sqrt(m.Vars[k][0])
				}
				e := (x - l.A*x0) / l.S
				p *= math.Exp(-e * e / 2)
				num, den = num+p*x0, den+p
			}
			got := []float64{0}
			m.Denoise(got, []float64{x}, l)
			if math.Abs(got[0]-num/den) > 1e-9 {
				t.Errorf("D(%v) at lambda %v = %v, want %v", x, lambda, got[0], num/den)
			}
		}
	}
}

// For Gaussian data the probability flow keeps (x - A·μ)/√(A²·v + S²).
func TestFlowOnGaussian(t *testing.T) {
	g := Gaussian{Mean: 0.4, Var: 0.25}
	one := func(dst, x []float64, l schedule.Level) {
		gain := l.A * g.Var / (l.A*l.A*g.Var + l.S*l.S)
		dst[0] = g.Mean + gain*(x[0]-l.A*g.Mean)
	}
	from, to := AtLambda(-2.3), AtLambda(2.3)
	m0, v0 := g.Marginal(from)
	m1, v1 := g.Marginal(to)
	x := 1.7
	want := m1 + (x-m0)*math.Sqrt(v1/v0)
	if got := Flow([]float64{x}, from, to, one, 1000)[0]; math.Abs(got-want) > 1e-11 {
		t.Errorf("flow ends at %v, want %v", got, want)
	}
}
