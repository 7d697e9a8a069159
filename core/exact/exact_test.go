package exact

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// The errors allowed, in ulps; the worst found are printed with -v.
const (
	limit      = 1.0
	limitExpm1 = 1.25 // between ln2/2 and ln2 a third of 2·expm1(r) + 1 cancels
)

func worst(t *testing.T, name string, n int, draw func() []float64, f func(a []float64) (float64, *big.Float)) {
	t.Helper()
	var most float64
	var at []float64
	for range n {
		a := draw()
		got, want := f(a)
		if u := ulps(got, want); !(u <= most) {
			most, at = u, a
		}
	}
	t.Logf("%s: at most %.3f ulp, at %v", name, most, at)
	allowed := limit
	if name == "Expm1" {
		allowed = limitExpm1
	}
	if !(most <= allowed) {
		t.Errorf("%s%v is off by %.3f ulp, want at most %g", name, at, most, allowed)
	}
}

func TestAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	in := func(lo, hi float64) func() []float64 {
		return func() []float64 { return []float64{lo + (hi-lo)*r.Float64()} }
	}
	logUniform := func(lo, hi float64) func() []float64 {
		return func() []float64 { return []float64{math.Exp2(lo + (hi-lo)*r.Float64())} }
	}
	exp := func(a []float64) (float64, *big.Float) { return Exp(a[0]), bigExp(bigFloat(a[0])) }
	worst(t, "Exp", 2000, in(-1, 1), exp)
	worst(t, "Exp", 1000, in(-708, 709.7), exp)
	worst(t, "Exp", 1, in(expMax, expMax), exp)

	expm1 := func(a []float64) (float64, *big.Float) {
		w := bigExp(bigFloat(a[0]))
		return Expm1(a[0]), w.Sub(w, bigFloat(1))
	}
	worst(t, "Expm1", 2000, in(-2, 2), expm1)
	worst(t, "Expm1", 1000, in(-60, 709.7), expm1)
	worst(t, "Expm1", 1000, logUniform(-60, 0), expm1)

	log := func(a []float64) (float64, *big.Float) { return Log(a[0]), bigLog(bigFloat(a[0])) }
	worst(t, "Log", 1000, in(0.5, 2), log)
	worst(t, "Log", 500, in(0.999, 1.001), log)
	worst(t, "Log", 500, logUniform(-1074, 1023.9), log)

	sin := func(a []float64) (float64, *big.Float) {
		s, _ := Sincos(a[0])
		w, _ := bigSincos(a[0])
		return s, w
	}
	cos := func(a []float64) (float64, *big.Float) { _, c := bigSincos(a[0]); return Cos(a[0]), c }
	for _, d := range []func() []float64{in(-4, 4), in(-2000, 2000), in(-1<<20, 1<<20), logUniform(-40, 1023.9)} {
		worst(t, "Sin", 400, d, sin)
		worst(t, "Cos", 400, d, cos)
	}

	pow := func(a []float64) (float64, *big.Float) {
		w := bigLog(bigFloat(a[0]))
		return Pow(a[0], a[1]), bigExp(w.Mul(w, bigFloat(a[1])))
	}
	worst(t, "Pow", 500, func() []float64 { return []float64{math.Exp2(-8 + 16*r.Float64()), 8 * r.Float64()} }, pow)
	worst(t, "Pow", 500, func() []float64 {
		x := math.Exp2(-1000 + 2000*r.Float64())
		return []float64{x, (1400*r.Float64() - 700) / math.Log(x)}
	}, pow)
}

// The float64s whose sine or cosine lie closest to zero are where a reduction with too few bits of π shows.
func TestSincosNearZeroCrossings(t *testing.T) {
	hard := []float64{0x1.5f6b7cb8f9f9ep+979, 6381956970095103 * 0x1p797, 5.319372648326541e255}
	for k := 1.0; k < 1<<20; k = math.Floor(k*1.7) + 1 {
		hard = append(hard, k*(math.Pi/2), math.Nextafter(k*(math.Pi/2), 0))
	}
	for k := 1 << 19; k < 1<<19+40; k++ {
		hard = append(hard, float64(k)*(math.Pi/2), float64(k)*(math.Pi/4))
	}
	i := 0
	worst(t, "Sincos", len(hard), func() []float64 { i++; return hard[i-1 : i] }, func(a []float64) (float64, *big.Float) {
		s, c := Sincos(a[0])
		ws, wc := bigSincos(a[0])
		if math.Abs(s) < math.Abs(c) {
			return s, ws
		}
		return c, wc
	})
}

