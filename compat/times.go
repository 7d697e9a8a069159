package compat

import (
	"fmt"
	"math"
	"slices"

	"tintype/core/limits"
)

// linspace is numpy.linspace: n points from a to b, both included.
func linspace(a, b float64, n int) []float64 {
	v := make([]float64, n)
	if n == 1 {
		v[0] = a
		return v
	}
	step := (b - a) / float64(n-1)
	for i := range v {
		v[i] = a + float64(float64(i)*step)
	}
	v[n-1] = b
	return v
}

func round(v []float64) []float64 {
	for i := range v {
		v[i] = math.RoundToEven(v[i])
	}
	return v
}

func reversed(v []float64) []float64 {
	slices.Reverse(v)
	return v
}

// falling is numpy.arange(from, 0, -step), rounded, minus one. For some numbers of steps (61 of 1000) it has one
// entry more than was asked for, at time -1.
func falling(from, step float64) []float64 {
	delta := (from - step) - from
	v := make([]float64, int(math.Ceil(from/step)))
	for i := range v {
		v[i] = math.RoundToEven(from+float64(float64(i)*delta)) - 1
	}
	return v
}

// checkSteps bounds what was asked for; most is 0 where the reference has no bound of its own.
func checkSteps(n, most int) error {
	if most == 0 {
		most = limits.Steps
	}
	if n < 1 || n > most {
		return fmt.Errorf("%d steps: the reference takes 1 to %d", n, most)
	}
	return nil
}

// timesByN are the times of DDIM, Euler and the like: linspace includes both ends, leading divides by n. Unless
// whole, linspace keeps its fractions.
func (o *options) timesByN(n int, whole bool) ([]float64, error) {
	total := o.Steps
	switch o.Spacing {
	case "linspace":
		v := reversed(linspace(0, float64(total-1), n))
		if whole {
			round(v)
		}
		return v, nil
	case "leading":
		v := make([]float64, n)
		for i := range v {
			v[i] = float64((n-1-i)*(total/n) + o.Offset)
		}
		return v, nil
	case "trailing":
		return falling(float64(total), float64(total)/float64(n)), nil
	}
	return nil, fmt.Errorf("timestep_spacing %q is not one that the reference knows", o.Spacing)
}

// timesByNext are the times of the DPM-Solver family, which count one point more and drop it: linspace never reaches
// time 0, leading divides by n+1. last is the number of steps that lambda_min_clipped leaves.
func (o *options) timesByNext(n, last int) ([]float64, error) {
	switch o.Spacing {
	case "linspace":
		return reversed(round(linspace(0, float64(last-1), n+1)))[:n], nil
	case "leading":
		v := make([]float64, n)
		for i := range v {
			v[i] = float64((n-i)*(last/(n+1)) + o.Offset)
		}
		return v, nil
	case "trailing":
		return falling(float64(last), float64(o.Steps)/float64(n)), nil
	}
	return nil, fmt.Errorf("timestep_spacing %q is not one that the reference knows", o.Spacing)
}
