package suite

import (
	"time"

	"tintype/core/tensor"
	"tintype/model"
)

// Passes runs a planned network over and over on the same noise.
type Passes struct {
	net   forwarder
	x, y  *tensor.Tensor
	times []float32
	cond  *tensor.Cond
}

type forwarder interface {
	Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error
}

// Time is the time input of every pass.
const Time = 500

func newPasses(net forwarder, n, h, w, in, out int, cond *tensor.Cond) *Passes {
	p := &Passes{net: net, x: tensor.New(n, h, w, in), y: tensor.New(n, h, w, out), times: make([]float32, n), cond: cond}
	fillSample(p.x)
	for i := range p.times {
		p.times[i] = Time
	}
	return p
}

// modelPasses lays out a model's network for a batch of n.
func modelPasses(m *model.Model, n int, between func() error) (*Passes, error) {
	net, err := m.Network.Plan(n, m.H, m.W, between)
	if err != nil {
		return nil, err
	}
	return newPasses(net, n, m.H, m.W, m.C, m.C, m.Cond.NewCond(n)), nil
}

// once runs one pass.
func (p *Passes) once() error { return p.net.Forward(p.y, p.x, p.times, p.cond) }

// Run runs passes one after another for a while, at least one, and returns each one's ms.
func (p *Passes) Run(while time.Duration) ([]float64, error) {
	var took []float64
	for begin := time.Now(); len(took) == 0 || time.Since(begin) < while; {
		start := time.Now()
		if err := p.once(); err != nil {
			return nil, err
		}
		took = append(took, ms(time.Since(start)))
	}
	return took, nil
}

// Output is the result of the last pass [N,H,W,C].
func (p *Passes) Output() []float32 { return p.y.Data }
