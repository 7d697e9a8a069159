package schedule

import (
	"fmt"
	"math"

	"tintype/core/exact"
)

// Grid chooses the levels of n sampler steps: n+1 of them, noise falling strictly, the last one Clean.
type Grid func(p Process, n int) ([]Level, error)

// GridKind names a grid.
type GridKind uint8

// The grids that a sampler can be run on.
const (
	Linspace GridKind = iota
	Leading
	Trailing
	Karras
	gridKinds
)

// GridInfo describes a grid to those who list them.
type GridInfo struct {
	Kind GridKind
	Name string // as flags and pages spell it
	Line string // one line for people
}

var gridInfos = [gridKinds]GridInfo{
	{Linspace, "linspace", "equal steps of time over the whole training range, both ends included"},
	{Leading, "leading", "equal whole steps of time counted from the clean end; stops short of pure noise"},
	{Trailing, "trailing", "equal steps of time counted from the noisy end; right for few steps"},
	{Karras, "karras", "equal steps of the seventh root of sigma: more steps where little noise is left"},
}

// Grids lists every grid.
func Grids() []GridInfo { return gridInfos[:] }

func (k GridKind) String() string {
	if k >= gridKinds {
		return "unknown grid"
	}
	return gridInfos[k].Name
}

// GridOptions are the settings that some grids have.
type GridOptions struct {
	Offset int // Leading: added to every time (diffusers' steps_offset)
}

// Grid returns the grid of a kind.
func (k GridKind) Grid(o GridOptions) Grid {
	switch k {
	case Leading:
		return leading(o.Offset)
	case Trailing:
		return trailing
	case Karras:
		return karras
	}
	return linspace
}

// GridError says why a grid cannot do what was asked, and what can.
type GridError struct{ Problem, Remedy string }

func (e *GridError) Error() string { return e.Problem + ": " + e.Remedy }

func gridError(remedy, format string, args ...any) error {
	return &GridError{fmt.Sprintf(format, args...), remedy}
}

// stepped checks that the process has trained steps and n is one of 1..T.
func stepped(p Process, n int) (Stepped, error) {
	s, ok := p.(Stepped)
	if !ok {
		return nil, gridError("use a grid of sigmas", "the process has no trained steps to choose from")
	}
	if n < 1 || n > s.Steps() {
		return nil, gridError(fmt.Sprintf("use 1 to %d", s.Steps()), "%d steps on a process of %d", n, s.Steps())
	}
	return s, nil
}

// List visits the given times in their order.
func List(times []float64) Grid {
	return func(p Process, n int) ([]Level, error) {
		if n != len(times) {
			return nil, gridError(fmt.Sprintf("use %d steps", len(times)), "%d steps on a list of %d times", n, len(times))
		}
		levels := make([]Level, 0, n+1)
		hi, _ := p.Range()
		for i, t := range times {
			if !(t >= 0 && t <= hi.T) {
				return nil, gridError(fmt.Sprintf("use times from 0 to %v", hi.T), "time %d of the list is %v", i, t)
			}
			levels = append(levels, p.At(t))
		}
		levels = append(levels, Clean)
		return levels, Descending(levels)
	}
}

// Descending returns an error unless the noise falls strictly from level to level.
func Descending(levels []Level) error {
	for i := 1; i < len(levels); i++ {
		if !levels[i].Below(levels[i-1]) {
			return gridError("use fewer steps, or times that fall", "levels %d and %d (times %v and %v) do not descend",
				i-1, i, levels[i-1].T, levels[i].T)
		}
	}
	return nil
}

// linspace is t_i = round((T-1)·(1 - i/(n-1))), halves to even.
//
// Times are rounded to trained steps, as DDPM and DDIM have it: the levels are then entries of the trained table.
// (Some sigma-space samplers keep the fraction and interpolate sigma.) The product is taken in the order of
// numpy.linspace, so that what is a half there, or just missed it, is one here.
func linspace(p Process, n int) ([]Level, error) {
	s, err := stepped(p, n)
	if err != nil {
		return nil, err
	}
	last := float64(s.Steps() - 1)
	if n == 1 && last > 0 {
		return nil, gridError("use trailing", "linspace with 1 step holds the clean end only")
	}
	times := make([]float64, n)
	for i := 1; i < n; i++ {
		times[i] = math.RoundToEven(float64(n-1-i) * (last / float64(n-1)))
	}
	times[0] = last
	return List(times)(p, n)
}

// leading is t_i = ⌊T/n⌋·(n-1-i) + offset.
func leading(offset int) Grid {
	return func(p Process, n int) ([]Level, error) {
		s, err := stepped(p, n)
		if err != nil {
			return nil, err
		}
		times := make([]float64, n)
		for i := range times {
			times[i] = float64(s.Steps()/n*(n-1-i) + offset)
		}
		if t := times[0]; t >= float64(s.Steps()) || offset < 0 {
			return nil, gridError("use fewer steps, or trailing",
				"leading with %d steps and offset %d begins at time %v of %d", n, offset, t, s.Steps())
		}
		return List(times)(p, n)
	}
}

// trailing is t_i = round(T - i·T/n) - 1, halves to even.
//
// Each time is computed from its own index, as numpy.arange does it (a running sum may give one time too many), and
// with its step, which is T/n as far as T + (-T/n) holds it: so halves fall as they do there.
func trailing(p Process, n int) ([]Level, error) {
	s, err := stepped(p, n)
	if err != nil {
		return nil, err
	}
	total := float64(s.Steps())
	step := (total - total/float64(n)) - total
	times := make([]float64, n)
	for i := range times {
		times[i] = math.RoundToEven(total+float64(float64(i)*step)) - 1
	}
	return List(times)(p, n)
}

// karras is equal steps of σ^(1/7) between the ends of the process (T. Karras et al., arXiv 2206.00364, eq. 5), the
// times interpolated between trained steps:
//
//	σ_i = (σ_max^(1/ρ) + i/(n-1)·(σ_min^(1/ρ) - σ_max^(1/ρ)))^ρ,  ρ = 7
func karras(p Process, n int) ([]Level, error) {
	const rho = 7
	if s, ok := p.(Stepped); ok {
		if _, err := stepped(s, n); err != nil {
			return nil, err
		}
	}
	hi, lo := p.Range()
	if hi.A == 0 {
		return nil, gridError("use trailing", "karras needs a largest sigma, and the process begins without signal")
	}
	a, b := exact.Pow(hi.Sigma(), 1.0/rho), exact.Pow(lo.Sigma(), 1.0/rho)
	levels := make([]Level, 0, n+1)
	levels = append(levels, hi) // the ends themselves: a detour by sigma would cost the last digit
	for i := 1; i < n-1; i++ {
		levels = append(levels, p.Of(-exact.Log(exact.Pow(between(a, b, i, n), rho))))
	}
	if n > 1 {
		levels = append(levels, lo)
	}
	levels = append(levels, Clean)
	return levels, Descending(levels)
}
