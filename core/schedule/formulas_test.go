package schedule

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Sigma grids from their definitions, in eight steps on Stable Diffusion's table.
func TestSigmaFormulas(t *testing.T) {
	p := scaled(t)
	hi, lo := p.Range()
	most, least := hi.Sigma(), lo.Sigma()
	for _, c := range []struct {
		kind GridKind
		o    GridOptions
		want func(u float64) float64 // u is 0 at the noisy end, 1 at the clean one
	}{
		{Karras, only(Karras, Rho, 5), func(u float64) float64 {
			return math.Pow(math.Pow(most, 1.0/5)*(1-u)+math.Pow(least, 1.0/5)*u, 5)
		}},
		{Exponential, GridOptions{}, func(u float64) float64 { return most * math.Pow(least/most, u) }},
		{Polyexponential, only(Polyexponential, Rho, 2), func(u float64) float64 { return least * math.Pow(most/least, (1-u)*(1-u)) }},
		{KLOptimal, GridOptions{}, func(u float64) float64 { return math.Tan(u*math.Atan(least) + (1-u)*math.Atan(most)) }},
	} {
		levels := mustGrid(t, c.kind, c.o, p, 8)
		for i, l := range levels[:8] {
			if want := c.want(float64(i) / 7); math.Abs(l.Sigma()/want-1) > 1e-11 {
				t.Errorf("sigma %d of %v is %v, want %v", i, c.kind, l.Sigma(), want)
			}
		}
	}
	list := []float64{10, 3, 0.5}
	for i, l := range mustGrid(t, SigmaList, GridOptions{Sigmas: list}, p, 3)[:3] {
		if math.Abs(l.Sigma()/list[i]-1) > 1e-14 {
			t.Errorf("sigma %d of the list is %v", i, l.Sigma())
		}
	}
	for _, bad := range [][]float64{nil, {1, 2}, {1, 1}, {1, -1}, {math.NaN(), 1}, {math.Inf(1), 1}} {
		refuses(t, SigmaList, GridOptions{Sigmas: bad}, p, 2)
	}
	// A flow's sigma is its time.
	flow := mustFlow(t)
	for i, l := range mustGrid(t, Karras, GridOptions{}, flow, 5)[:5] {
		u := float64(i) / 4
		if want := math.Pow(1-u+math.Pow(1e-3, 1.0/7)*u, 7); math.Abs(l.T/want-1) > 1e-12 || l.S != l.T {
			t.Errorf("time %d of a flow on karras is %v, want %v", i, l, want)
		}
	}
}

func TestTimeFormulas(t *testing.T) {
	p := linear(t, 1000)
	for _, c := range []struct {
		kind GridKind
		o    GridOptions
		n    int
		want []float64
	}{
		{Simple, GridOptions{}, 3, []float64{999, 666, 333}},
		{Simple, GridOptions{}, 7, []float64{999, 857, 714, 571, 428, 285, 142}},
		{Quadratic, GridOptions{}, 5, []float64{800, 450, 200, 50, 0}},
		{FastStep, GridOptions{}, 4, []float64{999, 666, 333, 0}},
		{FastStep, GridOptions{}, 6, []float64{999, 799, 599, 399, 199, 0}},
		{FastStep, only(FastStep, Growth, growthQuadratic), 5, []float64{800, 450, 200, 50, 0}},
		{AlignedSteps, GridOptions{}, 10, alignedTimes[alignedSD15][:]},
		{AlignedSteps, only(AlignedSteps, Aligned, alignedSDXL), 10, alignedTimes[alignedSDXL][:]},
		{AlignedSteps, GridOptions{}, 5, []float64{999, 736, 545, 343, 124}},
	} {
		if got := times(mustGrid(t, c.kind, c.o, p, c.n)); !slices.Equal(got, c.want) {
			t.Errorf("%v in %d steps: %v, want %v", c.kind, c.n, got, c.want)
		}
	}
	// Between the table's times, equal steps of lambda.
	levels := mustGrid(t, AlignedSteps, GridOptions{}, p, 20)
	for i := 0; i < 18; i += 2 {
		want := 0.5 * (levels[i].Lambda() + levels[i+2].Lambda())
		if got := levels[i+1].Lambda(); math.Abs(got-want) > 1e-9 {
			t.Errorf("lambda %d is %v, want %v", i+1, got, want)
		}
	}
	// A flow has no steps to round to; a continuous trailing is 1 - i/n.
	vp, err := VPLinear(0.1, 20, 1e-3)
	if err != nil {
		t.Fatal(err)
	}
	if got := times(mustGrid(t, Trailing, GridOptions{}, vp, 4)); !slices.Equal(got, []float64{1, 0.75, 0.5, 0.25}) {
		t.Errorf("continuous trailing: %v", got)
	}
}

