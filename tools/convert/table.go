package main

import (
	"fmt"
	"io"

	"tintype/internal/scheduler"
	"tintype/internal/strictjson"
	"tintype/model"
	"tintype/weights"
)

// table prints what becomes of each tensor.
type table struct {
	out      io.Writer
	count    int
	elements int64
	kept     int // tensors that stayed F32
}

func (t *table) tensor(info weights.TensorInfo, to weights.DType, bytes int) {
	t.count++
	t.elements += int64(bytes / to.Size())
	if to == weights.F32 {
		t.kept++
	}
	fmt.Fprintf(t.out, "%-60s %4s -> %-4s %-18s %10d\n", info.Name, info.DType, to, weights.ShapeText(info.Shape), bytes)
}

// notes prints what of the directory is not read, or not as it stands.
func (t *table) notes(c *weights.Checkpoint) {
	for _, n := range c.Notes() {
		fmt.Fprintf(t.out, "%s: %s\n", n.What, n.Why)
	}
	config, _ := c.Metadata("unet")
	for _, name := range model.Leftovers(config) {
		fmt.Fprintf(t.out, "unet.%s: left from training, ignored\n", name)
	}
}

func (t *table) leftOut(tensors []weights.TensorInfo) {
	for _, info := range tensors {
		fmt.Fprintf(t.out, "%-60s %4s not used, left out\n", info.Name, info.DType)
	}
}

// options names the options of a scheduler's config that are not looked at.
func (t *table) options(config strictjson.Value) error {
	if !config.Exists() {
		return nil
	}
	c, err := scheduler.Read(config)
	if err != nil {
		return err
	}
	for _, name := range c.Foreign {
		fmt.Fprintf(t.out, "option %s: not an option of %s, ignored, as the reference does\n", name, c.Name)
	}
	for _, name := range c.Unread {
		fmt.Fprintf(t.out, "option %s: an option of %s that it never reads, ignored, as the reference does\n", name, c.Name)
	}
	return nil
}

func (t *table) total(s weights.Sums) {
	fmt.Fprintf(t.out, "%d tensors (%d in F32), %d parameters\n", t.count, t.kept, t.elements)
	fmt.Fprintf(t.out, "%d bytes of safetensors, %d bytes compressed, ratio %.3f\n", s.RawBytes, s.Bytes, float64(s.Bytes)/float64(s.RawBytes))
	fmt.Fprintf(t.out, "sha256 %s\n", s.SHA256)
}
