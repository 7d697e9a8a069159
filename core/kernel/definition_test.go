package kernel

import (
	"math"
	"testing"
)

// ulps is the distance of got from want in units of got's last place.
func ulps(got float32, want float64) float64 {
	a := math.Abs(want)
	ulp := float64(math.Nextafter32(float32(a), math.MaxFloat32)) - float64(float32(a))
	return math.Abs(float64(got)-want) / ulp
}

// TestPow2 sweeps 2^s over the whole range in which it is neither 0 nor infinite.
func TestPow2(t *testing.T) {
	worst := 0.0
	for s := float32(-126.49); s < 127.4; s += 0x1p-14 {
		worst = max(worst, ulps(pow2Generic(s), math.Exp2(float64(s))))
	}
	t.Logf("largest error %.3f ulp", worst)
	if worst > 3 {
		t.Errorf("largest error %.3f ulp, want at most 3", worst)
	}
	inf := float32(math.Inf(1))
	for s, want := range map[float32]float32{-127.51: 0, -1e4: 0, 127.51: inf, 1e4: inf, 0: 1, 1: 2, -126: 0x1p-126} {
		if y := pow2Generic(s); y != want {
			t.Errorf("2^%g = %g, want %g", s, y, want)
		}
	}
	if y := pow2Generic(float32(math.NaN())); y == y {
		t.Errorf("2^NaN = %g", y)
	}
}

// The derivative has a zero near -1.278, where only an absolute error can be small.
func TestSiLUGrad(t *testing.T) {
	var x []float32
	for v := float32(1e-3); v < 86; v *= 1.0003 {
		x = append(x, v, -v)
	}
	y, dy := make([]float32, len(x)), make([]float32, len(x))
	for i := range dy {
		dy[i] = 2
	}
	SiLUGrad(y, x, dy)
	for i, v := range x {
		s := 1 / (1 + math.Exp(-float64(v)))
		if want := 2 * (s + float64(v)*s*(1-s)); math.Abs(float64(y[i])-want) > 1e-6 {
			t.Fatalf("2·silu'(%g) = %g, want %g", v, y[i], want)
		}
	}
	x, y, dy = []float32{0, 88, -88, 1e9, -1e9}, make([]float32, 5), []float32{1, 1, 1, 1, 1}
	SiLUGrad(y, x, dy)
	for i, want := range []float32{0.5, 1, 0, 1, 0} {
		if y[i] != want {
			t.Errorf("silu'(%g) = %g, want %g", x[i], y[i], want)
		}
	}
}

func TestSiLU(t *testing.T) {
	var x []float32
	for v := float32(1e-38); v < 84; v *= 1.0003 {
		x = append(x, v, -v)
	}
	y := make([]float32, len(x))
	SiLU(y, x)
	worst := 0.0
	for i, v := range x {
		if math.Abs(float64(y[i])) < 0x1p-126 {
			continue // subnormal: no relative precision to hold it to
		}
		want := float64(v) / (1 + math.Exp(-float64(v)))
		worst = max(worst, math.Abs(float64(y[i])/want-1)/(3e-7+1.2e-7*math.Abs(float64(v))))
	}
	t.Logf("largest error %.3f of the bound", worst)
	if worst > 1 {
		t.Errorf("largest error %.3f of the bound", worst)
	}
	nan := float32(math.NaN())
	x = []float32{0, 1e4, -1e4, 88, 1e14, nan, -nan}
	want := []float32{0, 1e4, 0, 88, 1e14, nan, nan}
	y = make([]float32, len(x))
	SiLU(y, x)
	for i := range x {
		if y[i] != want[i] && (y[i] == y[i] || want[i] == want[i]) {
			t.Errorf("SiLU(%g) = %g, want %g", x[i], y[i], want[i])
		}
	}
}

func TestSoftmaxRows(t *testing.T) {
	r := rng(7)
	const rows, ld = 5, 120
	for cols := 1; cols < 100; cols++ {
		x, y := r.floats(rows*ld), r.floats(rows*ld)
		want := make([]float64, rows*ld)
		for i := range want {
			want[i] = float64(y[i])
		}
		for i := range rows {
			sum := 0.0
			for _, v := range x[i*ld:][:cols] {
				sum += math.Exp(20 * float64(v))
			}
			for j, v := range x[i*ld:][:cols] {
				want[i*ld+j] = math.Exp(20*float64(v)) / sum
			}
		}
		SoftmaxRows(y, x, rows, cols, ld, 20)
		checkClose(t, y, want, 2e-6)
	}
	huge := []float32{3e38, -3e38, 3e38, float32(math.Inf(-1))}
	SoftmaxRows(huge, huge, 1, 4, 4, 1)
	checkClose(t, huge, []float64{0.5, 0, 0.5, 0}, 0)
}

