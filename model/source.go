package model

import (
	"errors"

	"tintype/core/nn"
	"tintype/weights"
)

// Source hands the tensors of a checkpoint to core/nn. Its errors say what is wrong, but neither of which tensor, which
// core/nn says, nor of which file: who loads says that.
func Source(c *weights.Checkpoint) nn.Source { return &source{c: c} }

type source struct {
	c    *weights.Checkpoint
	last []byte // what Tensor gave, which stays valid until the next call
}

var dtypes = map[weights.DType]nn.DType{
	weights.F64: nn.F64, weights.F32: nn.F32, weights.F16: nn.F16, weights.BF16: nn.BF16, weights.I64: nn.I64, weights.I32: nn.I32,
}

func (s *source) Tensor(name string) ([]int, nn.DType, []byte, error) {
	s.c.Reuse(s.last)
	info, raw, err := s.c.Tensor(name)
	s.last = raw
	if own := (*weights.Error)(nil); errors.As(err, &own) {
		bare := *own
		bare.File, bare.Tensor = "", "" // whoever loads names the file, and nn the tensor
		err = &bare
	}
	return info.Shape, dtypes[info.DType], raw, err
}
