package nn

import "tintype/core/graph"

// TimeNorm is how a ResBlock takes the time embedding in (diffusers' resnet_time_scale_shift).
type TimeNorm uint8

// The two ways: a row added before the second norm; or that norm's result scaled by 1 + scale and shifted.
const (
	TimeAdd TimeNorm = iota
	TimeScaleShift
)

// Resample is what a ResBlock does to the picture's size, on both of its ways.
type Resample uint8

// The three: nothing, mean of 2x2 blocks, pixels doubled.
const (
	ResampleNone Resample = iota
	ResampleDown
	ResampleUp
)

// ResBlockConfig is the shape of a ResBlock.
type ResBlockConfig struct {
	Out      int // channels
	Groups   int // of both norms; divides the channels that come in and go out
	Eps      float32
	Time     *graph.Node // the activated time embedding, a row; nil: the block has none
	TimeNorm TimeNorm
	Divisor  float32 // of the result (diffusers' output_scale_factor)
	Resample Resample
}

// ResBlock appends diffusers' ResnetBlock2D:
//
//	h = conv1(resample(silu(norm1(x))))
//	h = norm2(h + proj(t))                                         TimeAdd
//	h = norm2(h) * (1 + scale) + shift, [scale, shift] = proj(t)   TimeScaleShift
//	y = (shortcut(resample(x)) + conv2(silu(h))) / divisor
//
// with name.{norm1,conv1,time_emb_proj,norm2,conv2} and, where the channels change,
// the 1x1 convolution name.conv_shortcut.
func ResBlock(g *graph.Graph, name string, c ResBlockConfig, x *graph.Node) *graph.Node {
	var row *graph.Node
	if c.Time != nil {
		rows := c.Out
		if c.TimeNorm == TimeScaleShift {
			rows = 2 * c.Out
		}
		row = Linear(g, name+".time_emb_proj", c.Time, rows)
	}
	h := NormAct(g, name+".norm1", x, c.Groups, c.Eps)
	side := x
	if resample := c.Resample.op(); resample != nil {
		h = g.Add(name, resample, h)
		side = g.Add(name, resample, x)
	}
	h = Conv(g, name+".conv1", h, c.Out)
	if row != nil && c.TimeNorm == TimeAdd {
		h = Sum(g, name, h, row)
	}
	h = g.Add(name+".norm2", graph.GroupNorm{Groups: c.Groups, Eps: c.Eps}, h)
	if row != nil && c.TimeNorm == TimeScaleShift {
		h = g.Add(name, graph.Modulate{}, h,
			g.Add(name, graph.Slice{From: 0, To: c.Out}, row), g.Add(name, graph.Slice{From: c.Out, To: 2 * c.Out}, row))
	}
	h = Conv(g, name+".conv2", SiLU(g, name, h), c.Out)
	if x.Shape.C != c.Out {
		side = Conv1x1(g, name+".conv_shortcut", side, c.Out)
	}
	return g.Add(name, graph.Add{Scale: 1 / c.Divisor}, h, side)
}

// op is the node of a change of size, nil for none.
func (r Resample) op() graph.Op {
	switch r {
	case ResampleDown:
		return graph.AvgPool{}
	case ResampleUp:
		return graph.Upsample{}
	}
	return nil
}
