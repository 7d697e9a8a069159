package arch_test

import (
	"encoding/binary"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"tintype/core/arch"
	"tintype/core/compile"
	"tintype/model"
	"tintype/weights"
)

// spoiled is a Source that spoils one tensor.
type spoiled struct {
	compile.Source
	name  string
	spoil func(shape []int, raw []byte) ([]int, []byte, error)
}

func (s spoiled) Tensor(name string) ([]int, compile.DType, []byte, error) {
	shape, dtype, raw, err := s.Source.Tensor(name)
	if err == nil && name == s.name {
		shape, raw, err = s.spoil(slices.Clone(shape), slices.Clone(raw))
	}
	return shape, dtype, raw, err
}

// spoil loads the ddpm case with one tensor spoiled, and returns what NewUNet2D makes of it.
func spoil(t *testing.T, name string, change func(shape []int, raw []byte) ([]int, []byte, error)) error {
	t.Helper()
	c, err := weights.OpenDirectory(filepath.Join("testdata", "ddpm"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	text, _ := c.Metadata("unet")
	cfg, err := model.UNet2DConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	_, err = arch.NewUNet2D(cfg, spoiled{model.Source(c), name, change})
	return err
}

// tensors are one of each kind of layer, weight or bias.
var tensors = []string{
	"conv_in.weight", "conv_out.bias", "conv_norm_out.weight", "class_embedding.weight", "time_embedding.linear_1.weight",
	"down_blocks.0.resnets.0.time_emb_proj.weight", "down_blocks.1.attentions.0.to_k.weight", "down_blocks.1.downsamplers.0.conv.bias",
	"mid_block.attentions.0.group_norm.bias", "up_blocks.0.upsamplers.0.conv.weight", "up_blocks.2.resnets.1.conv_shortcut.weight",
}

func TestMissingTensorIsNamed(t *testing.T) {
	missing := errors.New("no such tensor")
	for _, name := range tensors {
		err := spoil(t, name, func([]int, []byte) ([]int, []byte, error) { return nil, nil, missing })
		if !errors.Is(err, missing) || err.Error() != "tensor "+name+": no such tensor" {
			t.Errorf("%s: found %v", name, err)
		}
	}
}

func TestWrongShapeIsNamed(t *testing.T) {
	for _, name := range tensors {
		var want, have []int
		err := spoil(t, name, func(shape []int, raw []byte) ([]int, []byte, error) {
			want = slices.Clone(shape)
			shape[0]++
			have = shape
			return shape, append(raw, make([]byte, 2*len(raw)/want[0])...), nil
		})
		var wrong *compile.ShapeError
		if !errors.As(err, &wrong) || wrong.Tensor != name || !slices.Equal(wrong.Want, want) || !slices.Equal(wrong.Have, have) {
			t.Errorf("%s: found %v", name, err)
		}
	}
	err := spoil(t, "conv_in.weight", func(shape []int, raw []byte) ([]int, []byte, error) { return append(shape, 1), raw, nil })
	if want := "tensor conv_in.weight: expected shape [8 3 3 3], found [8 3 3 3 1]"; err == nil || err.Error() != want {
		t.Errorf("expected %q, found %v", want, err)
	}
}

func TestNonFiniteWeightIsNamed(t *testing.T) {
	for bits, value := range map[uint16]float64{0x7c00: math.Inf(1), 0xfc00: math.Inf(-1), 0x7e00: math.NaN()} {
		for _, name := range tensors {
			var last int
			err := spoil(t, name, func(shape []int, raw []byte) ([]int, []byte, error) {
				last = len(raw)/2 - 1
				binary.LittleEndian.PutUint16(raw[2*last:], bits)
				return shape, raw, nil
			})
			var bad *compile.NonFiniteError
			if !errors.As(err, &bad) || bad.Tensor != name || bad.Index != last {
				t.Errorf("%s with %v at %d: found %v", name, value, last, err)
			}
		}
	}
}

func TestShortTensorIsNamed(t *testing.T) {
	err := spoil(t, "conv_in.weight", func(shape []int, raw []byte) ([]int, []byte, error) { return shape, raw[:len(raw)-1], nil })
	if want := "tensor conv_in.weight: expected 216 elements of 2 bytes, found 431 bytes"; err == nil || err.Error() != want {
		t.Errorf("expected %q, found %v", want, err)
	}
}
