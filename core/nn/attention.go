package nn

import (
	"math"

	"tintype/core/kernel"
	"tintype/core/tensor"
)

// AttentionConfig is the shape of an Attention.
type AttentionConfig struct {
	Channels int
	HeadDim  int // channels of one head; Channels/HeadDim heads, rounded down as diffusers does
	Groups   int // of the norm before it; 0: no norm
	Eps      float32
	Divisor  float32 // of the result (diffusers' rescale_output_factor)
}

// Attention is self-attention over the pixels of a picture (Vaswani et al., arXiv 1706.03762, equation 1):
//
//	q, k, v = Linear(norm(x)), cut into heads of HeadDim channels
//	o = softmax(q kᵀ / sqrt(HeadDim)) v           each head by itself
//	y = (x + Linear(o)) / divisor
//
// Where HeadDim does not divide Channels the heads hold fewer channels than the picture and the last Linear
// leads back.
type Attention struct {
	cfg       AttentionConfig
	name      string
	norm      *GroupNorm // nil: none
	q, k, v   *Linear
	out       *Linear
	heads     int
	headScale float32 // 1/sqrt(HeadDim)
}

// NewAttention loads name.{group_norm,to_q,to_k,to_v,to_out.0}; group_norm only where Groups is not 0.
func NewAttention(l *Loader, name string, c AttentionConfig) (*Attention, error) {
	a := &Attention{cfg: c, name: name, heads: c.Channels / c.HeadDim}
	a.headScale = float32(1 / math.Sqrt(float64(c.HeadDim)))
	inner := a.heads * c.HeadDim
	var err error
	if c.Groups != 0 {
		if a.norm, err = NewGroupNorm(l, name+".group_norm", c.Channels, c.Groups, c.Eps); err != nil {
			return nil, err
		}
	}
	if a.q, err = NewLinear(l, name+".to_q", c.Channels, inner); err != nil {
		return nil, err
	}
	if a.k, err = NewLinear(l, name+".to_k", c.Channels, inner); err != nil {
		return nil, err
	}
	if a.v, err = NewLinear(l, name+".to_v", c.Channels, inner); err != nil {
		return nil, err
	}
	a.out, err = NewLinear(l, name+".to_out.0", inner, c.Channels)
	return a, err
}

// Plan appends the layer over x [N,H,W,Channels] and returns its result, of the same shape.
func (a *Attention) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	h := x
	if a.norm != nil {
		h = a.norm.Plan(p, x)
	}
	q, k, v := a.q.Plan(p, h), a.k.Plan(p, h), a.v.Plan(p, h)
	if h != x {
		p.Release(h)
	}
	o := p.New(q.N, q.H, q.W, q.C)
	a.planHeads(p, o, q, k, v)
	p.Release(q)
	p.Release(k)
	p.Release(v)
	y := replace(p, o, a.out.Plan(p, o))
	add(p, a.name, y, x, y, 1/a.cfg.Divisor)
	return y
}

// A head's matrix of scores, one row a query, is cut into runs of whole rows, so that not all of it is held at once:
// 1 MiB, or scoreRows rows where that is more, as a matrix product over fewer rows would be slow. The cut changes no
// bit, as rows do not meet.
const (
	scoreFloats = 1 << 18
	scoreRows   = 32
)

// planHeads appends o = softmax(q kᵀ / sqrt(HeadDim)) v, head by head, picture by picture.
func (a *Attention) planHeads(p *Plan, o, q, k, v *tensor.Tensor) {
	tokens, dim, inner := q.H*q.W, a.cfg.HeadDim, q.C
	rows := min(tokens, max(scoreRows, scoreFloats/tokens))
	keys := p.scratch(kernel.PackedLen(dim, tokens))
	values := p.scratch(kernel.PackedLen(tokens, dim))
	scores := p.scratch(rows * tokens)
	flops := 2 * int64(tokens) * int64(dim) // of one query, in each of the two products
	for i := range q.N {
		for first := 0; first < inner; first += dim {
			p.Add(Op{Name: a.name, Kind: OpMove, Run: func() {
				kernel.PackT(keys.Data, picture(k, i)[first:], inner, dim, tokens)
				kernel.Pack(values.Data, picture(v, i)[first:], inner, tokens, dim)
			}})
			for from := 0; from < tokens; from += rows {
				m, at := min(rows, tokens-from), from*inner+first
				p.Add(Op{Name: a.name, Kind: OpMatMul, FLOPs: flops * int64(m), Run: func() {
					kernel.Gemm(scores.Data, tokens, picture(q, i)[at:], inner, keys.Data, m, tokens, dim, false)
				}})
				p.Add(Op{Name: a.name, Kind: OpSoftmax, Run: func() {
					kernel.SoftmaxRows(scores.Data, scores.Data, m, tokens, tokens, a.headScale)
				}})
				p.Add(Op{Name: a.name, Kind: OpMatMul, FLOPs: flops * int64(m), Run: func() {
					kernel.Gemm(picture(o, i)[at:], inner, scores.Data, tokens, values.Data, m, dim, tokens, false)
				}})
			}
		}
	}
	p.Release(keys)
	p.Release(values)
	p.Release(scores)
}