func TestSpecialValues(t *testing.T) {
	sin := func(x float64) float64 { s, _ := Sincos(x); return s }
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"Exp(0)", Exp(0), 1}, {"Exp(-Inf)", Exp(-inf), 0}, {"Exp(Inf)", Exp(inf), inf}, {"Exp(NaN)", Exp(nan), nan},
		{"Exp(710)", Exp(710), inf}, {"Exp(-746)", Exp(-746), 0}, {"Exp(-745)", Exp(-745), math.SmallestNonzeroFloat64},
		{"Exp(after expMax)", Exp(math.Nextafter(expMax, inf)), inf},
		{"Expm1(-0)", Expm1(zero), zero}, {"Expm1(-Inf)", Expm1(-inf), -1}, {"Expm1(Inf)", Expm1(inf), inf},
		{"Expm1(NaN)", Expm1(nan), nan}, {"Expm1(tiny)", Expm1(1e-300), 1e-300},
		{"Log(0)", Log(0), -inf}, {"Log(1)", Log(1), 0}, {"Log(-1)", Log(-1), nan}, {"Log(Inf)", Log(inf), inf},
		{"Log(NaN)", Log(nan), nan}, {"Log(-Inf)", Log(-inf), nan},
		{"sin(-0)", sin(zero), zero}, {"sin(Inf)", sin(inf), nan}, {"Cos(0)", Cos(0), 1}, {"Cos(NaN)", Cos(nan), nan},
		{"Pow(0,0)", Pow(0, 0), 1}, {"Pow(NaN,0)", Pow(nan, 0), 1}, {"Pow(1,NaN)", Pow(1, nan), 1},
		{"Pow(0,2)", Pow(0, 2), 0}, {"Pow(0,-2)", Pow(0, -2), inf}, {"Pow(-1,2)", Pow(-1, 2), nan},
		{"Pow(Inf,2)", Pow(inf, 2), inf}, {"Pow(Inf,-2)", Pow(inf, -2), 0}, {"Pow(2,NaN)", Pow(2, nan), nan},
		{"Pow(2,Inf)", Pow(2, inf), inf}, {"Pow(.5,Inf)", Pow(.5, inf), 0}, {"Pow(2,-Inf)", Pow(2, -inf), 0},
		{"Pow(2,2000)", Pow(2, 2000), inf}, {"Pow(2,-2000)", Pow(2, -2000), 0}, {"Pow(2,10)", Pow(2, 10), 1024},
		{"Pow(2,1e308)", Pow(2, 1e308), inf}, {"Pow(.5,1e308)", Pow(.5, 1e308), 0}, {"Pow(9,.5)", Pow(9, .5), 3},
	} {
		if math.Float64bits(c.got) != math.Float64bits(c.want) && !(c.got != c.got && c.want != c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
}

// TestBits pins the bits themselves: one digest, computed once on amd64, that every architecture must meet.
func TestBits(t *testing.T) {
	const want = "5c78cd8fcb10b98755bf1e62d101b995d075fc4c6b42075e2589f69f0a70b76d"
	h := sha256.New()
	put := func(v ...float64) {
		for _, x := range v {
			binary.Write(h, binary.LittleEndian, math.Float64bits(x))
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		x := (r.Float64() - 0.5) * math.Ldexp(1, r.IntN(24)-12)
		s, c := Sincos(x)
		put(Exp(x), Expm1(x), Log(math.Abs(x)), s, c, Pow(math.Abs(x), 7), Pow(math.Abs(x), 1.0/7))
		put(Sincos(math.Ldexp(x, 900)))
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func BenchmarkExp(b *testing.B) {
	x := -1.0
	for b.Loop() {
		x = -Exp(x)
	}
}

func BenchmarkSincos(b *testing.B) {
	x := 1.0
	for b.Loop() {
		s, c := Sincos(x)
		x = 900 * (s + c)
	}
}
