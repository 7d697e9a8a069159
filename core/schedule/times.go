package schedule

import (
	"fmt"
	"math"

	"tintype/core/exact"
)

// list visits the given times in their order.
func list(times []float64) Grid { return TimeList.Grid(GridOptions{Times: times}) }

// atTimes are the levels at the times of a formula, which a flow shifts and stretches first.
func (a *ask) atTimes(times []float64) ([]Level, error) {
	if err := a.bend(times); err != nil {
		return nil, err
	}
	levels := make([]Level, 0, len(times)+1)
	for i, t := range times {
		if !(t >= 0 && t <= a.hi.T) {
			return nil, gridError(fmt.Sprintf("use times from 0 to %v", a.hi.T), "time %d is %v", i, t)
		}
		levels = append(levels, a.process.AtTime(t))
	}
	return levels, nil
}

// bend moves a flow's times, once:
//
//	t' = k·t/(1 + (k-1)·t)                   shift k (P. Esser et al., arXiv 2403.03206, eq. 23)
//	1 - t" = (1 - t')·(1 - end)/(1 - last)   terminal: the last time becomes end
func (a *ask) bend(times []float64) error {
	k, end := a.o.Value(Shift), a.o.Value(Terminal)
	if k == 0 {
		k = 1 // the grid has no such knob
	}
	if k == 1 && end == 0 {
		return nil
	}
	if !a.flow {
		return gridError("leave shift at 1 and terminal at 0", "only the times of a flow can be shifted")
	}
	for i, t := range times {
		times[i] = float64(k*t) / (1 + float64((k-1)*t))
	}
	if end == 0 {
		return nil
	}
	last := times[len(times)-1]
	if last == 1 {
		return gridError("leave terminal at 0, or use more steps", "a single step from time 1 cannot be stretched")
	}
	for i, t := range times {
		times[i] = 1 - float64((1-t)*((1-end)/(1-last)))
	}
	return nil
}

// shiftOf is the shift of the exponential form, k = e^μ.
func shiftOf(mu float64) float64 { return exact.Exp(mu) }

// round rounds to trained steps, halves to even, unless the setting or the process says otherwise.
//
// The levels are then entries of the trained table. (Some sigma-space samplers keep the fraction.)
func (a *ask) round(t float64) float64 {
	if a.steps == 0 || a.o.Whole(Rounding) == RoundNone {
		return t
	}
	return math.RoundToEven(t)
}

// even is the times first + (m-i)·((last - first)/m) for i < n: from the noisy end in m steps to the clean one. The
// product is taken in the order of numpy.linspace, so that what is a half there, or just missed it, is one here.
func (a *ask) even(m int) []float64 {
	times := make([]float64, a.n)
	for i := range times {
		times[i] = a.round(a.lo.T + float64(float64(m-i)*((a.hi.T-a.lo.T)/float64(m))))
	}
	times[0] = a.hi.T
	return times
}

func linspace(a *ask) ([]float64, error) {
	if a.n == 1 && a.steps != 1 {
		return nil, gridError("use trailing", "linspace with 1 step holds the clean end only")
	}
	return a.even(max(a.n-1, 1)), nil
}

func linspaceOpen(a *ask) ([]float64, error) { return a.even(a.n), nil }

// trained returns an error unless the process has trained steps to choose from.
func (a *ask) trained() error {
	if a.steps == 0 {
		return gridError("use trailing, or a grid of sigmas", "the process has no trained steps to choose from")
	}
	return nil
}

func leading(a *ask) ([]float64, error) { return a.leading(a.n, a.n-1) }

func leadingOpen(a *ask) ([]float64, error) { return a.leading(a.n+1, a.n) }

// leading is ⌊T/parts⌋·(from - i) + offset.
func (a *ask) leading(parts, from int) ([]float64, error) {
	if err := a.trained(); err != nil {
		return nil, err
	}
	offset := a.o.Whole(Offset)
	times := make([]float64, a.n)
	for i := range times {
		times[i] = float64(a.steps/parts*(from-i) + offset)
	}
	if t := times[0]; t >= float64(a.steps) || a.steps < parts {
		return nil, gridError("use fewer steps, or trailing",
			"leading with %d steps and offset %d begins at time %v of %d", a.n, offset, t, a.steps)
	}
	return times, nil
}