// VAR: the variances of the short process grow as they should, its end is the trained one's, and its times are where
// the trained process has the same ᾱ.
func TestFastVar(t *testing.T) {
	p := linear(t, 1000)
	hi, lo := p.Range()
	for growth := range 2 {
		const n = 12
		levels := mustGrid(t, FastVar, only(FastVar, Growth, float64(growth)), p, n)
		eta := make([]float64, n) // of step i, the cleanest first
		for i := range n {
			l, next := levels[n-1-i], levels[n-i]
			eta[i] = 1 - l.A*l.A/(next.A*next.A)
		}
		root := func(i int) float64 {
			if growth == growthQuadratic {
				return math.Sqrt(eta[i])
			}
			return eta[i]
		}
		for i := 2; i < n; i++ {
			if d := root(i) - 2*root(i-1) + root(i-2); math.Abs(d) > 1e-9 {
				t.Errorf("growth %d: variances bend by %v at %d", growth, d, i)
			}
		}
		if levels[0] != hi || math.Abs(levels[n-1].A-lo.A) > 1e-12 || math.Abs(levels[n-1].T) > 1e-3 {
			t.Errorf("growth %d: from %v to %v, want %v to %v", growth, levels[0], levels[n-1], hi, lo)
		}
		for _, l := range levels[1:n] {
			// R is the table's own product at whole times; between them the table is close by.
			i := math.Floor(l.T)
			if a, b := p.AtTime(i), p.AtTime(i+1); !(a.A >= l.A-1e-9 && l.A >= b.A-1e-9) {
				t.Errorf("growth %d: time %v has A %v, its neighbours %v and %v", growth, l.T, l.A, a.A, b.A)
			}
		}
	}
	// R⁻¹ of an entry is its index.
	for _, i := range []float64{0, 1, 17, 500, 998, 999} {
		if got := p.timeOf(p.AtTime(i)); math.Abs(got-i) > 1e-4 {
			t.Errorf("the time of entry %v is %v", i, got)
		}
	}
	flow := mustFlow(t)
	refuses(t, FastVar, GridOptions{}, flow, 5)
}

// The best path against every path there is.
func TestBestPathAgainstEveryPath(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		const steps = 7
		c := &Costs{Steps: steps, L: make([]float64, (steps+1)*(steps+1))}
		for i := range c.L {
			c.L[i] = r.Float64() - 0.2
			if r.IntN(9) == 0 {
				c.L[i] = math.Inf(1)
			}
		}
		for n := 1; n <= steps; n++ {
			least := math.Inf(1)
			var walk func(at, left int, sum float64)
			walk = func(at, left int, sum float64) {
				if left == 0 && at == 0 {
					least = min(least, sum)
				}
				for s := range at {
					if left > 0 {
						walk(s, left-1, sum+c.L[at*(steps+1)+s])
					}
				}
			}
			walk(steps, n, 0)
			places, sum, err := c.best(n)
			if math.IsInf(least, 1) {
				if err == nil {
					t.Errorf("a path where there is none: %v", places)
				}
				continue
			}
			if err != nil || math.Abs(sum-least) > 1e-12 || len(places) != n || places[0] != steps {
				t.Errorf("path %v of cost %v (%v), the least is %v", places, sum, err, least)
				continue
			}
			total := 0.0
			for i, at := range places {
				next := 0
				if i+1 < n {
					next = places[i+1]
				}
				total += c.L[at*(steps+1)+next]
			}
			if math.Abs(total-sum) > 1e-12 {
				t.Errorf("path %v costs %v, not %v", places, total, sum)
			}
		}
	}
}

