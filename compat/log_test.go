package compat

import (
	"math"
	"testing"
)

// Of these the first two are rounded as the logarithm itself, the others are not (numpy 2.4.6).
func TestLogIsNumpys(t *testing.T) {
	for _, c := range []struct{ x, want float32 }{
		{1.3230847, 0.2799659},
		{157.40727, 5.0588365},
		{0.95194197, -0.049251202},
		{1.0313102, 0.030830035},
		{0.8440091, -0.16959202},
		{2029.2112, 7.615402},
		{0.025133077, -3.6835704},
		{0.7071068, -0.3465735},
		{1.4958907, 0.4027218},
		{0.80047065, -0.22255538},
		{0.7148133, -0.33573395},
		{1.138511, 0.12972121},
	} {
		if got := float32(log32(float64(c.x))); got != c.want {
			t.Errorf("log32(%v) = %v, numpy has %v; the logarithm is %v", c.x, got, c.want, math.Log(float64(c.x)))
		}
	}
}
