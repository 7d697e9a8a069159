package schedule

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// What other programs' grids do wrong, each by name, and what ours do instead.

func mustGrid(t *testing.T, k GridKind, o GridOptions, p Process, n int) []Level {
	t.Helper()
	levels, err := k.Grid(o)(p, n)
	if err != nil {
		t.Fatalf("%v in %d steps: %v", k, n, err)
	}
	return levels
}

func mustFlow(t *testing.T) *Continuous {
	t.Helper()
	p, err := Flow(1e-3)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func refuses(t *testing.T, k GridKind, o GridOptions, p Process, n int) {
	t.Helper()
	var refused *GridError
	if levels, err := k.Grid(o)(p, n); !errors.As(err, &refused) || refused.Remedy == "" {
		t.Errorf("%v in %d steps: %v, %v, want it refused with a remedy", k, n, levels, err)
	}
}

// A step ends where the next one begins, also where n does not divide T; it is not T/n below its own time.
func TestPitfallStepEndsOnTheGrid(t *testing.T) {
	levels := mustGrid(t, Trailing, GridOptions{}, linear(t, 1000), 13)
	if levels[7].T != 461 || levels[8].T != 384 || levels[8].T == levels[7].T-1000/13 {
		t.Errorf("steps 7 and 8 of 13 are at %v and %v", levels[7].T, levels[8].T)
	}
	levels = mustGrid(t, Linspace, GridOptions{}, linear(t, 1000), 10)
	if levels[1].T != 888 {
		t.Errorf("step 1 of 10 is at %v, want 888 and not 899", levels[1].T)
	}
}

// One step on linspace would see time 0 only; leading with an offset may begin beyond the table; only trailing begins
// at pure noise in any number of steps.
func TestPitfallWhereGridsBegin(t *testing.T) {
	p := linear(t, 1000)
	refuses(t, Linspace, GridOptions{}, p, 1)
	refuses(t, Quadratic, GridOptions{}, p, 1)
	refuses(t, FastStep, GridOptions{}, p, 1)
	refuses(t, Leading, offset(1), p, 1000)
	refuses(t, LeadingOpen, offset(600), p, 1)
	if first := mustGrid(t, Leading, GridOptions{}, p, 4)[0].T; first != 750 {
		t.Errorf("leading begins at %v", first)
	}
	for n := 1; n <= 60; n++ {
		for _, k := range []GridKind{Trailing, LinspaceOpen, Simple, BetaTimes} {
			if first := mustGrid(t, k, GridOptions{}, p, n)[0].T; first != 999 {
				t.Errorf("%v in %d steps begins at %v", k, n, first)
			}
		}
	}
}

// One name, two grids: linspace and leading divide by n-1 and n, or by n and n+1.
func TestPitfallOneNameTwoGrids(t *testing.T) {
	p := linear(t, 1000)
	for _, c := range []struct {
		kind  GridKind
		round int
		want  float64
	}{{Linspace, RoundTrained, 856}, {Linspace, RoundNone, 999 * 6.0 / 7}, {LinspaceOpen, RoundTrained, 874}, {Leading, 0, 750}, {LeadingOpen, 0, 777}} {
		if got := mustGrid(t, c.kind, only(c.kind, Rounding, float64(c.round)), p, 8)[1].T; math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v in 8 steps is at %v after its first step, want %v", c.kind, got, c.want)
		}
	}
	if got := times(mustGrid(t, LeadingOpen, offset(1), p, 4)); !slices.Equal(got, []float64{801, 601, 401, 201}) {
		t.Errorf("leading-open in 4 steps: %v", got)
	}
	if got := times(mustGrid(t, LinspaceOpen, GridOptions{}, p, 4)); !slices.Equal(got, []float64{999, 749, 500, 250}) {
		t.Errorf("linspace-open in 4 steps: %v", got)
	}
}

// Karras' sigmas lie so close at the clean end that rounded times repeat; ours keep the fraction.
func TestPitfallRoundedTimesRepeat(t *testing.T) {
	levels := mustGrid(t, Karras, GridOptions{}, scaled(t), 60)
	repeats := 0
	for i, l := range levels[1:60] {
		if math.RoundToEven(l.T) == math.RoundToEven(levels[i].T) {
			repeats++
		}
	}
	if repeats == 0 {
		t.Error("no rounded time repeats: the test proves nothing")
	}
}

