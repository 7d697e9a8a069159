package solver

import (
	"math"
	"math/big"
	"testing"

	"tintype/core/schedule"
)

// φ against its series in many digits, over small and large arguments of both signs.
func TestPhi(t *testing.T) {
	for _, z := range []float64{0, 1e-300, 1e-9, -1e-4, 0.00999, 0.01, -0.3, 0.999999, 1, -1, 1.7, -4, 12, -30, 30} {
		got := phi(z)
		for k := 1; k <= 4; k++ {
			fact := big.NewFloat(1).SetPrec(400)
			for i := 2; i <= k; i++ {
				fact.Mul(fact, big.NewFloat(float64(i)))
			}
			term, sum := new(big.Float).SetPrec(400).Quo(big.NewFloat(1), fact), new(big.Float).SetPrec(400)
			for i := range 400 {
				sum.Add(sum, term)
				term.Mul(term, new(big.Float).SetFloat64(z)).Quo(term, big.NewFloat(float64(i+k+1)))
			}
			want, _ := sum.Float64()
			if math.Abs(got[k-1]/want-1) > 2e-14 {
				t.Errorf("φ_%d(%v) = %v, want %v", k, z, got[k-1], want)
			}
		}
	}
}

// The weights of each integral against quadrature of the polynomial that they stand for.
func TestWeightsIntegratePolynomials(t *testing.T) {
	level := func(lambda float64) schedule.Level {
		s := math.Exp(-lambda)
		return schedule.Level{A: 1 / math.Sqrt(1+s*s), S: s / math.Sqrt(1+s*s)}
	}
	for _, h := range []float64{1e-3, 0.2, 1.7} {
		from, to := level(-0.4), level(-0.4+h)
		others := []schedule.Level{level(-0.4 - 1.3*h), to, level(-0.4 + 0.4*h)}
		for _, c := range []struct {
			name string
			integral
			rho func(lambda float64) float64 // per dλ
		}{
			{"D over λ", dataOverLambda, func(l float64) float64 { return to.S * math.Exp(l) }},
			{"e over λ", noiseOverLambda, func(l float64) float64 { return -to.A * math.Exp(-l) }},
			{"e over σ", noiseOverSigma, func(l float64) float64 { return -to.A * math.Exp(-l) }},
		} {
			for n := 1; n <= 3; n++ {
				w := c.exact(from, to, others[:n])
				nodes := []float64{c.place(from)}
				for _, l := range others[:n] {
					nodes = append(nodes, c.place(l))
				}
				for k := 1; k <= n; k++ {
					const steps = 2000
					sum, a, b := 0.0, from.Lambda(), to.Lambda()
					for i := range steps + 1 { // Simpson
						l := a + (b-a)*float64(i)/steps
						v := c.rho(l)
						for j := range nodes {
							if j != k {
								v *= (c.place(level(l)) - nodes[j]) / (nodes[k] - nodes[j])
							}
						}
						sum += v * []float64{2, 4}[i%2]
						if i == 0 || i == steps {
							sum -= v
						}
					}
					if want := sum * (b - a) / steps / 3; math.Abs(w[k-1]-want) > 1e-9*h {
						t.Errorf("%s, h = %v, weight %d of %d: %v, want %v", c.name, h, k, n, w[k-1], want)
					}
				}
			}
		}
	}
}
