package exact

import (
	"math"
	"testing"
)

// Atan against its definition: the angle whose tangent, in 200 bits, is the argument.
func TestAtan(t *testing.T) {
	check := func(x float64) {
		t.Helper()
		got := Atan(x)
		s, c := bigSincos(got)
		// sin(got - atan x) = (s - x·c)/√(1+x²), and a small angle is its sine.
		d := bigFloat(x)
		d.Mul(d, c).Sub(s, d)
		off, _ := d.Float64()
		off /= math.Hypot(1, x)
		if ulp := math.Nextafter(math.Abs(got), 9) - math.Abs(got); math.Abs(off) > 2*ulp {
			t.Errorf("Atan(%v) = %v is off by %.2f ulp", x, got, math.Abs(off)/ulp)
		}
	}
	for i := range 4000 {
		x := (float64(i) + 0.5) / 1000
		check(x)
		check(-1 / x)
		check(math.Exp2(float64(i)/10 - 200))
	}
	for x, want := range map[float64]float64{0: 0, math.Inf(1): math.Pi / 2, math.Inf(-1): -math.Pi / 2} {
		if got := Atan(x); got != want {
			t.Errorf("Atan(%v) = %v, want %v", x, got, want)
		}
	}
	if got := Atan(math.NaN()); got == got {
		t.Errorf("Atan(NaN) = %v", got)
	}
	if !math.Signbit(Atan(math.Copysign(0, -1))) {
		t.Error("Atan(-0) lost its sign")
	}
}

func TestLogGamma(t *testing.T) {
	for _, x := range []float64{1e-3, 0.05, 0.3, 0.5, 0.6, 1, 1.2, 2, 3.7, 10, 15.9, 16, 50, 1234.5, 5.1e4} {
		want, _ := math.Lgamma(x)
		if got := LogGamma(x); math.Abs(got-want) > 1e-14+2e-15*math.Abs(x*math.Log(x)) {
			t.Errorf("LogGamma(%v) = %v, want %v", x, got, want)
		}
	}
	if got := LogGamma(-1); got == got {
		t.Errorf("LogGamma(-1) = %v", got)
	}
}

// Known distributions: I_x(1, 1) = x, I_x(½, ½) = 2·asin(√x)/π, I_x(2, 3) is a polynomial; and the quantile is the
// inverse, symmetric and rising.
func TestBeta(t *testing.T) {
	for i := range 999 {
		x := float64(i+1) / 1000
		for _, c := range []struct{ a, b, want float64 }{
			{1, 1, x}, {0.5, 0.5, 2 * math.Asin(math.Sqrt(x)) / math.Pi}, {2, 3, x * x * (6 - 8*x + 3*x*x)},
		} {
			if got := beta(x, c.a, c.b); math.Abs(got-c.want) > 1e-13 {
				t.Errorf("I_%v(%v, %v) = %v, want %v", x, c.a, c.b, got, c.want)
			}
		}
	}
	for _, ab := range [][2]float64{{0.6, 0.6}, {0.1, 4}, {5, 0.3}, {1, 1}, {10, 0.1}} {
		before := 0.0
		for i := range 400 {
			p := (float64(i) + 0.5) / 400
			x := BetaQuantile(p, ab[0], ab[1])
			if back := beta(x, ab[0], ab[1]); math.Abs(back-p) > 1e-12 && x < 1-1e-4 {
				t.Errorf("I of the quantile of %v for %v is %v", p, ab, back)
			}
			if !(x >= before) || x > 1 {
				t.Errorf("the quantile of %v for %v is %v after %v", p, ab, x, before)
			}
			before = x
			if other := 1 - BetaQuantile(1-p, ab[1], ab[0]); math.Abs(other-x) > 1e-13 {
				t.Errorf("quantile %v for %v is %v, mirrored %v", p, ab, x, other)
			}
		}
	}
	// A quantile that no float64 is small enough for ends the search all the same.
	if x := BetaQuantile(1e-40, 0.1, 0.1); x != math.SmallestNonzeroFloat64 {
		t.Errorf("the quantile of 1e-40 for a = 0.1 is %v", x)
	}
	if BetaQuantile(0, 0.6, 0.6) != 0 || BetaQuantile(1, 0.6, 0.6) != 1 || beta(-1, 1, 1) != 0 || beta(2, 1, 1) != 1 {
		t.Error("the ends are not 0 and 1")
	}
}