func TestGroupNorm(t *testing.T) {
	r := rng(8)
	const n, hw, c, groups, eps = 2, 303, 24, 4, 1e-5
	x, gamma, beta := r.floats(n*hw*c), r.floats(c), r.floats(c)
	for i := range x {
		x[i] = x[i]*3 + 5
	}
	want := make([]float64, len(x))
	const per = c / groups
	for i := range n {
		for g := range groups {
			var sum, square float64
			each := func(f func(k, j int)) {
				for p := range hw {
					for j := g * per; j < (g+1)*per; j++ {
						f((i*hw+p)*c+j, j)
					}
				}
			}
			each(func(k, _ int) { sum += float64(x[k]) })
			mean := sum / (hw * per)
			each(func(k, _ int) { square += (float64(x[k]) - mean) * (float64(x[k]) - mean) })
			rstd := 1 / math.Sqrt(square/(hw*per)+eps)
			each(func(k, j int) { want[k] = (float64(x[k])-mean)*rstd*float64(gamma[j]) + float64(beta[j]) })
		}
	}
	// The same from two sources that meet within a group.
	const ca = 7
	a, b := make([]float32, hw*ca), make([]float32, hw*(c-ca))
	for p := range hw {
		copy(a[p*ca:], x[p*c:][:ca])
		copy(b[p*(c-ca):], x[p*c+ca:][:c-ca])
	}
	gain, shift, y := make([]float32, c), make([]float32, c), make([]float32, hw*c)
	GroupNormAffine(gain, shift, gamma, beta, a, b, hw, ca, c-ca, groups, eps, make([]float32, NormScratch(hw, c)))
	for i := range y {
		y[i] = float32(x[i]*gain[i%c]) + shift[i%c]
	}
	checkClose(t, y, want[:hw*c], 2e-6)
	GroupNorm(x, x, gamma, beta, n, hw, c, groups, eps, make([]float32, 2*c+NormScratch(hw, c)))
	checkClose(t, x, want, 2e-6)
}

// TestRows compares the operations on rows of channels with their definitions.
func TestRows(t *testing.T) {
	r := rng(9)
	const n, hw, c = 2, 3, 70
	x, a, b := r.floats(n*hw*c), r.floats(n*c), r.floats(n*c)
	biased := make([]float64, len(x))
	for i, v := range x {
		biased[i] = float64(v) + float64(a[i%c])
	}
	AddBias(x, a, n*hw, c)
	checkClose(t, x, biased, 1e-7)
	shift := append([]float32(nil), b...)
	gain := make([]float64, len(a))
	for i := range a {
		gain[i] = float64(a[i]) * (1 + float64(x[i]))
		biased[i] = float64(b[i])*(1+float64(x[i])) + float64(x[70+i])
	}
	ScaleShift(a, shift, x[:len(a)], x[70:][:len(a)])
	checkClose(t, a, gain, 3e-7)
	checkClose(t, shift, biased[:len(a)], 3e-7)
}

func TestResample(t *testing.T) {
	x := []float32{1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60} // [1,2,3,2]
	up := make([]float32, 48)
	Upsample2x(up, x, 1, 2, 3, 2)
	for i, v := range up {
		y, p := i/12/2, i%12/4
		if want := x[(y*3+p)*2+i%2]; v != want {
			t.Fatalf("Upsample2x: element %d is %v, want %v", i, v, want)
		}
	}
	pooled := make([]float32, 2)
	AvgPool2x(pooled, x, 1, 2, 3, 2) // the third column is dropped
	checkClose(t, pooled, []float64{3, 30}, 0)
}

// TestFinite puts each kind of bad number at each place.
func TestFinite(t *testing.T) {
	r := rng(10)
	for n := range 70 {
		x := r.floats(n + 2)[1 : n+1]
		if n > 0 {
			x[0] = -math.MaxFloat32
		}
		for _, v := range variants {
			if !v.finite(x) {
				t.Fatalf("%s: %d finite numbers are not", v.name, n)
			}
			for i, old := range x {
				for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
					x[i] = float32(bad)
					if v.finite(x) {
						t.Fatalf("%s: %g at %d of %d is finite", v.name, bad, i, n)
					}
				}
				x[i] = old
			}
		}
	}
}
