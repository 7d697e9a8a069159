package arch

import (
	"fmt"

	"tintype/core/nn"
	"tintype/core/tensor"
)

// level is the resnets of one resolution, on the way down or up, and the change to the next.
type level struct {
	name       string
	resnets    []*nn.ResBlock
	attentions []*nn.Attention // one after each resnet, or none
	conv       layer           // the change by a convolution; nil where it is a resnet, or none
	resnet     *nn.ResBlock
}

type layer interface {
	Plan(p *nn.Plan, x *tensor.Tensor) *tensor.Tensor
}

// levelShape is what a level's place in the network says about it.
type levelShape struct {
	name    string
	in      []int // channels that each resnet reads
	out     int   // channels that every resnet makes
	depth   int   // how often the picture was halved
	attends bool
	resnet  bool // the change is a resnet
	last    bool // there is no change
}

// loadLevel loads a level whose change is stored under sampler and resamples as given.
func loadLevel(l *nn.Loader, c UNet2DConfig, s levelShape, sampler string, resample nn.Resample) (*level, error) {
	v := &level{name: s.name}
	if s.attends {
		for j := range s.in {
			a, err := nn.NewAttention(l, fmt.Sprintf("%s.attentions.%d", s.name, j), c.attention(s.out, c.NormNumGroups, 1))
			if err != nil {
				return nil, err
			}
			v.attentions = append(v.attentions, a)
		}
	}
	for j, in := range s.in {
		r, err := nn.NewResBlock(l, fmt.Sprintf("%s.resnets.%d", s.name, j), c.resBlock(in, s.out, s.depth, 1, nn.ResampleNone))
		if err != nil {
			return nil, err
		}
		v.resnets = append(v.resnets, r)
	}
	if s.last {
		return v, nil
	}
	name := fmt.Sprintf("%s.%s.0", s.name, sampler)
	after := s.depth + 1
	if resample == nn.ResampleUp {
		after = s.depth - 1
	}
	var err error
	switch {
	case s.resnet:
		v.resnet, err = nn.NewResBlock(l, name, c.resBlock(s.out, s.out, after, 1, resample))
	case resample == nn.ResampleUp:
		h, w := c.sampleAt(after)
		v.conv, err = nn.NewUp(l, name, s.out, h, w)
	case c.DownsamplePadding == 0:
		v.conv, err = nn.NewDown(l, name, s.out, nn.MarginAfter)
	default:
		v.conv, err = nn.NewDown(l, name, s.out, nn.MarginAround)
	}
	return v, err
}

// sampleAt is the size of the picture after so many halvings, 0 by 0 if sample_size is not stated.
func (c UNet2DConfig) sampleAt(depth int) (h, w int) {
	return c.SampleHeight >> depth, c.SampleWidth >> depth
}

// resBlock is the shape of a resnet of this configuration whose result was halved depth times.
func (c UNet2DConfig) resBlock(in, out, depth int, divisor float32, resample nn.Resample) nn.ResBlockConfig {
	h, w := c.sampleAt(depth)
	norm := nn.TimeAdd
	if c.ResnetTimeScaleShift == ShiftScale {
		norm = nn.TimeScaleShift
	}
	return nn.ResBlockConfig{
		In: in, Out: out, Time: c.TimeEmbedDim(), Groups: c.NormNumGroups, Eps: float32(c.NormEps),
		TimeNorm: norm, Divisor: divisor, Resample: resample, H: h, W: w,
	}
}

// attention is the shape of an attention of this configuration.
func (c UNet2DConfig) attention(channels, groups int, divisor float32) nn.AttentionConfig {
	return nn.AttentionConfig{
		Channels: channels, HeadDim: c.headDim(channels), Groups: groups, Eps: float32(c.NormEps), Divisor: divisor,
	}
}

// planLayer appends resnet j over x, and its attention, and returns the result.
func (v *level) planLayer(p *nn.Plan, j int, x nn.Joined, t *tensor.Tensor) *tensor.Tensor {
	y := v.resnets[j].Plan(p, x, t)
	if v.attentions == nil {
		return y
	}
	z := v.attentions[j].Plan(p, y)
	p.Release(y)
	return z
}

// planChange appends the change to the next level over x and returns the result, nil if this level is the last.
func (v *level) planChange(p *nn.Plan, x, t *tensor.Tensor) *tensor.Tensor {
	switch {
	case v.resnet != nil:
		return v.resnet.Plan(p, nn.Joined{A: x}, t)
	case v.conv != nil:
		return v.conv.Plan(p, x)
	}
	return nil
}

// middle is a resnet, an attention if there is one, and a resnet.
type middle struct {
	first, second *nn.ResBlock
	attention     *nn.Attention // nil: none
}

func loadMiddle(l *nn.Loader, c UNet2DConfig) (*middle, error) {
	m := &middle{}
	n, depth, divisor := c.last(), len(c.BlockOutChannels)-1, float32(c.MidBlockScaleFactor)
	var err error
	if c.AddAttention {
		m.attention, err = nn.NewAttention(l, "mid_block.attentions.0", c.attention(n, c.midAttentionGroups(), divisor))
		if err != nil {
			return nil, err
		}
	}
	if m.first, err = nn.NewResBlock(l, "mid_block.resnets.0", c.resBlock(n, n, depth, divisor, nn.ResampleNone)); err != nil {
		return nil, err
	}
	m.second, err = nn.NewResBlock(l, "mid_block.resnets.1", c.resBlock(n, n, depth, divisor, nn.ResampleNone))
	return m, err
}

// plan appends the block over x and returns its result.
func (m *middle) plan(p *nn.Plan, x, t *tensor.Tensor) *tensor.Tensor {
	h := m.first.Plan(p, nn.Joined{A: x}, t)
	if m.attention != nil {
		a := m.attention.Plan(p, h)
		p.Release(h)
		h = a
	}
	y := m.second.Plan(p, nn.Joined{A: h}, t)
	p.Release(h)
	return y
}
