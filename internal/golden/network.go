package golden

import (
	"errors"
	"fmt"

	"tintype/core/arch"
	"tintype/core/tensor"
	"tintype/model"
	"tintype/weights"
)

// LoadNetwork loads the network of a diffusers directory and reads its files to their ends, which checks them.
func LoadNetwork(dir string) (*arch.UNet2D, error) {
	c, err := weights.OpenDirectory(dir)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	text, _ := c.Metadata("unet")
	cfg, err := model.UNet2DConfig(text)
	if err != nil {
		return nil, err
	}
	net, err := arch.NewUNet2D(cfg, model.Source(c))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	_, err = c.Finish()
	return net, err
}

// Condition makes a network's condition from the recorded class labels.
func (r *Recording) Condition(cfg arch.UNet2DConfig) (*tensor.Cond, error) {
	if r.Slots != nil {
		return nil, errors.New("golden.safetensors: slots belong to a whole checkpoint with a conditioner")
	}
	kind := cfg.Condition()
	if (r.Labels == nil) != (kind == arch.CondNone) {
		return nil, fmt.Errorf("golden.safetensors: class_labels there: %t, needed by the network: %t", r.Labels != nil, kind != arch.CondNone)
	}
	switch kind {
	case arch.CondLabels:
		labels, err := r.Labels.Whole()
		return &tensor.Cond{Labels: labels}, err
	case arch.CondValues:
		return &tensor.Cond{Values: r.Labels.values}, nil
	case arch.CondRows:
		return &tensor.Cond{Rows: r.Labels.values}, nil
	}
	return nil, nil
}

// Run runs the recorded input through a network and returns the output.
func (r *Recording) Run(net *arch.UNet2D) (*tensor.Tensor, error) {
	cond, err := r.Condition(net.Config())
	if err != nil {
		return nil, err
	}
	x := r.Sample
	if cfg := net.Config(); x.C != cfg.InChannels || r.Out.C != cfg.OutChannels {
		return nil, fmt.Errorf("golden.safetensors: %d channels in and %d out: the network has %d and %d",
			x.C, r.Out.C, cfg.InChannels, cfg.OutChannels)
	}
	pass, err := net.Plan(x.N, x.H, x.W, nil)
	if err != nil {
		return nil, err
	}
	y := tensor.New(r.Out.N, r.Out.H, r.Out.W, r.Out.C)
	if err := pass.Forward(y, x, r.Times, cond); err != nil {
		return nil, err
	}
	return y, nil
}
