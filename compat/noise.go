package compat

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// noiseSteps are the multistep solvers that extrapolate the noise e = (x - a·D)/s: DPM-Solver of old and DEIS. From a
// level almost without signal the reference's first step is the difference of two numbers 1/a times as large as its
// result, so that its rounding shows: here the products are taken as there, and their factors rounded as there.
type noiseSteps struct {
	order, last int
	stochastic  bool                                // of the reverse SDE: twice the weights of e, and noise
	fromV       bool                                // e is a·v + s·x, not (x - a·D)/s, which float32 rates do not make the same
	weigh       func(at []schedule.Level) []float64 // of the last values, the newest first; at: the levels T, S, before, ...
}

func (w noiseSteps) emit(levels []schedule.Level, b *tape.Builder) error {
	d, difference, z, e := b.Buffer(), b.Buffer(), b.Buffer(), b.History(w.order)
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		w.noise(b, e.Push(), difference, d, from)
		order := min(w.order, i+1)
		switch left := len(levels) - 1 - i; {
		case w.last == solver.LowerOrder:
			order = min(order, left)
		case w.last == solver.EulerLast && left == 1:
			order = 1
		}
		weights := []float64{-firstWeight(from, to)}
		if order > 1 {
			at := []schedule.Level{to}
			for k := range order {
				at = append(at, levels[i-k])
			}
			weights = w.weigh(at)
		}
		terms := []tape.Term{{Coef: f32(to.A / from.A), Src: tape.X}}
		for k, c := range weights {
			if w.stochastic {
				c *= 2
			}
			terms = append(terms, tape.Term{Coef: c, Src: e.Back(k)})
		}
		if w.stochastic {
			b.Noise(z)
			h := f32(lambda32(to) - lambda32(from))
			terms = append(terms, tape.Term{Coef: f32(to.S * f32(math.Sqrt(f32(f32(exact.Exp(f32(2*h)))-1)))), Src: z})
		}
		b.Lin(tape.X, terms...)
		b.Arrive(i + 1)
	}
	return nil
}

// noise emits e. A factor near 1 is split in two, so that float32 holds it.
func (w noiseSteps) noise(b *tape.Builder, e, difference, d tape.Buf, l schedule.Level) {
	if w.fromV { // v = (a·x - D)/s
		c := l.A / l.S
		hi := f32(l.S)
		b.Lin(e, tape.Term{Coef: float64(c*l.A) + (l.S - hi), Src: tape.X}, tape.Term{Coef: -c, Src: d}, tape.Term{Coef: hi, Src: tape.X})
		return
	}
	slope(b, e, difference, tape.X, d, l.A, l.S)
}

// lambda32 is λ as the reference has it, from float32 logarithms.
func lambda32(l schedule.Level) float64 { return f32(f32(exact.Log(l.A)) - f32(exact.Log(l.S))) }

// firstWeight is s_T·(e^h - 1) in float32.
func firstWeight(from, to schedule.Level) float64 {
	h := f32(lambda32(to) - lambda32(from))
	return f32(to.S * f32(f32(exact.Exp(h))-1))
}

// noiseWeights are DPM-Solver's of order 2 and 3, with q3 where the integral has 2·q3.
func noiseWeights(correction int) func([]schedule.Level) []float64 {
	return func(at []schedule.Level) []float64 {
		s := at[0].S
		h := lambda32(at[0]) - lambda32(at[1])
		q1 := exact.Expm1(h)
		q2 := q1/h - 1
		if h == 0 {
			q2 = 0
		}
		r0 := (lambda32(at[1]) - lambda32(at[2])) / h
		if len(at) == 3 {
			if correction == solver.Midpoint {
				q2 = q1 / 2
			}
			c := -s * q2 / r0
			return []float64{-s*q1 + c, -c}
		}
		q3 := q2/h - 0.5
		r1 := (lambda32(at[2]) - lambda32(at[3])) / h
		// q2·D1 + q3·D2 = (q2 + g)·d0 - g·d1
		g := (q2*r0 + q3) / (r0 + r1)
		c0, c1 := -s*(q2+g)/r0, -s*g/r1
		return []float64{-s*q1 + c0, -c0 - c1, c1}
	}
}

// deisWeights integrate the polynomial of log σ through the last values over σ, in closed form: the integral of value k
// from σ_S to σ_T. They are counted in float32 as there, where neighbouring sigmas leave few digits of them.
func deisWeights(at []schedule.Level) []float64 {
	sigma, log := make([]float64, len(at)), make([]float64, len(at))
	for i, l := range at {
		sigma[i] = f32(l.S / l.A)
		log[i] = log32(sigma[i])
	}
	weights := make([]float64, len(at)-1)
	for k := range weights {
		var others []float64 // log σ of the other values, in turn
		for j := 1; j < len(weights); j++ {
			others = append(others, log[1+(k+j)%len(weights)])
		}
		weights[k] = at[0].A * f32(logIntegral(sigma[0], log[0], log[k+1], others)-logIntegral(sigma[1], log[1], log[k+1], others))
	}
	return weights
}

// logIntegral is ∫ Π(log σ - c)/(b - c) dσ at σ, for one or two c.
func logIntegral(sigma, log, b float64, c []float64) float64 {
	if len(c) == 1 {
		return f32(f32(sigma*f32(f32(log-c[0])-1)) / f32(b-c[0]))
	}
	sum := f32(c[0] * f32(f32(c[1]-log)+1))
	sum = f32(sum - f32(c[1]*log))
	sum = f32(sum + c[1])
	sum = f32(sum + f32(log*log))
	sum = f32(sum - f32(2*log))
	sum = f32(sum + 2)
	return f32(f32(sigma*sum) / f32(f32(b-c[0])*f32(b-c[1])))
}

// vp32 are the level's rates of a sigma in float32.
func vp32(time, sigma float64) schedule.Level {
	a := f32(1 / f32(math.Sqrt(f32(f32(sigma*sigma)+1))))
	return schedule.Level{T: time, A: a, S: f32(sigma * a)}
}
