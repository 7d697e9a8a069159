package nn

import "tintype/core/tensor"

// TimeEmbedding is the two-layer network behind a time projection: linear_2(silu(linear_1(row))).
type TimeEmbedding struct {
	name             string
	linear1, linear2 *Linear
}

// NewTimeEmbedding loads name.linear_1 [out, in] and name.linear_2 [out, out].
func NewTimeEmbedding(l *Loader, name string, in, out int) (*TimeEmbedding, error) {
	e := &TimeEmbedding{name: name}
	var err error
	if e.linear1, err = NewLinear(l, name+".linear_1", in, out); err != nil {
		return nil, err
	}
	e.linear2, err = NewLinear(l, name+".linear_2", out, out)
	return e, err
}

// Plan appends the layer over rows [N,1,1,in] and returns its result [N,1,1,out].
func (e *TimeEmbedding) Plan(p *Plan, rows *tensor.Tensor) *tensor.Tensor {
	h := e.linear1.Plan(p, rows)
	SiLU(p, e.name, h)
	return replace(p, h, e.linear2.Plan(p, h))
}

// PlanProjection appends the projection of times [N], read when the pass runs, and returns its rows [N,1,1,Width].
func PlanProjection(p *Plan, name string, proj TimeProjection, times []float32) *tensor.Tensor {
	rows := p.New(len(times), 1, 1, proj.Width())
	p.Add(Op{Name: name, Kind: OpEmbed, Run: func() { proj.Project(rows.Data, times) }})
	return rows
}

// AddInto appends dst = dst + x, both of one shape.
func AddInto(p *Plan, name string, dst, x *tensor.Tensor) { add(p, name, dst, dst, x, 1) }
