package schedule

import (
	"math"
	"math/big"
	"testing"

	"tintype/core/limits"
)

// Published ends of the usual tables: ᾱ_T of DDPM's, sigmas of latent diffusion's.
func TestKnownTables(t *testing.T) {
	hi, lo := linear(t, 1000).Range()
	if got := hi.A * hi.A; math.Abs(got/4.0358e-5-1) > 1e-4 {
		t.Errorf("linear: ᾱ of the last step %v, want 4.0358e-5", got)
	}
	if got := lo.S * lo.S; math.Abs(got-1e-4) > 1e-18 {
		t.Errorf("linear: 1-ᾱ of the first step %v, want 1e-4", got)
	}
	hi, lo = scaled(t).Range()
	if math.Abs(hi.Sigma()-14.6146) > 1e-4 || math.Abs(lo.Sigma()-0.0292) > 1e-4 {
		t.Errorf("scaled linear: sigmas %v to %v, want 14.6146 to 0.0292", hi.Sigma(), lo.Sigma())
	}
	b, err := BetasCosine(1000)
	if err != nil || b[999] != 0.999 || math.Abs(b[0]-4.1284e-5) > 1e-8 {
		t.Errorf("cosine: betas %v to %v (%v), want 4.1284e-5 to 0.999", b[0], b[999], err)
	}
	if hi, _ := cosine(t).Range(); hi.Sigma() < 19000 || hi.Sigma() > 21000 {
		t.Errorf("cosine: largest sigma %v, want about 20,000", hi.Sigma())
	}
}

// Both rates against the product of the table in 200 bits.
func TestRatesToTheLastDigits(t *testing.T) {
	for name, betas := range map[string]func() ([]float64, error){
		"linear": func() ([]float64, error) { return BetasLinear(1e-4, 0.02, 1000) },
		"cosine": func() ([]float64, error) { return BetasCosine(1000) },
	} {
		b, err := betas()
		p := process(t, b, err)
		bar := new(big.Float).SetPrec(200).SetInt64(1)
		one := new(big.Float).SetPrec(200).SetInt64(1)
		for i, v := range b {
			bar.Mul(bar, new(big.Float).SetPrec(200).Sub(one, new(big.Float).SetFloat64(v)))
			a, _ := new(big.Float).Sqrt(bar).Float64()
			s, _ := new(big.Float).Sqrt(new(big.Float).SetPrec(200).Sub(one, bar)).Float64()
			l := p.AtTime(float64(i))
			if math.Abs(l.A/a-1) > 2e-13 || math.Abs(l.S/s-1) > 2e-13 || l.T != float64(i) {
				t.Fatalf("%s: level %d is %v, want A %v, S %v", name, i, l, a, s)
			}
		}
	}
}

