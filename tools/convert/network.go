package main

import (
	"bytes"
	"fmt"

	"tintype/core/arch"
	"tintype/model"
	"tintype/weights"
)

// networkOrder builds the model once, to see which tensors it asks for and in which order, and so
// proves that the runtime accepts it. A network without a scheduler cannot be sampled; of it the
// network alone is built.
func networkOrder(c *weights.Checkpoint) ([]string, error) {
	probe, err := c.Again()
	if err != nil {
		return nil, err
	}
	defer probe.Close()
	if _, ok := probe.Metadata("scheduler"); ok {
		_, err = model.Load(probe)
	} else {
		err = buildNetwork(probe)
	}
	return probe.Asked(), err
}

func buildNetwork(c *weights.Checkpoint) error {
	text, _ := c.Metadata("unet")
	cfg, err := model.UNet2DConfig(text)
	if err != nil {
		return err
	}
	if _, err = arch.NewUNet2D(cfg, model.Source(c)); err != nil {
		return fmt.Errorf("%s: %w", c.Name(), err)
	}
	return nil
}

// record runs the converted network on a few seeds and gives the text of the key `goldens`, with
// which any build can prove that it computes the same. It is recorded from the narrowed tensors.
func record(metadata map[string]string, tensors []weights.Tensor) (string, error) {
	var file bytes.Buffer
	if _, err := weights.WriteFile(&file, metadata, tensors); err != nil {
		return "", err
	}
	c, err := weights.Open(&file, "converted", weights.Options{})
	if err != nil {
		return "", err
	}
	defer c.Close()
	m, err := model.Load(c)
	if err != nil {
		return "", err
	}
	return m.RecordGoldens()
}
