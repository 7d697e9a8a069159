package compile

import (
	"math"

	"tintype/core/graph"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// channels are those of a tensor from one on; its pixels start t.C floats apart.
type channels struct {
	t    *tensor.Tensor
	from int
}

// picture is picture i from channel c of these on.
func (s channels) picture(i, c int) []float32 { return picture(s.t, i)[s.from+c:] }

// A head's matrix of scores, one row a query, is cut into runs of whole rows, so that not all of it is held at once:
// 256 KiB, which stay in a second-level cache between the two products, or scoreRows rows where that is more, as a
// matrix product over fewer rows would be slow. The cut changes no bit, as rows do not meet.
const (
	scoreFloats = 1 << 16
	scoreRows   = 32
)

// heads is an attention's work on one input.
type heads struct {
	graph.Attention
	name           string
	o              *tensor.Tensor // [N,H,W,C]
	q, k, v        channels
	keys           int     // how many tokens are attended to
	scale          float32 // of the scores, 1/√d
	pk, pv, scores *tensor.Tensor
}

// planAttention appends o = softmax(q kᵀ / √d) v, head by head, picture by picture.
func planAttention(p *Plan, name string, op graph.Attention, o *tensor.Tensor, q, k, v channels) {
	a := heads{Attention: op, name: name, o: o, q: q, k: k, v: v, keys: k.t.H * k.t.W}
	tokens, dim := o.H*o.W, o.C/op.Heads
	a.scale = float32(1 / math.Sqrt(float64(dim)))
	rows := min(tokens, max(scoreRows, scoreFloats/a.keys))
	a.pk = p.Scratch(kernel.PackedLen(dim, a.keys))
	a.pv = p.Scratch(kernel.PackedLen(a.keys, dim))
	a.scores = p.Scratch(rows * a.keys)
	for i := range o.N {
		for first := 0; first < o.C; first += dim {
			p.Add(Op{Name: name, Kind: OpMove, Run: func() {
				kernel.PackT(a.pk.Data, k.picture(i, first), k.t.C, dim, a.keys)
				kernel.Pack(a.pv.Data, v.picture(i, first), v.t.C, a.keys, dim)
			}})
			for from := 0; from < tokens; from += rows {
				a.planRows(p, i, first, from, min(rows, tokens-from))
			}
		}
	}
	p.Release(a.pk)
	p.Release(a.pv)
	p.Release(a.scores)
}

// planRows appends m queries from one on, of picture i and the head that begins at channel first.
func (a heads) planRows(p *Plan, i, first, from, m int) {
	dim, keys := a.o.C/a.Heads, a.keys
	flops := 2 * int64(keys) * int64(dim) * int64(m) // in each of the two products
	p.Add(Op{Name: a.name, Kind: OpMatMul, FLOPs: flops, Run: func() {
		kernel.Gemm(a.scores.Data, keys, a.q.picture(i, first)[from*a.q.t.C:], a.q.t.C, a.pk.Data, m, keys, dim, false)
	}})
	p.Add(Op{Name: a.name, Kind: OpSoftmax, Run: func() {
		if !a.Causal {
			kernel.SoftmaxRows(a.scores.Data, a.scores.Data, m, keys, keys, a.scale)
			return
		}
		for row := range m {
			s := a.scores.Data[row*keys:][:keys]
			seen := from + row + 1
			kernel.SoftmaxRows(s, s, 1, seen, keys, a.scale)
			clear(s[seen:])
		}
	}})
	p.Add(Op{Name: a.name, Kind: OpMatMul, FLOPs: flops, Run: func() {
		kernel.Gemm(picture(a.o, i)[from*a.o.C+first:], a.o.C, a.scores.Data, keys, a.pv.Data, m, dim, keys, false)
	}})
}
