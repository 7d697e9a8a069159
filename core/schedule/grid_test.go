package schedule

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func process(t testing.TB, betas []float64, err error) *VPDiscrete {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewVPDiscrete(betas)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func linear(t testing.TB, steps int) *VPDiscrete {
	b, err := BetasLinear(1e-4, 0.02, steps)
	return process(t, b, err)
}

func scaled(t testing.TB) *VPDiscrete {
	b, err := BetasScaledLinear(0.00085, 0.012, 1000)
	return process(t, b, err)
}

func cosine(t testing.TB) *VPDiscrete {
	b, err := BetasCosine(1000)
	return process(t, b, err)
}

func zeroTerminal(t testing.TB) *VPDiscrete {
	b, err := BetasScaledLinear(0.00085, 0.012, 1000)
	return process(t, ZeroTerminalSNR(b), err)
}

func offset(v float64) GridOptions { return GridOptions{Options: Options{}.With(Offset, v)} }

// only asks for a setting where the grid has it.
func only(k GridKind, s Setting, v float64) GridOptions {
	info, _ := k.info()
	return GridOptions{Options: Options{}.With(s, v).For(info.Knobs)}
}

func times(levels []Level) []float64 {
	var t []float64
	for _, l := range levels[:len(levels)-1] {
		t = append(t, l.T)
	}
	return t
}

func TestGridTimes(t *testing.T) {
	p := linear(t, 1000)
	for _, c := range []struct {
		kind   GridKind
		offset int
		n      int
		want   []float64
	}{
		{Linspace, 0, 2, []float64{999, 0}},
		{Linspace, 0, 3, []float64{999, 500, 0}}, // 499.5 to even
		{Linspace, 0, 4, []float64{999, 666, 333, 0}},
		{Linspace, 0, 8, []float64{999, 856, 714, 571, 428, 285, 143, 0}},
		{Leading, 0, 1, []float64{0}},
		{Leading, 1, 4, []float64{751, 501, 251, 1}},
		{Leading, 0, 8, []float64{875, 750, 625, 500, 375, 250, 125, 0}},
		{Leading, 0, 3, []float64{666, 333, 0}},
		{Trailing, 0, 1, []float64{999}},
		{Trailing, 0, 4, []float64{999, 749, 499, 249}},
		{Trailing, 0, 8, []float64{999, 874, 749, 624, 499, 374, 249, 124}},
		{Trailing, 0, 13, []float64{999, 922, 845, 768, 691, 614, 537, 461, 384, 307, 230, 153, 76}},
		{Trailing, 0, 16, []float64{999, 937, 874, 811, 749, 687, 624, 561, 499, 437, 374, 311, 249, 187, 124, 61}}, // halves to even
	} {
		levels, err := c.kind.Grid(only(c.kind, Offset, float64(c.offset)))(p, c.n)
		if err != nil {
			t.Errorf("%v in %d steps: %v", c.kind, c.n, err)
			continue
		}
		if got := times(levels); !slices.Equal(got, c.want) {
			t.Errorf("%v in %d steps, offset %d: %v, want %v", c.kind, c.n, c.offset, got, c.want)
		}
	}
}

// In 48 steps the reference's arithmetic misses a half by one bit, and time 936 comes instead of 937.
func TestTrailingFallsAsTheReferenceDoes(t *testing.T) {
	levels, err := Trailing.Grid(GridOptions{})(linear(t, 1000), 48)
	if err != nil {
		t.Fatal(err)
	}
	if got := times(levels)[3]; got != 936 {
		t.Errorf("time 3 of 48 is %v, want 936", got)
	}
	if levels, err = Linspace.Grid(GridOptions{})(linear(t, 1000), 27); err != nil || times(levels)[13] != 499 {
		t.Errorf("time 13 of 27 on linspace is %v, want 499 (%v)", times(levels)[13], err)
	}
}

func TestGridsRefuse(t *testing.T) {
	p := linear(t, 1000)
	own := GridOptions{Options: Options{}.With(Begin, BeginOwn)}
	for name, f := range map[string]func() ([]Level, error){
		"linspace in one step":           func() ([]Level, error) { return Linspace.Grid(GridOptions{})(p, 1) },
		"leading out of its range":       func() ([]Level, error) { return Leading.Grid(offset(1))(p, 1000) },
		"no step":                        func() ([]Level, error) { return Trailing.Grid(GridOptions{})(p, 0) },
		"negative steps":                 func() ([]Level, error) { return Karras.Grid(GridOptions{})(p, -3) },
		"more steps than trained":        func() ([]Level, error) { return Trailing.Grid(GridOptions{})(p, 1001) },
		"karras without a largest sigma": func() ([]Level, error) { return Karras.Grid(own)(zeroTerminal(t), 5) },
		"list of another length":         func() ([]Level, error) { return list([]float64{999, 500})(p, 3) },
		"list beyond the range":          func() ([]Level, error) { return list([]float64{1000, 500})(p, 2) },
		"list of NaN":                    func() ([]Level, error) { return list([]float64{math.NaN()})(p, 1) },
		"list that rises":                func() ([]Level, error) { return list([]float64{500, 600})(p, 2) },
		"list that stays":                func() ([]Level, error) { return list([]float64{500, 500})(p, 2) },
	} {
		var refused *GridError
		if levels, err := f(); !errors.As(err, &refused) {
			t.Errorf("%s: %d levels, error %v", name, len(levels), err)
		}
	}
	var setting *SettingError
	if _, err := Leading.Grid(offset(-1))(p, 4); !errors.As(err, &setting) || setting.Setting != Offset {
		t.Errorf("leading with a negative offset: %v", err)
	}
	if _, err := Trailing.Grid(offset(1))(p, 4); !errors.As(err, &setting) || setting.Setting != Offset {
		t.Errorf("trailing with an offset: %v", err)
	}
	if _, err := Linspace.Grid(GridOptions{})(p, 1); err == nil || err.(*GridError).Remedy != "use trailing" {
		t.Errorf("linspace in one step: %v does not name trailing", err)
	}
}

// A process that ends in nothing but noise, or without any signal, is begun at sigma 80; one that ends before that, or that
// keeps its signal, at its own end.
func TestSigmasBeginLate(t *testing.T) {
	ve, err := VE(0.01, 1348)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		p    Process
		want float64 // 0: its own
	}{{"cosine", cosine(t), 80}, {"zero terminal", zeroTerminal(t), 80}, {"linear", linear(t, 1000), 0}, {"ve", ve, 0}} {
		hi, _ := c.p.Range()
		for _, k := range []GridKind{Karras, Exponential, Polyexponential, BetaSigmas, KLOptimal} {
			levels, err := k.Grid(GridOptions{})(c.p, 12)
			switch {
			case err != nil:
				t.Errorf("%v on %s: %v", k, c.name, err)
			case c.want == 0 && levels[0] != hi, c.want != 0 && math.Abs(levels[0].Sigma()-c.want) > 1e-9:
				t.Errorf("%v on %s begins at sigma %v", k, c.name, levels[0].Sigma())
			}
			if levels, err = k.Grid(GridOptions{Options: Options{}.With(Begin, BeginOwn)})(c.p, 12); err == nil && levels[0] != hi {
				t.Errorf("%v on %s at its own begins at %v", k, c.name, levels[0])
			}
		}
	}
}

