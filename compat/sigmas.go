package compat

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
)

// grid is what a class' set_timesteps leaves: the times of its steps and their sigmas, noisiest first, before they
// are rounded to float32 and a last sigma is added.
type grid struct{ times, sigmas []float64 }

// interpolated reads the table of sigmas at fractional times, linearly in sigma, and holds its ends.
func interpolated(sigmas, times []float64) []float64 {
	v := make([]float64, len(times))
	last := len(sigmas) - 1
	for i, t := range times {
		switch {
		case t <= 0:
			v[i] = sigmas[0]
		case t >= float64(last):
			v[i] = sigmas[last]
		default:
			j := int(t)
			v[i] = sigmas[j] + float64((sigmas[j+1]-sigmas[j])*(t-float64(j)))
		}
	}
	return v
}

// remakes says which of the grids of sigmas was asked for; at most one may be.
func (o *options) remakes() (bool, error) {
	count := 0
	for _, on := range []bool{o.Karras, o.Exponential, o.Beta} {
		if on {
			count++
		}
	}
	if count > 1 {
		return false, errors.New("use_karras_sigmas, use_exponential_sigmas, use_beta_sigmas: the reference takes one of them")
	}
	return count == 1, nil
}

// remade puts n sigmas between a largest and a smallest one.
func (o *options) remade(hi, lo float64, n int) []float64 {
	switch {
	case o.Karras:
		return karras(hi, lo, 7, n)
	case o.Exponential:
		return exponential(hi, lo, n)
	}
	v := linspace(0, 1, n)
	for i := range v {
		v[i] = lo + float64(betaQuantile(1-v[i])*(hi-lo))
	}
	return v
}

// bounds replaces the ends of a grid by the options, where they are not null.
func (o *options) bounds(hi, lo float64) (float64, float64) {
	if !math.IsNaN(o.SigmaMax) {
		hi = o.SigmaMax
	}
	if !math.IsNaN(o.SigmaMin) {
		lo = o.SigmaMin
	}
	return hi, lo
}

// karras is equal steps of σ^(1/ρ) (arXiv 2206.00364, eq. 5).
func karras(hi, lo, rho float64, n int) []float64 {
	a, b := exact.Pow(hi, 1/rho), exact.Pow(lo, 1/rho)
	v := linspace(0, 1, n)
	for i := range v {
		v[i] = exact.Pow(a+float64(v[i]*(b-a)), rho)
	}
	return v
}

func exponential(hi, lo float64, n int) []float64 {
	v := linspace(exact.Log(hi), exact.Log(lo), n)
	for i := range v {
		v[i] = exact.Exp(v[i])
	}
	return v
}

// logs is the table's log σ in float32.
func logs(sigmas []float64) []float64 {
	v := make([]float64, len(sigmas))
	for i, s := range sigmas {
		v[i] = log32(s)
	}
	return v
}

// timeOf finds the fractional time of a sigma in the table of log σ, linearly in log σ.
func timeOf(logs []float64, sigma float64) float64 {
	l := exact.Log(max(sigma, 1e-10))
	low := sort.Search(len(logs), func(i int) bool { return logs[i] > l }) - 1
	low = max(min(low, len(logs)-2), 0)
	if len(logs) == 1 {
		return 0
	}
	w := (logs[low] - l) / (logs[low] - logs[low+1])
	w = min(max(w, 0), 1)
	return float64((1-w)*float64(low)) + float64(w*float64(low+1))
}

func timesOf(logs, sigmas []float64) []float64 {
	v := make([]float64, len(sigmas))
	for i, s := range sigmas {
		v[i] = timeOf(logs, s)
	}
	return v
}

// singles rounds to float32.
func singles(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = f32(x)
	}
	return out
}

func truncated(v []float64) []float64 {
	for i := range v {
		v[i] = math.Trunc(v[i])
	}
	return v
}

// eulerGrid is the grid of the classes of Euler, Heun, LMS and KDPM2: fractional times, whose sigmas a grid of sigmas
// may replace; single says that its times pass through float32.
func (o *options) eulerGrid(t table, n int, single bool) (grid, error) {
	if err := checkSteps(n, 0); err != nil {
		return grid{}, err
	}
	remakes, err := o.remakes()
	if err != nil {
		return grid{}, err
	}
	times, err := o.timesByN(n, false)
	if err != nil {
		return grid{}, err
	}
	if single {
		times = singles(times)
	}
	all := t.sigmas()
	g := grid{times, interpolated(all, times)}
	switch o.Interpolation {
	case "", "linear":
	case "log_linear": // one sigma more than times
		v := logs(all)
		g.sigmas = linspace32(v[len(v)-1], v[0], n+1)
		for i, l := range g.sigmas {
			g.sigmas[i] = f32(exact.Exp(l))
		}
	default:
		return grid{}, fmt.Errorf("interpolation_type %q is not one that the reference knows", o.Interpolation)
	}
	if remakes {
		hi, lo := o.bounds(g.sigmas[0], g.sigmas[len(g.sigmas)-1])
		g.sigmas = o.remade(hi, lo, n)
		g.times = timesOf(logs(all), g.sigmas)
		return g, firstOnce(g.times)
	}
	return g, nil
}

// list is a grid's sigmas as the class keeps them: in float32, with a last one.
func (g grid) list(last float64) []float64 { return append(singles(g.sigmas), f32(last)) }

// scaled are the levels of X = x/a at times and sigmas: signal rate 1.
func scaled(times, sigmas []float64) []schedule.Level {
	levels := make([]schedule.Level, len(sigmas))
	for i, s := range sigmas {
		levels[i] = schedule.Level{A: 1, S: s}
		if i < len(times) {
			levels[i].T = times[i]
		}
	}
	return levels
}

// largest is what the first noise is scaled by where the state is X.
func (o *options) largest(sigmas []float64) float64 {
	hi := slices.Max(sigmas)
	if o.Spacing == "linspace" || o.Spacing == "trailing" {
		return hi
	}
	return f32(math.Sqrt(f32(f32(hi*hi) + 1)))
}

// sigmaSpace is what the classes in σ begin with: the grid of n steps on their table, and how the network is read.
func (o *options) sigmaSpace(tables func(extra int) (table, error), extra, n int, read func() (denoise.Param, error)) (grid, denoise.Param, error) {
	t, err := tables(extra)
	if err != nil {
		return grid{}, nil, err
	}
	g, err := o.eulerGrid(t, n, true)
	if err != nil {
		return grid{}, nil, err
	}
	p, err := read()
	return g, p, err
}