// Between times 0 and 1 of Stable Diffusion's table, a linear sigma would be 1.5 % too large.
func TestPitfallSigmaBetweenSteps(t *testing.T) {
	p := scaled(t)
	a, b := p.AtTime(0).Sigma(), p.AtTime(1).Sigma()
	if got := p.AtTime(0.5).Sigma(); math.Abs(got/math.Sqrt(a*b)-1) > 1e-12 || (a+b)/2/got < 1.014 {
		t.Errorf("sigma at 0.5 is %v between %v and %v", got, a, b)
	}
}

// A running sum of T/n may give one time too many, and halves must fall to even.
func TestPitfallTrailingCountsItsSteps(t *testing.T) {
	for _, p := range []Process{linear(t, 1000), linear(t, 100), linear(t, 60), mustFlow(t)} {
		for n := 1; n <= 60; n++ {
			if got := len(mustGrid(t, Trailing, GridOptions{}, p, n)); got != n+1 {
				t.Errorf("%d levels in %d steps", got, n)
			}
		}
	}
}

// Beta quantiles of times and of sigmas are two grids: the second puts five of eight steps above time 800.
func TestPitfallBetaOfTimesOrOfSigmas(t *testing.T) {
	above := func(k GridKind) (n int) {
		for _, at := range times(mustGrid(t, k, GridOptions{}, scaled(t), 8)) {
			if at > 800 {
				n++
			}
		}
		return n
	}
	if a, b := above(BetaTimes), above(BetaSigmas); a != 3 || b != 5 {
		t.Errorf("%d and %d of 8 steps above time 800, want 3 and 5", a, b)
	}
	// F⁻¹(¾) and F⁻¹(¼) of the beta distribution with 0.6 and 0.6, from its definition by quadrature.
	got := times(mustGrid(t, BetaTimes, only(BetaTimes, Rounding, RoundNone), scaled(t), 4))
	for i, x := range []float64{1, 0, 0.5, 0} {
		switch i {
		case 1, 3:
			if p := betaByQuadrature(got[i]/999, 0.6, 0.6); math.Abs(p-(1-float64(i)/4)) > 1e-6 {
				t.Errorf("time %v has probability %v", got[i], p)
			}
		default:
			if math.Abs(got[i]-999*x) > 1e-9 {
				t.Errorf("time %d is %v, want %v", i, got[i], 999*x)
			}
		}
	}
}

// betaByQuadrature is I_x(a, b) by the midpoint rule after u = v^(1/a) takes the singularity away; x below ½ or above,
// by symmetry for a = b.
func betaByQuadrature(x, a, b float64) float64 {
	if x > 0.5 {
		return 1 - betaByQuadrature(1-x, b, a)
	}
	half := func(x float64) float64 {
		const n = 20000
		sum, top := 0.0, math.Pow(x, a)
		for i := range n {
			v := (float64(i) + 0.5) / n * top
			sum += math.Pow(1-math.Pow(v, 1/a), b-1)
		}
		return sum * top / n
	}
	return half(x) / (2 * half(0.5))
}

// Equal steps of lambda have one grid, whatever its name; no sigma comes twice at the end.
func TestPitfallNoStepWithoutLength(t *testing.T) {
	p := scaled(t)
	_, lo := p.Range()
	for _, k := range []GridKind{Karras, Exponential, Polyexponential, BetaSigmas, KLOptimal} {
		for n := 1; n <= 60; n++ {
			levels := mustGrid(t, k, only(k, Final, FinalFirst), p, n)
			if levels[n] != lo || !lo.Below(levels[n-1]) {
				t.Errorf("%v in %d steps ends with %v, %v", k, n, levels[n-1], levels[n])
			}
		}
	}
	levels := mustGrid(t, Exponential, only(Exponential, Final, FinalFirst), p, 7)
	for i := range 7 {
		h := levels[i+1].Lambda() - levels[i].Lambda()
		if want := (lo.Lambda() - levels[0].Lambda()) / 7; math.Abs(h-want) > 1e-12 {
			t.Errorf("step %d of lambda is %v, want %v", i, h, want)
		}
	}
	// Times that end at the first level already leave no step to it.
	refuses(t, Linspace, only(Linspace, Final, FinalFirst), p, 5)
	if last := mustGrid(t, LinspaceOpen, only(LinspaceOpen, Final, FinalFirst), p, 5)[5]; last != lo {
		t.Errorf("linspace-open ends at %v", last)
	}
}

