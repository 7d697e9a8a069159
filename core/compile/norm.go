package compile

import (
	"tintype/core/graph"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// groupNorm is a graph.GroupNorm with its weights.
type groupNorm struct {
	graph.GroupNorm
	name        string
	gamma, beta []float32 // [C]
}

func newGroupNorm(l *Loader, name string, op graph.GroupNorm, channels int) (*groupNorm, error) {
	g := &groupNorm{GroupNorm: op, name: name}
	var err error
	if g.gamma, err = l.Tensor(name+".weight", channels); err != nil {
		return nil, err
	}
	g.beta, err = l.Tensor(name+".bias", channels)
	return g, err
}

// plan appends the layer over x [N,H,W,C] into dst.
func (g *groupNorm) plan(p *Plan, dst, x *tensor.Tensor) {
	scratch := p.Scratch(2*x.C + kernel.NormScratch(x.H*x.W, x.C))
	p.perPicture(g.name, OpNorm, x.N, func(i int) {
		kernel.GroupNorm(picture(dst, i), picture(x, i), g.gamma, g.beta, 1, x.H*x.W, x.C, g.Groups, g.Eps, scratch.Data)
	})
	p.Release(scratch)
}

// planAffine appends the computation of the layer's gain and shift over x, y = x*gain + shift, into affine
// [N,1,1,2C]: what reads x next applies them on its way.
func (g *groupNorm) planAffine(p *Plan, affine *tensor.Tensor, x joined) {
	channels := len(g.gamma)
	scratch := p.Scratch(kernel.NormScratch(x.a.H*x.a.W, channels))
	p.perPicture(g.name, OpNorm, x.a.N, func(i int) {
		var second []float32
		if x.b != nil {
			second = picture(x.b, i)
		}
		a := normOf(affine, i)
		kernel.GroupNormAffine(a.Gain, a.Shift, g.gamma, g.beta, picture(x.a, i), second, x.a.H*x.a.W,
			x.a.C, channels-x.a.C, g.Groups, g.Eps, scratch.Data)
	})
	p.Release(scratch)
}

// normOf is picture i's row of planAffine's result; none if that is nil.
func normOf(affine *tensor.Tensor, i int) kernel.Norm {
	if affine == nil {
		return kernel.Norm{}
	}
	row := picture(affine, i)
	c := len(row) / 2
	return kernel.Norm{Gain: row[:c], Shift: row[c:]}
}

// layerNorm is what a graph.LayerNorm has learned.
type layerNorm struct{ gamma, beta []float32 } // [C]

func newLayerNorm(l *Loader, name string, channels int) (*layerNorm, error) {
	n := &layerNorm{}
	var err error
	if n.gamma, err = l.Tensor(name+".weight", channels); err != nil {
		return nil, err
	}
	n.beta, err = l.Tensor(name+".bias", channels)
	return n, err
}