func TestScaledLinearIsLinearInRoots(t *testing.T) {
	b, err := BetasScaledLinear(0.00085, 0.012, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if b[0] != 0.00085 && math.Abs(b[0]-0.00085) > 1e-18 || math.Abs(b[999]-0.012) > 1e-17 {
		t.Errorf("ends %v and %v", b[0], b[999])
	}
	for i := 2; i < 1000; i++ {
		if d := math.Sqrt(b[i]) - 2*math.Sqrt(b[i-1]) + math.Sqrt(b[i-2]); math.Abs(d) > 1e-16 {
			t.Fatalf("the roots bend by %v at %d", d, i)
		}
	}
	if one, err := BetasLinear(0.1, 0.2, 1); err != nil || one[0] != 0.1 {
		t.Errorf("a table of one beta is %v, %v", one, err)
	}
}

func TestFractionalTimes(t *testing.T) {
	p := scaled(t)
	for _, at := range []float64{0.25, 0.5, 17.9, 500.001, 998.75} {
		i := math.Floor(at)
		a, b := p.AtTime(i).Lambda(), p.AtTime(i+1).Lambda()
		l := p.AtTime(at)
		if want := a + (b-a)*(at-i); math.Abs(l.Lambda()-want) > 1e-12 || l.T != at {
			t.Errorf("lambda at %v is %v, want %v", at, l.Lambda(), want)
		}
		if back := p.AtLambda(l.Lambda()); math.Abs(back.T-at) > 1e-9 || math.Abs(back.A-l.A) > 1e-14 || math.Abs(back.S-l.S) > 1e-14 {
			t.Errorf("Of the lambda at %v is %v, want %v", at, back, l)
		}
	}
	hi, lo := p.Range()
	if p.AtTime(-3) != lo || p.AtTime(math.NaN()) != lo || p.AtTime(5000) != hi {
		t.Error("times outside the process are not moved to its ends")
	}
	if l := p.AtLambda(hi.Lambda() - 1); l.T != 999 || math.Abs(l.Lambda()-hi.Lambda()+1) > 1e-12 {
		t.Errorf("beyond the noisy end: %v", l)
	}
	if l := p.AtLambda(lo.Lambda() + 1); l.T != 0 || math.Abs(l.Lambda()-lo.Lambda()-1) > 1e-12 {
		t.Errorf("beyond the clean end: %v", l)
	}
}

func TestZeroTerminal(t *testing.T) {
	p, plain := zeroTerminal(t), scaled(t)
	hi, lo := p.Range()
	_, want := plain.Range()
	if hi != (Level{T: 999, A: 0, S: 1}) {
		t.Errorf("the last step is %v, want no signal at all", hi)
	}
	if math.Abs(lo.A-want.A) > 1e-15 {
		t.Errorf("the first step is %v, want %v unchanged", lo, want)
	}
	before := p.AtTime(998)
	mid := p.AtTime(998.5)
	if math.Abs(mid.A-before.A/2) > 1e-16 || math.Abs(mid.A*mid.A+mid.S*mid.S-1) > 1e-15 {
		t.Errorf("half way to no signal is %v after %v", mid, before)
	}
	if back := p.AtLambda(mid.Lambda()); math.Abs(back.T-998.5) > 1e-9 {
		t.Errorf("Of its lambda has time %v", back.T)
	}
}

func TestBadTables(t *testing.T) {
	for name, b := range map[string][]float64{
		"empty": nil, "zero": {0.1, 0}, "negative": {-0.1}, "above one": {0.5, 1.5}, "one in the middle": {0.5, 1, 0.5},
		"NaN": {math.NaN()}, "infinite": {math.Inf(1)}, "too small to count": {0.5, 1e-18},
	} {
		if p, err := NewVPDiscrete(b); err == nil {
			t.Errorf("%s: accepted as %v", name, p)
		}
	}
	for _, steps := range []int{0, -1, limits.Steps + 1} {
		if _, err := BetasLinear(1e-4, 0.02, steps); err == nil {
			t.Errorf("%d training steps accepted", steps)
		}
		if _, err := BetasCosine(steps); err == nil {
			t.Errorf("%d training steps of the cosine accepted", steps)
		}
	}
	if _, err := NewVPDiscrete(ZeroTerminalSNR([]float64{0.5})); err == nil {
		t.Error("a single step cannot be both first and without signal")
	}
}

func TestLevel(t *testing.T) {
	l := Level{T: 3, A: 0.6, S: 0.8}
	if got := l.Lambda(); math.Abs(got-math.Log(0.75)) > 1e-15 {
		t.Errorf("lambda %v", got)
	}
	noise := Level{A: 0, S: 1}
	if !math.IsInf(noise.Sigma(), 1) || !math.IsInf(noise.Lambda(), -1) || !math.IsInf(Clean.Lambda(), 1) {
		t.Errorf("ends: %v %v %v", noise.Sigma(), noise.Lambda(), Clean.Lambda())
	}
	if !l.Below(noise) || !Clean.Below(l) || l.Below(l) || noise.Below(l) || noise.Below(noise) {
		t.Error("Below does not order levels")
	}
}
