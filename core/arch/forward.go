package arch

import (
	"errors"
	"fmt"

	"tintype/core/kernel"
	"tintype/core/nn"
	"tintype/core/tensor"
)

// Forward runs the pass; see Net.
func (p *pass) Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error {
	if err := checkTensor("x", x, p.in.x); err != nil {
		return err
	}
	if err := checkTensor("dst", dst, p.in.dst); err != nil {
		return err
	}
	if len(times) != len(p.in.times) {
		return fmt.Errorf("%d times for a batch of %d pictures", len(times), len(p.in.times))
	}
	if err := p.net.proj.Check(times); err != nil {
		return err
	}
	if err := p.takeCond(cond); err != nil {
		return err
	}
	copy(p.in.times, times)
	p.in.x.Data, p.in.dst.Data = x.Data[:x.Len()], dst.Data[:dst.Len()]
	err := p.plan.Run(p.between)
	p.in.x.Data, p.in.dst.Data = nil, nil
	return err
}

// Ops is the planned operations, for a profile.
func (p *pass) Ops() []nn.Op { return p.plan.Ops() }

// Bytes is the size of all activations together, each place counted once.
func (p *pass) Bytes() int64 { return p.plan.Bytes() }

// Use is what the activations and the scratch add up to, in float32s.
func (p *pass) Use() tensor.Use { return p.plan.Use() }

func checkTensor(name string, have, want *tensor.Tensor) error {
	if have == nil || have.N != want.N || have.H != want.H || have.W != want.W || have.C != want.C {
		found := "nil"
		if have != nil {
			found = fmt.Sprint([]int{have.N, have.H, have.W, have.C})
		}
		return fmt.Errorf("%s: expected a tensor [N H W C] of %v as planned, found %s",
			name, []int{want.N, want.H, want.W, want.C}, found)
	}
	if len(have.Data) < have.Len() {
		return fmt.Errorf("%s: expected %d values, found %d", name, have.Len(), len(have.Data))
	}
	return nil
}

// takeCond checks and copies the field of cond that the network reads.
func (p *pass) takeCond(cond *tensor.Cond) error {
	in, n := &p.in.cond, len(p.in.times)
	kind := p.net.cfg.Condition()
	if kind != CondNone && cond == nil {
		return errors.New("this network needs a condition")
	}
	switch kind {
	case CondLabels:
		if len(cond.Labels) != n {
			return fmt.Errorf("condition: expected %d class labels, found %d", n, len(cond.Labels))
		}
		for i, label := range cond.Labels {
			if label < 0 || int(label) >= p.net.class.Count() {
				return fmt.Errorf("condition: class label %d is %d: expected 0 to %d", i, label, p.net.class.Count()-1)
			}
		}
		copy(in.Labels, cond.Labels)
	case CondValues:
		if len(cond.Values) != n {
			return fmt.Errorf("condition: expected %d numbers, found %d", n, len(cond.Values))
		}
		if err := p.net.proj.Check(cond.Values); err != nil {
			return fmt.Errorf("condition: %w", err)
		}
		copy(in.Values, cond.Values)
	case CondRows:
		if len(cond.Rows) != len(in.Rows) {
			return fmt.Errorf("condition: expected %d rows of %d numbers, found %d numbers", n, len(in.Rows)/n, len(cond.Rows))
		}
		copy(in.Rows, cond.Rows)
	}
	return nil
}

// copyRows writes the class embedding [N,dim]: rows of the table, or the given rows if table is nil.
func (in *inputs) copyRows(dst []float32, table *nn.Embedding, dim int) {
	if table == nil {
		copy(dst, in.cond.Rows)
		return
	}
	for i, label := range in.cond.Labels {
		copy(dst[i*dim:(i+1)*dim], table.Row(int(label)))
	}
}

// divideByTimes divides every picture of the output by its noise level.
func (in *inputs) divideByTimes() {
	size := in.dst.H * in.dst.W * in.dst.C
	for i, t := range in.times {
		y := in.dst.Data[i*size : (i+1)*size]
		kernel.Scale(y, y, 1/t)
	}
}
