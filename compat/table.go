package compat

import (
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/limits"
	"tintype/core/schedule"
)

// f32 rounds as storing a float32 does. The reference keeps its tables in float32; where that loses digits (1-ᾱ near
// the clean end loses three), the loss is a part of what it does.
func f32(x float64) float64 { return float64(float32(x)) }

// table is ᾱ_t for t = 0..T-1, each a float32.
type table []float64

// betaTables are the schedules that some classes know and others do not.
const (
	betaLaplace = 1 << iota
	betaSigmoid
	betaExp
)

// table multiplies the betas up: products in float64, each rounded on its way out, as the reference's cumprod.
func (o *options) table(extra int) (table, error) {
	if o.Steps < 1 || o.Steps > limits.Steps {
		return nil, fmt.Errorf("num_train_timesteps: %d, expected 1 to %d", o.Steps, limits.Steps)
	}
	betas, err := o.betaTable(extra)
	if err != nil {
		return nil, err
	}
	if o.ZeroSNR {
		betas = zeroTerminal(betas)
	}
	return cumulated(betas), nil
}

func cumulated(betas []float64) table {
	bar := make(table, len(betas))
	product := 1.0
	for i, b := range betas {
		product *= f32(1 - b)
		bar[i] = f32(product)
	}
	return bar
}

func (o *options) betaTable(extra int) ([]float64, error) {
	betas := make([]float64, o.Steps)
	fill := func(value func(i int) float64) ([]float64, error) {
		for i := range betas {
			betas[i] = f32(value(i))
		}
		return betas, nil
	}
	bars := func(bar func(u float64) float64) ([]float64, error) {
		total := float64(o.Steps)
		return fill(func(i int) float64 { return min(1-bar(float64(i+1)/total)/bar(float64(i)/total), 0.999) })
	}
	switch {
	case o.Trained != nil:
		return fill(func(i int) float64 { return o.Trained[i] })
	case o.Betas == "linear":
		return linspace32(o.BetaStart, o.BetaEnd, o.Steps), nil
	case o.Betas == "scaled_linear":
		roots := linspace32(math.Sqrt(o.BetaStart), math.Sqrt(o.BetaEnd), o.Steps)
		return fill(func(i int) float64 { return roots[i] * roots[i] })
	case o.Betas == "squaredcos_cap_v2":
		return bars(func(u float64) float64 {
			c := exact.Cos((u + 0.008) / 1.008 * math.Pi / 2)
			return c * c
		})
	case o.Betas == "laplace" && extra&betaLaplace != 0:
		return bars(func(u float64) float64 {
			l := -0.5 * math.Copysign(1, 0.5-u) * exact.Log(1-float64(2*math.Abs(0.5-u))+1e-6)
			snr := exact.Exp(l)
			return math.Sqrt(snr / (1 + snr))
		})
	case o.Betas == "exp" && extra&betaExp != 0:
		return bars(func(u float64) float64 { return exact.Exp(u * -12) })
	case o.Betas == "sigmoid" && extra&betaSigmoid != 0:
		at := linspace32(-6, 6, o.Steps)
		return fill(func(i int) float64 {
			return f32(f32(1/(1+exact.Exp(-at[i])))*f32(o.BetaEnd-o.BetaStart)) + f32(o.BetaStart)
		})
	}
	return nil, fmt.Errorf("beta_schedule %q is not one that the reference's class knows", o.Betas)
}

// linspace32 is torch.linspace in float32, counted from the start in its first half and from the end in its second,
// in blocks of eight that begin with a rounded value of their own: the blocks of eight lanes, with fused products,
// that recorded tables were made by. In float64 the products here are exact.
func linspace32(a, b float64, n int) []float64 {
	a, b = f32(a), f32(b)
	v := make([]float64, n)
	if n == 1 {
		v[0] = a
		return v
	}
	step := f32(f32(b-a) / float64(n-1))
	at := func(i int) float64 {
		if i < n/2 {
			return f32(a + float64(step*float64(i)))
		}
		return f32(b - float64(step*float64(n-1-i)))
	}
	for i := range v {
		if block := i / 8 * 8; block+8 <= n {
			v[i] = f32(at(block) + float64(step*float64(i-block)))
		} else {
			v[i] = at(i)
		}
	}
	return v
}

// zeroTerminal shifts and scales √ᾱ so that its last value is 0, in float32.
func zeroTerminal(betas []float64) []float64 {
	bar := cumulated(betas)
	last := len(bar) - 1
	for i := range bar {
		bar[i] = f32(math.Sqrt(bar[i]))
	}
	first, end := bar[0], bar[last]
	scale := f32(first / f32(first-end))
	for i := range bar {
		bar[i] = f32(f32(bar[i]-end) * scale)
		bar[i] = f32(bar[i] * bar[i])
	}
	out := make([]float64, len(bar))
	before := 1.0
	for i, b := range bar {
		out[i] = f32(1 - f32(b/before))
		before = b
	}
	return out
}

// at is ᾱ of a step; before the first, the last ones count backwards, as an array's index does in Python.
func (t table) at(i int) (float64, error) {
	if i < 0 {
		i += len(t)
	}
	if i < 0 || i >= len(t) {
		return 0, fmt.Errorf("the reference asks for step %d of %d and fails", i, len(t))
	}
	return t[i], nil
}

// level is the process at ᾱ, with the model's time.
func level(time, bar float64) schedule.Level {
	return schedule.Level{T: time, A: math.Sqrt(bar), S: math.Sqrt(f32(1 - bar))}
}

// sigmas is √((1-ᾱ)/ᾱ) of every step, clean end first.
func (t table) sigmas() []float64 {
	s := make([]float64, len(t))
	for i, bar := range t {
		s[i] = f32(math.Sqrt(f32(f32(1-bar) / bar)))
	}
	return s
}
