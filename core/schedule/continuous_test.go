package schedule

import (
	"math"
	"testing"
)

func anyContinuous(t testing.TB) map[string]*Continuous {
	t.Helper()
	all := map[string]*Continuous{}
	add := func(name string, p *Continuous, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = p
	}
	p, err := VPLinear(0.1, 20, 1e-3)
	add("VP", p, err)
	p, err = SubVP(0.1, 20, 1e-3)
	add("sub-VP", p, err)
	p, err = Cosine(0.008, 1e-3)
	add("continuous cosine", p, err)
	p, err = VE(0.01, 50)
	add("VE", p, err)
	p, err = EDM(0.002, 80)
	add("EDM", p, err)
	p, err = Flow(1e-3)
	add("flow", p, err)
	p, err = Trig(0.5, 0)
	add("trig", p, err)
	p, err = GammaTable([]float64{-13.3, -9, -4, -1.5, 0.2, 1, 3, 5})
	add("gamma", p, err)
	return all
}

// The rates are those of the definitions, at a time in the middle.
func TestContinuousRates(t *testing.T) {
	all := anyContinuous(t)
	i := 0.1*0.4 + 19.9*0.4*0.4/2
	cos := func(u float64) float64 { return math.Cos((u + 0.008) / 1.008 * math.Pi / 2) }
	gamma := -4 + (0.4*7-2)*(-1.5+4)
	for name, want := range map[string]Level{
		"VP":                {0.4, math.Exp(-i / 2), math.Sqrt(1 - math.Exp(-i))},
		"sub-VP":            {0.4, math.Exp(-i / 2), 1 - math.Exp(-i)},
		"continuous cosine": {0.4, cos(0.4) / cos(0), math.Sqrt(1 - math.Pow(cos(0.4)/cos(0), 2))},
		"VE":                {0.4, 1, 0.01 * math.Pow(5000, 0.4)},
		"EDM":               {0.4, 1, 0.4},
		"flow":              {0.4, 0.6, 0.4},
		"trig":              {0.4, math.Cos(0.4), 0.5 * math.Sin(0.4)},
		"gamma":             {0.4, 1 / math.Sqrt(1+math.Exp(gamma)), 1 / math.Sqrt(1+math.Exp(-gamma))},
	} {
		got := all[name].AtTime(0.4)
		if got.T != 0.4 || math.Abs(got.A/want.A-1) > 1e-14 || math.Abs(got.S/want.S-1) > 1e-14 {
			t.Errorf("%s at 0.4 is %v, want %v", name, got, want)
		}
	}
}

// AtLambda is the inverse of AtTime, and no lambda breaks it.
func TestContinuousInverse(t *testing.T) {
	for name, p := range anyContinuous(t) {
		hi, lo := p.Range()
		for i := 1; i < 200; i++ {
			u := float64(i) / 200
			l := p.AtTime(lo.T + u*u*(hi.T-lo.T))
			back := p.AtLambda(l.Lambda())
			if math.Abs(back.T-l.T) > 1e-9*hi.T || math.Abs(back.A-l.A) > 1e-12 || math.Abs(back.S-l.S) > 1e-12*(1+l.S) {
				t.Errorf("%s: Of the lambda of %v is %v", name, l, back)
			}
		}
		for _, lambda := range []float64{-1e9, -800, -400, -30, 30, 400, 800} {
			l := p.AtLambda(lambda)
			if l.A != l.A || l.S != l.S || !(l.T >= lo.T && l.T <= hi.T) {
				t.Errorf("%s: Of(%v) is %v", name, lambda, l)
			}
		}
		if p.AtTime(-1) != lo || p.AtTime(math.NaN()) != lo || p.AtTime(1e9) != hi {
			t.Errorf("%s: times outside are not moved to the ends", name)
		}
	}
}

// f and g² are what moves the rates: dA/dt = f·A and dS²/dt = 2·f·S² + g², by central differences.
func TestDriftMovesTheRates(t *testing.T) {
	all := map[string]SDE{"discrete": scaled(t)}
	for name, p := range anyContinuous(t) {
		all[name] = p
	}
	for name, p := range all {
		hi, lo := p.Range()
		for _, u := range []float64{0.0321, 0.2221, 0.51234, 0.7654, 0.97531} {
			at := lo.T + u*(hi.T-lo.T)
			h := 1e-6 * (hi.T - lo.T)
			l, a, b := p.AtTime(at), p.AtTime(at-h), p.AtTime(at+h)
			f, g2 := p.Drift(at)
			if got := (b.A - a.A) / (2 * h); math.Abs(got-f*l.A) > 1e-6*(1+math.Abs(got)) {
				t.Errorf("%s at %v: dA/dt is %v, f·A is %v", name, at, got, f*l.A)
			}
			want := 2*f*l.S*l.S + g2
			if got := (b.S*b.S - a.S*a.S) / (2 * h); math.Abs(got-want) > 1e-5*(1+math.Abs(got)) {
				t.Errorf("%s at %v: dS²/dt is %v, 2·f·S² + g² is %v", name, at, got, want)
			}
		}
	}
}

func TestBadProcesses(t *testing.T) {
	nan := math.NaN()
	for name, f := range map[string]func() (*Continuous, error){
		"VP that ends early":  func() (*Continuous, error) { return VPLinear(0.1, 20, 1) },
		"VP without rate":     func() (*Continuous, error) { return VPLinear(0, 0, 0) },
		"VP of NaN":           func() (*Continuous, error) { return VPLinear(nan, 20, 0) },
		"sub-VP that heals":   func() (*Continuous, error) { return SubVP(-5, -1, 0) },
		"cosine of NaN":       func() (*Continuous, error) { return Cosine(nan, 0) },
		"VE from 0":           func() (*Continuous, error) { return VE(0, 50) },
		"VE that falls":       func() (*Continuous, error) { return VE(50, 1) },
		"EDM from 0":          func() (*Continuous, error) { return EDM(0, 80) },
		"EDM to infinity":     func() (*Continuous, error) { return EDM(0.002, math.Inf(1)) },
		"flow from 1":         func() (*Continuous, error) { return Flow(1) },
		"trig of no data":     func() (*Continuous, error) { return Trig(0, 0) },
		"gamma of one entry":  func() (*Continuous, error) { return GammaTable([]float64{1}) },
		"gamma that stays":    func() (*Continuous, error) { return GammaTable([]float64{1, 1}) },
		"gamma of NaN":        func() (*Continuous, error) { return GammaTable([]float64{nan, 1}) },
		"gamma out of bounds": func() (*Continuous, error) { return GammaTable([]float64{-1e6, 1}) },
	} {
		if p, err := f(); err == nil {
			t.Errorf("%s is accepted: %+v", name, p)
		}
	}
}

// Frequency 0 is not blurred, the picture not at time 0, and at time 1 a high frequency is left to its floor.
func TestBlur(t *testing.T) {
	base, err := Cosine(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := &Blur{Process: base, Most: 20, Floor: 0.001}
	high := math.Pi * math.Pi / 2
	for _, c := range []struct{ w2, at, want float64 }{
		{0, 0.7, 1}, {high, 0, 1}, {high, 1, 0.001},
		{0.01, 0.5, 0.999*math.Exp(-0.01*10*10/2) + 0.001},
	} {
		if got := b.Fade(c.w2, Level{T: c.at}); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("the factor of w² %v at %v is %v, want %v", c.w2, c.at, got, c.want)
		}
	}
}
