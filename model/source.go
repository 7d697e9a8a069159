package model

import (
	"errors"

	"tintype/core/compile"
	"tintype/weights"
)

// Source hands the tensors of a checkpoint to core/nn. Its errors say what is wrong, but neither of which tensor, which
// core/nn says, nor of which file: who loads says that.
func Source(c *weights.Checkpoint) compile.Source { return &source{c: c} }

type source struct {
	c    *weights.Checkpoint
	last []byte // what Tensor gave, which stays valid until the next call
}

var dtypes = map[weights.DType]compile.DType{
	weights.F64: compile.F64, weights.F32: compile.F32, weights.F16: compile.F16, weights.BF16: compile.BF16, weights.I64: compile.I64, weights.I32: compile.I32,
}

func (s *source) Tensor(name string) ([]int, compile.DType, []byte, error) {
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
