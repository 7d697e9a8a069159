package suite

import (
	"time"

	"tintype/core/arch"
	"tintype/core/tensor"
)

// Passes runs a graph on one picture.
type Passes struct {
	net  arch.Net
	x, y *tensor.Tensor
}

// NewPasses builds g and lays out its pass.
func NewPasses(g Graph) (*Passes, error) {
	u, err := g.Network()
	if err != nil {
		return nil, err
	}
	c := g.Config
	p := &Passes{x: tensor.New(1, g.Side, g.Side, c.InChannels), y: tensor.New(1, g.Side, g.Side, c.OutChannels)}
	Sample(p.x)
	p.net, err = u.Plan(1, g.Side, g.Side, nil)
	return p, err
}

// Run runs passes one after another for a while, at least one, and returns each one's ms.
func (p *Passes) Run(while time.Duration) ([]float64, error) {
	var took []float64
	for begin := time.Now(); len(took) == 0 || time.Since(begin) < while; {
		start := time.Now()
		if err := p.net.Forward(p.y, p.x, []float32{Time}, nil); err != nil {
			return nil, err
		}
		took = append(took, ms(time.Since(start)))
	}
	return took, nil
}

// Output is the result of the last pass [1,H,W,C].
func (p *Passes) Output() *tensor.Tensor { return p.y }
