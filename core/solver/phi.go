package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
)

// The exact solution of a step is an integral over the estimates on the way, and a solver replaces them by the
// polynomial through those that it has. Over u, which goes from 0 at S to 1 at T,
//
//	x' = A·x + B·D(S) + Σ_k w_k·(v_k - v_0),  w_k = ∫_0^1 l_k(u)·ρ(u) du
//
// where v is D or e, v_0 that at S, l_k the Lagrange polynomial of node k among all nodes and ρ what the integral
// weighs v with. Its moments ∫ u^j·ρ(u) du are all that a solver needs:
//
//	D over λ:  ρ = a_T·h·e^-(1-u)h     M_j = a_T·h·j!·φ_{j+1}(-h)
//	e over λ:  ρ = -s_T·h·e^(1-u)h     M_j = -s_T·h·j!·φ_{j+1}(h)
//	e over σ:  ρ = a_T·(σ_T - σ_S)     M_j = a_T·(σ_T - σ_S)/(j+1)
//
// M. Hochbruck, A. Ostermann, Exponential integrators, Acta Numerica 19 (2010), for the φ functions
//
//	φ_k(z) = ∫_0^1 e^(1-u)z·u^(k-1)/(k-1)! du = Σ_i z^i/(i+k)!

// maxNodes is the most values that one step interpolates.
const maxNodes = 4

// weights belong to the nodes after the first.
type weights [maxNodes - 1]float64

// phi returns φ_1 to φ_4. Their recursion φ_k = z·φ_{k+1} + 1/(k-1)! loses no digits downwards where |z| < 1, and
// none upwards elsewhere.
func phi(z float64) (p [maxNodes]float64) {
	if math.Abs(z) < 1 {
		term := 1.0 / 24
		for i := 5; i <= 22; i++ {
			p[3] += term
			term = float64(term*z) / float64(i)
		}
		p[2] = float64(z*p[3]) + 1.0/6
		p[1] = float64(z*p[2]) + 0.5
		p[0] = float64(z*p[1]) + 1
		return p
	}
	p[0] = exact.Expm1(z) / z
	p[1] = (p[0] - 1) / z
	p[2] = (p[1] - 0.5) / z
	p[3] = (p[2] - 1.0/6) / z
	return p
}

// lagrange returns Σ_j c_kj·M_j for the nodes after the first, where l_k(u) = Σ_j c_kj·u^j. The first node is at 0,
// where only its own polynomial has a constant term.
func lagrange(nodes []float64, m [maxNodes]float64) (w weights) {
	for k, at := range nodes {
		c := [maxNodes]float64{0, 1} // the polynomial u of the node at 0
		down, degree := at, 1
		for j, other := range nodes {
			if j == k {
				continue
			}
			degree++
			for i := degree; i > 0; i-- { // times (u - other)
				c[i] = c[i-1] - float64(other*c[i])
			}
			down = float64(down * (at - other))
		}
		for i := 1; i <= degree; i++ {
			w[k] += float64(c[i] * m[i])
		}
		w[k] /= down
	}
	return w
}

// weigher gives the weights of a step from one level to another with values at S and at the others; all of them have
// signal and noise.
type weigher func(from, to schedule.Level, others []schedule.Level) weights

// integral is one of the three above.
type integral struct {
	slope   bool // of e, not of D
	place   func(schedule.Level) float64
	moments func(from, to schedule.Level) [maxNodes]float64
}

var dataOverLambda = integral{place: schedule.Level.Lambda, moments: func(from, to schedule.Level) [maxNodes]float64 {
	h := to.Lambda() - from.Lambda()
	return factorials(float64(to.A*h), phi(-h))
}}

var noiseOverLambda = integral{slope: true, place: schedule.Level.Lambda, moments: func(from, to schedule.Level) [maxNodes]float64 {
	h := to.Lambda() - from.Lambda()
	return factorials(-float64(to.S*h), phi(h))
}}

var noiseOverSigma = integral{slope: true, place: schedule.Level.Sigma, moments: func(from, to schedule.Level) [maxNodes]float64 {
	c := float64(to.A * (to.Sigma() - from.Sigma()))
	return [maxNodes]float64{c, c / 2, c / 3, c / 4}
}}

// factorials are M_0 to M_3 for M_j = c·j!·φ_{j+1}.
func factorials(c float64, p [maxNodes]float64) [maxNodes]float64 {
	return [maxNodes]float64{float64(c * p[0]), float64(c * p[1]), float64(c*p[2]) * 2, float64(c*p[3]) * 6}
}

// nodes places levels on the step: from is 0, to is 1.
func (g integral) nodes(from, to schedule.Level, others []schedule.Level) []float64 {
	start := g.place(from)
	length := g.place(to) - start
	u := make([]float64, len(others))
	for i, l := range others {
		u[i] = (g.place(l) - start) / length
	}
	return u
}

// exact integrates the polynomial through all values.
func (g integral) exact(from, to schedule.Level, others []schedule.Level) weights {
	return lagrange(g.nodes(from, to, others), g.moments(from, to))
}

// midpoint is exact but for one other value: the line through both is then integrated as if the middle of the step
// stood for all of it, w = M_0/2u.
func (g integral) midpoint(from, to schedule.Level, others []schedule.Level) weights {
	if len(others) != 1 {
		return g.exact(from, to, others)
	}
	return weights{g.moments(from, to)[0] / (2 * g.nodes(from, to, others)[0])}
}

// corrected is one of the two weighers above.
func (g integral) corrected(correction int) weigher {
	if correction == Midpoint {
		return g.midpoint
	}
	return g.exact
}