// Karras: the ends are the trained ones, and σ^(1/7) falls in equal steps; times lie between trained steps.
func TestKarras(t *testing.T) {
	p := scaled(t)
	levels, err := Karras.Grid(GridOptions{})(p, 8)
	if err != nil {
		t.Fatal(err)
	}
	hi, lo := p.Range()
	if levels[0] != hi || levels[7] != lo {
		t.Errorf("ends %v and %v, want %v and %v", levels[0], levels[7], hi, lo)
	}
	step := 0.0
	for i := 1; i < 8; i++ {
		d := math.Pow(levels[i-1].Sigma(), 1.0/7) - math.Pow(levels[i].Sigma(), 1.0/7)
		if i > 1 && math.Abs(d-step) > 1e-14 {
			t.Errorf("step %d of the seventh root is %v, the first %v", i, d, step)
		}
		step = d
		back := p.AtTime(levels[i].T)
		if math.Abs(back.Lambda()-levels[i].Lambda()) > 1e-9 {
			t.Errorf("level %d has time %v, where lambda is %v, not %v", i, levels[i].T, back.Lambda(), levels[i].Lambda())
		}
	}
	one, err := Karras.Grid(GridOptions{})(p, 1)
	if err != nil || one[0] != hi || one[1] != Clean {
		t.Errorf("in one step: %v, %v", one, err)
	}
}

func TestGridRegistry(t *testing.T) {
	for i, g := range Grids() {
		if g.Kind != GridKind(i) || g.Kind.String() != g.Name || g.Name == "" || g.Line == "" {
			t.Errorf("entry %d is %+v", i, g)
		}
	}
	if GridKind(99).String() != "unknown grid" {
		t.Error("a kind beyond the last has a name")
	}
}
