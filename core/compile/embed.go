package compile

import (
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/graph"
	"tintype/core/tensor"
)

// The kinds that make rows of numbers, and what numbers they can make them of. Angles
// follow the reference (diffusers, torch) operation by operation in float32; functions
// are taken in float64 and rounded once.

// planTable appends the kinds that look up, add or embed.
func (p *placing) planTable(l *layer, dst *tensor.Tensor) {
	in := l.in[0].of
	x := p.tensorOf(l.in[0])
	embed := func(run func()) { p.Add(Op{Name: l.name, Kind: OpEmbed, Run: run}) }
	switch op := l.op.(type) {
	case graph.Sinusoid:
		waves, err := op.Frequencies()
		if err != nil {
			panic("compile: " + err.Error()) // a configuration is checked before it is described
		}
		p.check(in, func(values []float32, _ []int32) error { return checkFinite(values) })
		embed(func() { sinusoid(dst.Data, x.Data, waves, op) })
	case graph.Fourier:
		w := p.weights[l].(*table).rows
		p.check(in, func(values []float32, _ []int32) error { return checkLevels(values) })
		embed(func() { fourier(dst.Data, x.Data, w) })
	case graph.Lookup:
		t := p.weights[l].(*table)
		p.check(in, func(values []float32, numbers []int32) error { return checkRows(values, numbers, op.Count) })
		g, err := p.pass.input(in.name)
		if err != nil {
			panic("compile: a lookup of what is no input")
		}
		embed(func() { lookup(dst.Data, t, g) })
	case graph.Learned:
		t := p.weights[l].(*table).rows[:l.shape.Len()]
		p.perPicture(l.name, OpArithmetic, dst.N, func(i int) { addInto(picture(dst, i), picture(x, i), t) })
	case graph.AddTable:
		p.perPicture(l.name, OpArithmetic, dst.N, func(i int) { addInto(picture(dst, i), picture(x, i), op.Table) })
	case graph.Quantise:
		t := p.weights[l].(*table)
		p.perPicture(l.name, OpEmbed, dst.N, func(i int) { quantise(picture(dst, i), picture(x, i), t) })
	}
}

// check adds a check of an input's values. Inputs are planned before what reads them.
func (p *placing) check(in *layer, check func([]float32, []int32) error) {
	if g, err := p.pass.input(in.name); err == nil {
		g.checks = append(g.checks, check)
	}
}

// checkFinite asks for finite times.
func checkFinite(times []float32) error {
	for i, t := range times {
		if t-t != 0 {
			return fmt.Errorf("number %d is %v: expected a finite one", i, t)
		}
	}
	return nil
}

// checkLevels asks for positive, finite noise levels.
func checkLevels(times []float32) error {
	for i, t := range times {
		if !(t > 0) || t-t != 0 {
			return fmt.Errorf("number %d is %v: a fourier time embedding needs a noise level above 0", i, t)
		}
	}
	return nil
}

// checkRows asks for whole numbers that have a row.
func checkRows(values []float32, numbers []int32, count int) error {
	for i, t := range values {
		if !(t >= 0 && t < float32(count)) || float32(int(t)) != t {
			return fmt.Errorf("number %d is %v: expected a whole number from 0 to %d", i, t, count-1)
		}
	}
	for i, n := range numbers {
		if n < 0 || int(n) >= count {
			return fmt.Errorf("number %d is %d: expected 0 to %d", i, n, count-1)
		}
	}
	return nil
}

// sinusoid writes the rows of graph.Sinusoid.
func sinusoid(dst, times, waves []float32, op graph.Sinusoid) {
	sine, cosine := 0, len(waves)
	if op.CosineFirst {
		sine, cosine = cosine, sine
	}
	for n, t := range times {
		if op.Scale != 0 {
			t *= op.Scale
		}
		row := dst[n*op.Width:][:op.Width]
		for i, f := range waves {
			s, c := exact.Sincos(float64(float32(t * f)))
			row[sine+i], row[cosine+i] = float32(s), float32(c)
		}
		if op.Width%2 == 1 {
			row[op.Width-1] = 0
		}
	}
}

// fourier writes the rows of graph.Fourier.
func fourier(dst, times, frequencies []float32) {
	half := len(frequencies)
	for n, t := range times {
		row := dst[2*n*half:][:2*half]
		log := float32(exact.Log(float64(t)))
		for i, w := range frequencies {
			angle := float32(float32(float32(log*w)*2) * math.Pi)
			s, c := exact.Sincos(float64(angle))
			row[i], row[half+i] = float32(s), float32(c)
		}
	}
}

// lookup writes the rows of a table that an input's numbers name.
func lookup(dst []float32, t *table, g *given) {
	for i, n := range g.numbers {
		copy(dst[i*t.width:], t.row(int(n)))
	}
	for i, v := range g.t.Data {
		copy(dst[i*t.width:], t.row(int(v)))
	}
}

// addInto computes dst = x + y.
func addInto(dst, x, y []float32) {
	for i, v := range x {
		dst[i] = v + y[i]
	}
}

// quantise writes the nearest row of a codebook for each pixel.
func quantise(dst, x []float32, t *table) {
	for at := 0; at < len(x); at += t.width {
		v := x[at : at+t.width]
		best, least := 0, math.Inf(1)
		for k := range len(t.rows) / t.width {
			sum := 0.0
			for c, w := range t.row(k) {
				d := float64(v[c]) - float64(w)
				sum += float64(d * d)
			}
			if sum < least {
				best, least = k, sum
			}
		}
		copy(dst[at:], t.row(best))
	}
}