// A flow is shifted once, its own list not at all, and begins at time 1 exactly.
func TestPitfallFlowShiftsOnce(t *testing.T) {
	p := mustFlow(t)
	three := func(k GridKind) GridOptions { return only(k, Shift, 3) }
	near := func(what string, got []float64, want ...float64) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-12 {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	}
	near("shift 3", times(mustGrid(t, Trailing, three(Trailing), p, 4)), 1, 0.9, 0.75, 0.5)
	near("shift 1", times(mustGrid(t, Trailing, GridOptions{}, p, 4)), 1, 0.75, 0.5, 0.25)
	near("μ", times(mustGrid(t, Trailing, only(Trailing, Shift, shiftOf(math.Log(3))), p, 4)), 1, 0.9, 0.75, 0.5)
	last := times(mustGrid(t, Linspace, three(Linspace), p, 4))
	near("both ends", last[3:], 0.003/1.002) // twice would be 0.00893
	near("a list", times(mustGrid(t, TimeList, GridOptions{Times: []float64{1, 0.5}}, p, 2)), 1, 0.5)
	stretched := only(Trailing, Terminal, 0.1)
	near("terminal", times(mustGrid(t, Trailing, stretched, p, 4)), 1, 0.7, 0.4, 0.1)
	refuses(t, Trailing, stretched, p, 1) // there is nothing to stretch: others return NaN
	refuses(t, Trailing, three(Trailing), linear(t, 1000), 4)
	for n := 1; n <= 60; n++ {
		if first := mustGrid(t, Trailing, three(Trailing), p, n)[0]; first != (Level{T: 1, A: 0, S: 1}) {
			t.Errorf("a shifted flow begins at %v", first)
		}
	}
}

// A consistency model's paper takes steps 0 and 22 of its 40; the even choice is 0 and 20.
func TestPitfallConsistencySteps(t *testing.T) {
	p, err := EDM(0.002, 80)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		list []float64
		want float64
	}{{nil, 2.24}, {[]float64{0, 22}, 1.38}} {
		levels := mustGrid(t, ConsistencySteps, GridOptions{Times: c.list}, p, 2)
		if levels[0].S != 80 || math.Abs(levels[1].Sigma()-c.want) > 0.005 || levels[2] != Clean {
			t.Errorf("steps %v are %v, want 80 and %v", c.list, levels, c.want)
		}
	}
	refuses(t, ConsistencySteps, GridOptions{Times: []float64{0, 40}}, p, 2)
	refuses(t, ConsistencySteps, GridOptions{Times: []float64{22, 0}}, p, 2)
	refuses(t, ConsistencySteps, GridOptions{Times: []float64{0}}, p, 2)
	refuses(t, ConsistencySteps, GridOptions{}, p, 41)
}

// The even choice of a latent consistency model's steps is not the list that DMD2 was trained on.
func TestPitfallDistilledSteps(t *testing.T) {
	p := scaled(t)
	for n, want := range map[int][]float64{1: {999}, 2: {999, 499}, 3: {999, 679, 339}, 4: {999, 759, 499, 259},
		8: {999, 879, 759, 639, 499, 379, 259, 139}} {
		if got := times(mustGrid(t, DistilledSteps, GridOptions{}, p, n)); !slices.Equal(got, want) {
			t.Errorf("%d steps of 50: %v, want %v", n, got, want)
		}
	}
	dmd := []float64{999, 749, 499, 249}
	if got := times(mustGrid(t, TimeList, GridOptions{Times: dmd}, p, 4)); !slices.Equal(got, dmd) {
		t.Errorf("a list of times: %v", got)
	}
	if got := mustGrid(t, DistilledSteps, only(DistilledSteps, Final, FinalFirst), p, 4)[4]; got != p.AtTime(0) {
		t.Errorf("a trajectory student ends at %v, want time 0 with its noise", got)
	}
	refuses(t, DistilledSteps, GridOptions{}, p, 51)
	refuses(t, DistilledSteps, GridOptions{}, linear(t, 20), 4)
}