// trailing computes each time from its own index, as numpy.arange does it (a running sum may give one time too many),
// and with its step, which is T/n as far as T + (-T/n) holds it: so halves fall as they do there.
func trailing(a *ask) ([]float64, error) {
	times := make([]float64, a.n)
	if a.steps == 0 {
		for i := range times {
			times[i] = a.hi.T * (float64(a.n-i) / float64(a.n))
		}
		return times, nil
	}
	total := float64(a.steps)
	step := (total - total/float64(a.n)) - total
	for i := range times {
		times[i] = math.RoundToEven(total+float64(float64(i)*step)) - 1
	}
	return times, nil
}

// crash is trailing under t' = 2/π·asin(sin²(π/2·t)), the asin of r by atan(r/√(1 - r²)).
func crash(a *ask) ([]float64, error) {
	if a.steps != 0 || a.hi.T != 1 {
		return nil, gridError("use trailing", "crash is made for a continuous process of times up to 1")
	}
	times, err := trailing(a)
	for i, t := range times {
		sin, _ := exact.Sincos(t * (math.Pi / 2))
		r := float64(sin * sin)
		if r < 1 {
			times[i] = exact.Atan(r/math.Sqrt((1-r)*(1+r))) / (math.Pi / 2)
		}
	}
	return times, err
}

func simple(a *ask) ([]float64, error) {
	if a.steps == 0 {
		return trailing(a)
	}
	times := make([]float64, a.n)
	for i := range times {
		times[i] = float64(a.steps - 1 - i*a.steps/a.n)
	}
	return times, nil
}

func quadratic(a *ask) ([]float64, error) {
	if err := a.trained(); err != nil {
		return nil, err
	}
	if a.n == 1 {
		return nil, gridError("use trailing", "a quadratic grid of 1 step holds the clean end only")
	}
	step := math.Sqrt(0.8*float64(a.steps)) / float64(a.n-1)
	times := make([]float64, a.n)
	for i := range times {
		root := float64(float64(a.n-1-i) * step)
		times[i] = float64(root * root)
		if a.o.Whole(Rounding) == RoundTrained {
			times[i] = math.Floor(times[i])
		}
	}
	return times, nil
}

func betaTimes(a *ask) ([]float64, error) {
	times := make([]float64, a.n)
	for i := range times {
		q := exact.BetaQuantile(1-float64(i)/float64(a.n), a.o.Value(Alpha), a.o.Value(Beta))
		times[i] = a.round(a.lo.T + float64(q*(a.hi.T-a.lo.T)))
	}
	return times, nil
}

func distilled(a *ask) ([]float64, error) {
	if err := a.trained(); err != nil {
		return nil, err
	}
	original := a.o.Whole(Original)
	if original > a.steps {
		return nil, gridError(fmt.Sprintf("use an original of 1 to %d", a.steps), "the original %d on a process of %d steps", original, a.steps)
	}
	if a.n > original {
		return nil, gridError(fmt.Sprintf("use 1 to %d", original), "%d steps of a grid of %d", a.n, original)
	}
	times := make([]float64, a.n)
	for i := range times {
		times[i] = float64((original-i*original/a.n)*(a.steps/original) - 1)
	}
	return times, nil
}

func timeList(a *ask) ([]float64, error) {
	times := a.given.Times
	return append([]float64(nil), times...), a.listed(len(times))
}

// listed returns an error unless the list has as many entries as there are steps.
func (a *ask) listed(n int) error {
	switch {
	case n == 0:
		return gridError("give it levels, noise falling, or use another grid", "the list of levels is empty")
	case n != a.n:
		return gridError(fmt.Sprintf("use %d steps", n), "%d steps on a list of %d", a.n, n)
	}
	return nil
}
