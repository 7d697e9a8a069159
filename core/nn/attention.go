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
//
// One head over all channels needs two of the four products. With h = norm(x) and W, b of the Linear layers,
//
//	q_i·k_j = (Wkᵀ Wq h_i + Wkᵀ bq)·h_j + what depends on i alone, which softmax cancels
//	Wo o_i + bo = Σ_j softmax_ij (Wo Wv h_j + Wo bv + bo), as a row of softmax adds up to 1
//
// so that Wkᵀ Wq and Wo Wv, multiplied when the layer is loaded, stand in for q and v, and h for k.
type Attention struct {
	cfg       AttentionConfig
	name      string
	norm      *GroupNorm // nil: none
	proj      *Linear    // q, then k unless the norm's result is k, then v
	out       *Linear    // nil: in v already
	heads     int
	headScale float32 // 1/sqrt(HeadDim)
}

// NewAttention loads name.{group_norm,to_q,to_k,to_v,to_out.0}; group_norm only where Groups is not 0.
func NewAttention(l *Loader, name string, c AttentionConfig) (*Attention, error) {
	a := &Attention{cfg: c, name: name, heads: c.Channels / c.HeadDim}
	a.headScale = float32(1 / math.Sqrt(float64(c.HeadDim)))
	if c.Groups != 0 {
		var err error
		if a.norm, err = NewGroupNorm(l, name+".group_norm", c.Channels, c.Groups, c.Eps); err != nil {
			return nil, err
		}
	}
	inner := a.heads * c.HeadDim
	var parts [3]matrix
	for i, part := range []string{".to_q", ".to_k", ".to_v"} {
		var err error
		if parts[i], err = loadMatrix(l, name+part, c.Channels, inner); err != nil {
			return nil, err
		}
	}
	out, err := loadMatrix(l, name+".to_out.0", inner, c.Channels)
	if err != nil {
		return nil, err
	}
	if a.heads == 1 && inner == c.Channels {
		q, k, v := parts[0], parts[1], parts[2]
		a.proj = stacked(l, name, k.transposed().after(q), out.after(v))
		return a, nil
	}
	a.proj = stacked(l, name, parts[:]...)
	a.out = stacked(l, name+".to_out.0", out)
	return a, nil
}

// Plan appends the layer over x [N,H,W,Channels] and returns its result, of the same shape.
func (a *Attention) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	h := x
	if a.norm != nil {
		h = a.norm.Plan(p, x)
	}
	s := a.proj.Plan(p, h)
	inner := a.heads * a.cfg.HeadDim
	q, k, v := part{s, 0}, part{h, 0}, part{s, s.C - inner}
	if a.out != nil {
		k = part{s, inner}
	}
	y := p.New(x.N, x.H, x.W, inner)
	a.planHeads(p, y, q, k, v)
	p.Release(s)
	if h != x {
		p.Release(h)
	}
	if a.out != nil {
		y = replace(p, y, a.out.Plan(p, y))
	}
	add(p, a.name, y, y, x, 1/a.cfg.Divisor)
	return y
}

// part is the channels of a tensor from one on.
type part struct {
	t    *tensor.Tensor
	from int
}

// picture is picture i from channel c of the part on; its pixels start t.C floats apart.
func (s part) picture(i, c int) []float32 { return picture(s.t, i)[s.from+c:] }

// A head's matrix of scores, one row a query, is cut into runs of whole rows, so that not all of it is held at once:
// 256 KiB, which stay in a second-level cache between the two products, or scoreRows rows where that is more, as a
// matrix product over fewer rows would be slow. The cut changes no bit, as rows do not meet.
const (
	scoreFloats = 1 << 16
	scoreRows   = 32
)

// planHeads appends o = softmax(q kᵀ / sqrt(HeadDim)) v, head by head, picture by picture.
func (a *Attention) planHeads(p *Plan, o *tensor.Tensor, q, k, v part) {
	tokens, dim, inner := o.H*o.W, a.cfg.HeadDim, o.C
	rows := min(tokens, max(scoreRows, scoreFloats/tokens))
	keys := p.Scratch(kernel.PackedLen(dim, tokens))
	values := p.Scratch(kernel.PackedLen(tokens, dim))
	scores := p.Scratch(rows * tokens)
	flops := 2 * int64(tokens) * int64(dim) // of one query, in each of the two products
	for i := range o.N {
		for first := 0; first < inner; first += dim {
			p.Add(Op{Name: a.name, Kind: OpMove, Run: func() {
				kernel.PackT(keys.Data, k.picture(i, first), k.t.C, dim, tokens)
				kernel.Pack(values.Data, v.picture(i, first), v.t.C, tokens, dim)
			}})
			for from := 0; from < tokens; from += rows {
				m := min(rows, tokens-from)
				p.Add(Op{Name: a.name, Kind: OpMatMul, FLOPs: flops * int64(m), Run: func() {
					kernel.Gemm(scores.Data, tokens, q.picture(i, first)[from*q.t.C:], q.t.C, keys.Data, m, tokens, dim, false)
				}})
				p.Add(Op{Name: a.name, Kind: OpSoftmax, Run: func() {
					kernel.SoftmaxRows(scores.Data, scores.Data, m, tokens, tokens, a.headScale)
				}})
				p.Add(Op{Name: a.name, Kind: OpMatMul, FLOPs: flops * int64(m), Run: func() {
					kernel.Gemm(picture(o, i)[from*inner+first:], inner, scores.Data, tokens, values.Data, m, dim, tokens, false)
				}})
			}
		}
	}
	p.Release(keys)
	p.Release(values)
	p.Release(scores)
}
