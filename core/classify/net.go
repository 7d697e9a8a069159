package classify

import (
	"fmt"

	"tintype/core/compile"
	"tintype/core/grad"
	"tintype/core/tensor"
)

// Net is a small residual network over noisy pictures, with its weights.
//
//	t = silu(linear_2(silu(linear_1(harmonics))))
//	h = conv_in(x)
//	blocks: u = conv1(half(silu(norm1(h)))) + time(t);  h = u + conv2(silu(norm2(u)))
//	outputs = head(mean over the pixels of silu(norm_out(h)))
//
// half is the mean of 2x2 pixels.
type Net struct {
	cfg    Config
	time   [2]*grad.Linear
	convIn *grad.Conv
	blocks []*block
	norm   *grad.NormSiLU
	head   *grad.Linear
}

type block struct {
	name         string
	norm1, norm2 *grad.NormSiLU
	conv1, conv2 *grad.Conv
	time         *grad.Linear
}

// New checks cfg and loads the weights from src, in the order of Weights.
func New(cfg Config, src compile.Source) (*Net, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	n, l, last := &Net{cfg: cfg}, compile.NewLoader(src), len(cfg.Channels)-1
	var err error
	for i := range cfg.Channels[1:] {
		b, err := newBlock(l, fmt.Sprintf("blocks.%d", i), cfg.Channels[i], cfg.Channels[i+1], cfg)
		if err != nil {
			return nil, err
		}
		n.blocks = append(n.blocks, b)
	}
	if n.convIn, err = grad.NewConv(l, "conv_in", cfg.InChannels, cfg.Channels[0], true); err != nil {
		return nil, err
	}
	if n.head, err = grad.NewLinear(l, "head", cfg.Channels[last], cfg.Outputs); err != nil {
		return nil, err
	}
	if n.norm, err = grad.NewNormSiLU(l, "norm_out", cfg.Channels[last], cfg.Groups, normEps); err != nil {
		return nil, err
	}
	if n.time[0], err = grad.NewLinear(l, "time_embedding.linear_1", 2*cfg.Harmonics, cfg.TimeDim); err != nil {
		return nil, err
	}
	n.time[1], err = grad.NewLinear(l, "time_embedding.linear_2", cfg.TimeDim, cfg.TimeDim)
	return n, err
}

func newBlock(l *compile.Loader, name string, in, out int, c Config) (*block, error) {
	b := &block{name: name}
	var err error
	if b.conv1, err = grad.NewConv(l, name+".conv1", in, out, false); err != nil {
		return nil, err
	}
	if b.conv2, err = grad.NewConv(l, name+".conv2", out, out, true); err != nil {
		return nil, err
	}
	if b.norm1, err = grad.NewNormSiLU(l, name+".norm1", in, c.Groups, normEps); err != nil {
		return nil, err
	}
	if b.norm2, err = grad.NewNormSiLU(l, name+".norm2", out, c.Groups, normEps); err != nil {
		return nil, err
	}
	b.time, err = grad.NewLinear(l, name+".time", c.TimeDim, out)
	return b, err
}

// Config is what the network was made from.
func (n *Net) Config() Config { return n.cfg }

// Weights lists every weight, in the order in which New asked for them.
func (n *Net) Weights() (all []*grad.Weight) {
	for _, b := range n.blocks {
		all = append(all, b.conv1.W, b.conv2.W, b.conv2.B, b.norm1.Gamma, b.norm1.Beta, b.norm2.Gamma, b.norm2.Beta, b.time.W, b.time.B)
	}
	return append(all, n.convIn.W, n.convIn.B, n.head.W, n.head.B, n.norm.Gamma, n.norm.Beta,
		n.time[0].W, n.time[0].B, n.time[1].W, n.time[1].B)
}

// Pack takes over weights that were changed.
func (n *Net) Pack() {
	for _, b := range n.blocks {
		b.conv1.Pack()
		b.conv2.Pack()
		b.time.Pack()
	}
	for _, l := range []*grad.Linear{n.head, n.time[0], n.time[1]} {
		l.Pack()
	}
	n.convIn.Pack()
}

// kept is what a forward pass leaves for the way back.
type kept struct {
	level, t1, t1a, t2, t *tensor.Tensor // the noise embedding: rows, before and after each activation
	blocks                []keptBlock
	last                  grad.Normed
	mean, out             *tensor.Tensor
}

type keptBlock struct {
	first, second grad.Normed
	half          *tensor.Tensor // of first
}

// forward appends the network over x [N,H,W,InChannels] and the levels' rows [N,1,1,2·Harmonics].
func (n *Net) forward(p *compile.Plan, x, level *tensor.Tensor) *kept {
	k := &kept{level: level, blocks: make([]keptBlock, len(n.blocks))}
	k.t1 = n.time[0].Forward(p, level)
	k.t1a = grad.SiLU(p, "time_embedding", k.t1)
	k.t2 = n.time[1].Forward(p, k.t1a)
	k.t = grad.SiLU(p, "time_embedding", k.t2)
	h := n.convIn.Forward(p, x, nil)
	for i, b := range n.blocks {
		h = b.forward(p, &k.blocks[i], h, k.t)
	}
	k.last = n.norm.Forward(p, h)
	k.mean = grad.Mean(p, "mean", k.last.Y)
	k.out = n.head.Forward(p, k.mean)
	return k
}

func (b *block) forward(p *compile.Plan, k *keptBlock, h, t *tensor.Tensor) *tensor.Tensor {
	k.first = b.norm1.Forward(p, h)
	k.half = grad.AvgPool(p, b.name, k.first.Y)
	rows := b.time.Forward(p, t)
	u := b.conv1.Forward(p, k.half, rows)
	p.Release(rows)
	k.second = b.norm2.Forward(p, u)
	y := b.conv2.Forward(p, k.second.Y, nil)
	grad.AddInto(p, b.name, y, u)
	return y
}
