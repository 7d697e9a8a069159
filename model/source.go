package model

import (
	"tintype/core/nn"
	"tintype/weights"
)

// Source hands the tensors of a checkpoint to core/nn.
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
	return info.Shape, dtypes[info.DType], raw, err
}
