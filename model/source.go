package model

import (
	"tintype/core/nn"
	"tintype/weights"
)

// Source hands the tensors of a checkpoint to core/nn.
func Source(c *weights.Checkpoint) nn.Source { return source{c} }

type source struct{ c *weights.Checkpoint }

var dtypes = map[weights.DType]nn.DType{
	weights.F64: nn.F64, weights.F32: nn.F32, weights.F16: nn.F16, weights.BF16: nn.BF16, weights.I64: nn.I64, weights.I32: nn.I32,
}

func (s source) Tensor(name string) ([]int, nn.DType, []byte, error) {
	info, raw, err := s.c.Tensor(name)
	return info.Shape, dtypes[info.DType], raw, err
}
