package pipeline

import (
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/flow"
	"tintype/core/rng"
	"tintype/core/schedule"
	"tintype/core/solver"
)

// Density is how likely a model thinks a picture.
type Density struct {
	LogProb float64 // of the picture in -1..1, in nats
	Evals   int     // of the network
	Lo, Hi  schedule.Level
}

// probeStep is the step of the differences, relative to the noise; farLambda is as near as a density comes to a level
// without signal, or without noise.
const (
	probeStep = 0.01
	farLambda = 7
)

// LogProb follows the probability flow from a picture, [H,W,C] in -1..1, to noise (flow.Likelihood): its density as
// data at the process' cleanest level, under the spec's choice and without guidance, clipping or a solver of the spec's.
// The trace is estimated by Likelihood.Probes random directions of the spec's seed, along which the network is
// differentiated in steps. What cannot run is a *Clash.
func LogProb(m *Model, s Spec, picture []float32, like flow.Likelihood, between func() error) (d Density, err error) {
	s.Batch, s.Edit, s.Guidance.Scale, s.Classifier, s.From = 1, nil, 1, 0, nil
	p := &plan{}
	for _, f := range []func() error{m.check, func() error { return m.checkSize(&s, p) }, func() error { return m.Cond.check(s.Choice) }} {
		if err := f(); err != nil {
			return d, err
		}
	}
	switch {
	case m.Extras.Head != solver.HeadNone || m.Extras.SecondTime || m.Extras.Degrader != nil:
		return d, clash(SettingModel, "use a checkpoint of a plain network", "a likelihood follows a network that returns one estimate of a time")
	case m.Contract.student():
		return d, clash(SettingModel, "use its teacher", "a network that was distilled to few steps has no flow to follow")
	}
	h, w, c := m.Codec.picture(p.h, p.w, m.C)
	if len(picture) != h*w*c {
		return d, clash(SettingSize, "use a picture of the model's size", "a picture of %d values, expected %d x %d x %d", len(picture), h, w, c)
	}
	net, err := m.Network.Plan(1, p.h, p.w, between)
	if err != nil {
		return d, &Clash{SettingSize, err.Error(), "use another size of picture", err}
	}
	cond := m.Cond.NewCond(1)
	m.Cond.fill(cond, 0, 1, s.Choice)
	n := p.h * p.w * m.C
	den := denoise.NewDifferences(denoise.NewNetwork(net, m.Reading.Param(), 1, p.h, p.w, m.C, cond), n, probeStep)
	if d.Hi, d.Lo = m.Process.Range(); d.Hi.A == 0 || d.Hi.Lambda() < -farLambda {
		d.Hi = m.Process.AtLambda(-farLambda)
	}
	if d.Lo.S == 0 || d.Lo.Lambda() > farLambda {
		d.Lo = m.Process.AtLambda(farLambda)
	}
	x := make([]float32, n)
	m.Codec.encode(x, picture, p.h, p.w, m.C)
	a := float32(d.Lo.A)
	for i := range x {
		x[i] = a * x[i]
	}
	noise := func(dst []float32, key uint32) { rng.Normal(dst, s.Seed, key, 0) }
	logp, evals, err := like.LogProb(den, m.Process, x, d.Lo, d.Hi, noise)
	if err != nil {
		return d, caused(SettingModel, err)
	}
	d.LogProb, d.Evals = logp+float64(n)*exact.Log(d.Lo.A), evals*(1+2*max(like.Probes, 1))
	return d, nil
}

// BitsPerDim is the density as the length of a code of pictures of 256 grey levels, in bits a value: a level is 2/256 of
// the range. The picture should have been spread within its levels (uniform dequantization).
func (d Density) BitsPerDim(values int) float64 {
	return 7 - d.LogProb/(float64(values)*math.Ln2)
}
