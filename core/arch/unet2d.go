package arch

import (
	"fmt"

	"tintype/core/nn"
	"tintype/core/tensor"
)

// UNet2D is diffusers' UNet2DModel with its weights packed.
//
//	h = conv_in(x); t = time_embedding(proj(time)) + class embedding
//	down: every resnet's result and every halving's is kept
//	middle
//	up:   every resnet reads [h, the last kept result], taken off the end
//	y = conv_out(silu(conv_norm_out(h))), divided by the noise level if the time embedding is fourier
type UNet2D struct {
	cfg    UNet2DConfig
	bytes  int64 // of all weights
	convIn *nn.Conv2D
	proj   nn.TimeProjection
	time   *nn.TimeEmbedding
	class  *nn.Embedding     // nil unless the condition is a class of a table
	number *nn.TimeEmbedding // nil unless it is a number
	down   []*level
	mid    *middle // nil: none
	up     []*level
	out    nn.NormConv
}

// NewUNet2D checks cfg and loads, widens and packs the weights from src, one tensor at a time. It asks for tensors
// in the order in which diffusers' files hold them (by name), so that a source that streams need keep little.
func NewUNet2D(cfg UNet2DConfig, src nn.Source) (*UNet2D, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	u := &UNet2D{cfg: cfg}
	l := nn.NewLoader(src)
	for _, load := range []func(*nn.Loader) error{u.loadClass, u.loadEnds, u.loadDown, u.loadMiddle, u.loadTime, u.loadUp} {
		if err := load(l); err != nil {
			return nil, err
		}
	}
	u.bytes = l.Bytes()
	return u, nil
}

// Config is what the network was made from.
func (u *UNet2D) Config() UNet2DConfig { return u.cfg }

// Bytes is what the packed weights take.
func (u *UNet2D) Bytes() int64 { return u.bytes }

func (u *UNet2D) loadClass(l *nn.Loader) (err error) {
	switch u.cfg.Condition() {
	case CondValues:
		u.number, err = nn.NewTimeEmbedding(l, "class_embedding", u.cfg.projectionWidth(), u.cfg.TimeEmbedDim())
	case CondLabels:
		u.class, err = nn.NewEmbedding(l, "class_embedding", u.cfg.NumClassEmbeds, u.cfg.TimeEmbedDim())
	}
	return err
}

func (u *UNet2D) loadEnds(l *nn.Loader) (err error) {
	c := u.cfg
	first := c.BlockOutChannels[0]
	conv := nn.Conv2DConfig{In: c.InChannels, Out: first, Stride: 1, Margin: nn.MarginAround, H: c.SampleHeight, W: c.SampleWidth}
	if u.convIn, err = nn.NewConv2D(l, "conv_in", conv); err != nil {
		return err
	}
	if u.out.Norm, err = nn.NewGroupNorm(l, "conv_norm_out", first, c.NormNumGroups, float32(c.NormEps)); err != nil {
		return err
	}
	conv.In, conv.Out = first, c.OutChannels
	u.out.Conv, err = nn.NewConv2D(l, "conv_out", conv)
	return err
}

func (u *UNet2D) loadTime(l *nn.Loader) (err error) {
	c := u.cfg
	if u.time, err = nn.NewTimeEmbedding(l, "time_embedding", c.projectionWidth(), c.TimeEmbedDim()); err != nil {
		return err
	}
	first := c.BlockOutChannels[0]
	switch c.TimeEmbeddingType {
	case TimePositional:
		u.proj, err = nn.NewPositional(first, c.FreqShift, c.FlipSinToCos)
	case TimeFourier:
		u.proj, err = nn.NewFourier(l, "time_proj", first)
	case TimeLearned:
		u.proj, err = nn.NewEmbedding(l, "time_proj", c.NumTrainTimesteps, first)
	}
	return err
}

func (u *UNet2D) loadDown(l *nn.Loader) error {
	c := u.cfg
	in := c.BlockOutChannels[0]
	for i, out := range c.BlockOutChannels {
		s := levelShape{name: fmt.Sprintf("down_blocks.%d", i), out: out, depth: i, last: i == len(c.BlockOutChannels)-1}
		s.attends = c.DownBlockTypes[i] == BlockAttention
		s.resnet = c.DownBlockTypes[i] == BlockResnet || s.attends && c.DownsampleType == SampleResnet
		for j := range c.LayersPerBlock {
			if j > 0 {
				in = out
			}
			s.in = append(s.in, in)
		}
		in = out
		v, err := loadLevel(l, c, s, "downsamplers", nn.ResampleDown)
		if err != nil {
			return err
		}
		u.down = append(u.down, v)
	}
	return nil
}

func (u *UNet2D) loadMiddle(l *nn.Loader) (err error) {
	if u.cfg.MidBlockType == MidUNet {
		u.mid, err = loadMiddle(l, u.cfg)
	}
	return err
}

// loadUp loads the way up. Level i of it stands where level levels-1-i of the way down stands; its resnets read
// what came up (in the first resnet) or what the level made, joined with a kept result: the level's own in all
// but the last resnet, which takes what the level above handed down.
func (u *UNet2D) loadUp(l *nn.Loader) error {
	c := u.cfg
	levels := len(c.BlockOutChannels)
	below := c.last()
	for i := range levels {
		out := c.BlockOutChannels[levels-1-i]
		above := c.BlockOutChannels[max(levels-2-i, 0)]
		s := levelShape{name: fmt.Sprintf("up_blocks.%d", i), out: out, depth: levels - 1 - i, last: i == levels-1}
		s.attends = c.UpBlockTypes[i] == BlockAttention
		s.resnet = c.UpBlockTypes[i] == BlockResnet || s.attends && c.UpsampleType == SampleResnet
		for j := range c.LayersPerBlock + 1 {
			came, kept := out, out
			if j == 0 {
				came = below
			}
			if j == c.LayersPerBlock {
				kept = above
			}
			s.in = append(s.in, came+kept)
		}
		below = out
		v, err := loadLevel(l, c, s, "upsamplers", nn.ResampleUp)
		if err != nil {
			return err
		}
		u.up = append(u.up, v)
	}
	return nil
}

// embed appends everything that depends on the time and the condition and returns the activated embedding
// [N,1,1,TimeEmbedDim] that every resnet reads.
func (u *UNet2D) embed(p *nn.Plan, in *inputs) *tensor.Tensor {
	n := len(in.times)
	rows := nn.PlanProjection(p, "time_proj", u.proj, in.times)
	t := u.time.Plan(p, rows)
	p.Release(rows)
	dim := u.cfg.TimeEmbedDim()
	switch u.cfg.Condition() {
	case CondValues:
		rows := nn.PlanProjection(p, "time_proj", u.proj, in.cond.Values)
		c := u.number.Plan(p, rows)
		p.Release(rows)
		nn.AddInto(p, "class_embedding", t, c)
		p.Release(c)
	case CondLabels, CondRows:
		c := p.New(n, 1, 1, dim)
		p.Add(nn.Op{Name: "class_embedding", Kind: nn.OpEmbed, Run: func() { in.copyRows(c.Data, u.class, dim) }})
		nn.AddInto(p, "class_embedding", t, c)
		p.Release(c)
	}
	nn.SiLU(p, "time_embedding", t)
	return t
}
