// Package arch has the networks: each file describes one, as a graph, from its
// diffusers configuration.
//
// A configuration is typed and checked; strings and JSON end at the edge, in package model.
package arch

import (
	"errors"
	"fmt"

	"tintype/core/compile"
	"tintype/core/tensor"
)

// Net is a network planned for one batch size and one picture size.
//
// Forward computes dst from x, both NHWC; times holds one time per picture, as the checkpoint's time input wants
// it, and cond one row per picture, nil for a network without a condition. It allocates nothing. After every
// operation it calls the Between that the plan was made with, whose error ends the pass and is returned; dst is
// then undefined. One pass at a time: a Net owns its activations.
type Net interface {
	Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error
}

// pass is a planned UNet2D.
type pass struct {
	*compile.Pass
	reads   Condition
	in, out tensor.Tensor // their shapes
	width   int           // of a row
}

// Plan lays out a pass over n pictures of h x w pixels (of the network's own tensor) and allocates all it needs.
// h and w are multiples of Config().SizeMultiple(). between (nil allowed) is called after every operation.
func (u *UNet2D) Plan(n, h, w int, between func() error) (Net, error) {
	p, err := u.Network.Plan(n, h, w, between)
	if err != nil {
		return nil, err
	}
	c := u.cfg
	return &pass{
		Pass: p, reads: c.Condition(), width: c.TimeEmbedDim(),
		in:  tensor.Tensor{N: n, H: h, W: w, C: c.InChannels},
		out: tensor.Tensor{N: n, H: h, W: w, C: c.OutChannels},
	}, nil
}

// Forward computes dst.
func (p *pass) Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error {
	if err := checkTensor("x", x, &p.in); err != nil {
		return err
	}
	if err := checkTensor("dst", dst, &p.out); err != nil {
		return err
	}
	if err := p.Give(Sample, x.Data[:x.Len()]); err != nil {
		return err
	}
	if err := p.Give(Timestep, times); err != nil {
		return err
	}
	if err := p.takeCond(cond); err != nil {
		return fmt.Errorf("condition: %w", err)
	}
	return p.Run(dst.Data[:dst.Len()])
}

// takeCond gives the field of cond that the network reads.
func (p *pass) takeCond(cond *tensor.Cond) error {
	if p.reads != CondNone && cond == nil {
		return errors.New("this network needs one")
	}
	switch p.reads {
	case CondLabels:
		return p.GiveNumbers(ClassLabels, cond.Labels)
	case CondValues:
		return p.Give(ClassLabels, cond.Values)
	case CondRows:
		return p.Give(ClassLabels, cond.Rows)
	}
	return nil
}

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
