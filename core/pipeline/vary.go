package pipeline

import (
	"math"

	"tintype/core/exact"
	"tintype/core/limits"
	"tintype/core/rng"
)

// Vary mixes the noise that a picture begins with with that of another seed: a variation of the picture, or a point on
// the way from one picture to another.
type Vary struct {
	Seed   uint64  // of the other noise, the same for every picture of the batch
	Amount float64 // 0: the picture's own noise, 1: the other
}

func checkVary(v Vary) error {
	if !(v.Amount >= 0 && v.Amount <= limits.Vary) {
		return clash(SettingVary, "use 0 to 1", "variation by %v", v.Amount)
	}
	return nil
}

// mix turns a, one picture's noise, towards b on the great circle through both (K. Shoemake, Animating rotation with
// quaternion curves, 1985), so that it stays as long as noise is:
//
//	a' = (sin((1-t)·θ)·a + sin(t·θ)·b)/sin θ,  cos θ = a·b/(|a|·|b|)
//
// Sums run in float64 in the order of the values.
func mix(a, b []float32, t float64) {
	var aa, bb, ab float64
	for i, v := range a {
		x, y := float64(v), float64(b[i])
		aa += float64(x * x)
		bb += float64(y * y)
		ab += float64(x * y)
	}
	c := ab / math.Sqrt(float64(aa*bb))
	// θ between 0 and π, from its half, whose tangent is √((1-c)/(1+c)).
	theta := 2 * exact.Atan(math.Sqrt(max(1-c, 0)/(1+c)))
	own, _ := exact.Sincos(float64((1 - t) * theta))
	other, _ := exact.Sincos(float64(t * theta))
	whole, _ := exact.Sincos(theta)
	if !(whole > 1e-6) { // the same noise, or its opposite: no circle, or no one circle
		own, other, whole = 1-t, t, 1
	}
	p, q := float32(own/whole), float32(other/whole)
	for i, v := range a {
		a[i] = float32(p*v) + float32(q*b[i])
	}
}

// begins fills x with the noise that the run's pictures begin with.
func (r *Run) begins(x []float32) {
	per := len(r.pixels)
	for k := range r.batch {
		own := x[k*per:][:per]
		rng.Normal(own, r.seed+uint64(k), 0, 0)
		if r.vary.Amount > 0 {
			rng.Normal(r.pixels, r.vary.Seed, 0, 0)
			mix(own, r.pixels, r.vary.Amount)
		}
	}
}
