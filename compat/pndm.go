package compat

import (
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// planPNDM is PLMS, after a first part of Runge-Kutta steps unless that is skipped. Like DDIM it steps by ⌊T/n⌋, not
// to the next time of its list. It combines the network's own outputs, of whatever kind, and takes them for those of
// the last time.
func planPNDM(s *Scheduler, n int, _ Settings) (*Plan, error) {
	t, times, err := s.stepped(n, 0)
	if err != nil {
		return nil, err
	}
	if s.Prediction != "epsilon" && s.Prediction != "v_prediction" {
		return nil, fmt.Errorf("prediction_type %q is not one that the class knows", s.Prediction)
	}
	last := 1.0
	if !s.AlphaToOne {
		last = t[0]
	}
	w := &pndm{s: s, table: t, last: last, ratio: s.Steps / n}
	w.prk, w.plms, err = s.pndmTimes(times, n)
	if err != nil {
		return nil, err
	}
	timesteps := append(append([]float64(nil), w.prk...), w.plms...)
	levels, err := t.visit(timesteps, last)
	if err != nil {
		return nil, err
	}
	return newPlan(timesteps, nil, 1, outputParam, levels, w.emit)
}

// pndmTimes are the times of the two parts, call by call.
func (s *Scheduler) pndmTimes(times []float64, n int) (prk, plms []float64, err error) {
	if s.SkipPRK {
		if n == 1 || len(times) == 1 {
			return nil, times, nil
		}
		plms = append(plms, times[:2]...)
		return nil, append(plms, times[1:]...), nil
	}
	if len(times) < 4 {
		return nil, nil, fmt.Errorf("%d steps: the reference's Runge-Kutta part needs 4, unless skip_prk_steps", n)
	}
	half := float64(s.Steps / n / 2)
	var nodes []float64 // upwards: each of the four noisiest times, and half a step above it
	for i := 3; i >= 0; i-- {
		nodes = append(nodes, times[i], times[i]+half)
	}
	for _, node := range nodes[:7] {
		prk = append(prk, node, node)
	}
	return reversed(prk[1:13]), times[3:], nil
}

// pndm is the walk: outputs are kept in a ring of four.
type pndm struct {
	s         *Scheduler
	table     table
	last      float64
	ratio     int
	prk, plms []float64
	noise     tape.Buf // ε
	part      tape.Buf // of the step, that ε makes
}

// rates is ᾱ at the time that a step goes to, the last one's below 0. (Where a step begins below 0 the reference reads
// its table from the end.)
func (w *pndm) rates(time int) (float64, error) {
	if time < 0 {
		return w.last, nil
	}
	return w.table.at(time)
}

func (w *pndm) emit(levels []schedule.Level, b *tape.Builder) error {
	d, kept, sum := b.Buffer(), b.Buffer(), b.Buffer()
	w.noise, w.part = b.Buffer(), b.Buffer()
	outputs := b.History(4)
	seen := 0
	for k := range w.prk {
		b.Eval(d, tape.X, k)
		output := d
		if k%4 == 0 {
			output = outputs.Push()
			seen++
			b.Lin(kept, tape.Term{Coef: 1, Src: tape.X})
		}
		b.Lin(output, tape.Term{Coef: 1, Src: d})
		weight := []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}[k%4]
		if k%4 == 0 {
			b.Lin(sum, tape.Term{Coef: weight, Src: output})
		} else {
			b.Lin(sum, tape.Term{Coef: 1, Src: sum}, tape.Term{Coef: weight, Src: output})
		}
		to := int(w.prk[k])
		if k%2 == 0 {
			to -= w.ratio / 2
		}
		if k%4 == 3 {
			output = sum
		}
		if err := w.step(b, kept, int(w.prk[k/4*4]), to, tape.Term{Coef: 1, Src: output}); err != nil {
			return err
		}
		b.Arrive(k + 1)
	}
	for k, time := range w.plms {
		at := len(w.prk) + k
		from, to, base := int(time), int(time)-w.ratio, tape.X
		b.Eval(d, tape.X, at)
		var terms []tape.Term
		if at == 1 { // the first step again, with the mean of the outputs at its ends
			from, to, base = int(time)+w.ratio, int(time), kept
			terms = []tape.Term{{Coef: 0.5, Src: d}, {Coef: 0.5, Src: outputs.Back(0)}}
		} else {
			b.Lin(outputs.Push(), tape.Term{Coef: 1, Src: d})
			seen = min(seen+1, 4)
			for i, c := range adamsBashforth[seen-1] {
				terms = append(terms, tape.Term{Coef: c, Src: outputs.Back(i)})
			}
		}
		if at == 0 {
			b.Lin(kept, tape.Term{Coef: 1, Src: tape.X})
		}
		if err := w.step(b, base, from, to, terms...); err != nil {
			return err
		}
		b.Arrive(at + 1)
	}
	return nil
}

// adamsBashforth are the weights of the last slopes on equal steps, newest first.
var adamsBashforth = [4][]float64{
	{1},
	{3. / 2, -1. / 2},
	{23. / 12, -16. / 12, 5. / 12},
	{55. / 24, -59. / 24, 37. / 24, -9. / 24},
}

// outputParam lets the network's output stand for the estimate: a sampler that combines outputs of several times needs
// all digits of theirs.
func outputParam(l schedule.Level) (denoise.Precond, error) {
	return denoise.Precond{In: 1, Out: 1, Time: l.T}, nil
}

// step is DDIM's from one time to another, written with ε:
//
//	x' = √(ᾱ_T/ᾱ_S)·x - (ᾱ_T - ᾱ_S)·ε/(ᾱ_S·√(1-ᾱ_T) + √(ᾱ_S·(1-ᾱ_S)·ᾱ_T))
func (w *pndm) step(b *tape.Builder, base tape.Buf, from, to int, output ...tape.Term) error {
	barS, err := w.table.at(from)
	if err != nil {
		return err
	}
	barT, err := w.rates(to)
	if err != nil {
		return err
	}
	noiseS, noiseT := f32(1-barS), f32(1-barT)
	down := f32(f32(barS*f32(math.Sqrt(noiseT))) + f32(math.Sqrt(f32(f32(barS*noiseS)*barT))))
	if w.s.Prediction == "v_prediction" { // ε = a·v + s·x
		for i := range output {
			output[i].Coef *= f32(math.Sqrt(barS))
		}
		output = append(output, tape.Term{Coef: f32(math.Sqrt(noiseS)), Src: base})
	}
	// The quotient as the reference rounds it: near the noisy end both terms are far larger than their difference.
	b.Lin(w.noise, output...)
	b.Lin(w.noise, tape.Term{Coef: f32(barT - barS), Src: w.noise})
	b.Apply(w.part, w.noise, quotient(down))
	b.Lin(tape.X, tape.Term{Coef: f32(math.Sqrt(f32(barT / barS))), Src: base}, tape.Term{Coef: -1, Src: w.part})
	return nil
}