func TestBestPathAsGrid(t *testing.T) {
	p := linear(t, 4)
	c := &Costs{Steps: 4, L: make([]float64, 25)}
	for i := range c.L {
		c.L[i] = 1
	}
	c.L[4*5+2], c.L[2*5+0] = 0.1, 0.1
	if got := times(mustGrid(t, BestPath, GridOptions{Costs: c}, p, 2)); !slices.Equal(got, []float64{3, 1}) {
		t.Errorf("the path visits %v, want 3 and 1", got)
	}
	refuses(t, BestPath, GridOptions{}, p, 2)
	refuses(t, BestPath, GridOptions{Costs: c}, linear(t, 5), 2)
	refuses(t, BestPath, GridOptions{Costs: &Costs{Steps: 4, L: c.L[:24]}}, p, 2)
	for i := range c.L {
		c.L[i] = math.NaN()
	}
	refuses(t, BestPath, GridOptions{Costs: c}, p, 2)
	if _, _, err := (&Costs{Steps: 1 << 40}).best(3); err == nil {
		t.Error("a table of 2^40 steps is accepted")
	}
}

// Each table of betas from its definition.
func TestBetaTables(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	laplace := func(u float64) float64 {
		sign := 1.0
		if u > 0.5 {
			sign = -1
		}
		snr := math.Exp(-0.5 * sign * math.Log(1-2*math.Abs(0.5-u)+1e-6))
		return math.Sqrt(snr / (1 + snr))
	}
	fall := func(u float64) float64 { return math.Exp(-12 * u) }
	for name, c := range map[string]struct {
		betas func(int) ([]float64, error)
		want  func(i int) float64
	}{
		"sigmoid": {func(n int) ([]float64, error) { return BetasSigmoid(1e-4, 0.02, n) },
			func(i int) float64 { return 1e-4 + sigmoid(-6+12*float64(i)/999)*(0.02-1e-4) }},
		"laplace": {BetasLaplace, func(i int) float64 { return math.Min(1-laplace(float64(i+1)/1000)/laplace(float64(i)/1000), 0.999) }},
		"exp":     {BetasExp, func(i int) float64 { return 1 - fall(float64(i+1)/1000)/fall(float64(i)/1000) }},
	} {
		b, err := c.betas(1000)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, got := range b {
			if want := c.want(i); math.Abs(got-want) > 1e-12 {
				t.Fatalf("%s: beta %d is %v, want %v", name, i, got, want)
			}
		}
		if _, err := NewVPDiscrete(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.betas(0); err == nil {
			t.Errorf("%s: no steps accepted", name)
		}
	}
}

// A process begun later keeps its times and levels.
func TestUntil(t *testing.T) {
	p := cosine(t)
	clipped, err := p.Until(-5.1)
	if err != nil {
		t.Fatal(err)
	}
	hi, _ := clipped.Range()
	if hi.Lambda() < -5.1 || p.AtTime(hi.T+1).Lambda() >= -5.1 || hi != p.AtTime(hi.T) || clipped.Steps() != int(hi.T)+1 {
		t.Errorf("the process begins at %v of %d steps", hi, clipped.Steps())
	}
	if _, err := p.Until(100); err == nil {
		t.Error("a process without steps")
	}
}
