package nn

import (
	"fmt"
	"slices"

	"tintype/core/tensor"
)

// DType is the element type of a stored tensor.
type DType uint8

// The element types a layer can widen to float32.
const (
	F64 DType = iota
	F32
	F16
	BF16
	I64
	I32
)

// size is the bytes of one element; 0 for a value outside the list above.
func (d DType) size() int {
	switch d {
	case F64, I64:
		return 8
	case F32, I32:
		return 4
	case F16, BF16:
		return 2
	}
	return 0
}

// Source is what a layer asks for its weights: a checkpoint, a test, a trainer. raw holds little-endian
// elements in row-major order of shape; it need stay valid only until the next call.
type Source interface {
	Tensor(name string) (shape []int, dtype DType, raw []byte, err error)
}

// ShapeError reports a tensor whose shape is not the one the layer's configuration asks for.
type ShapeError struct {
	Tensor     string
	Want, Have []int
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("tensor %s: expected shape %v, found %v", e.Tensor, e.Want, e.Have)
}

// NonFiniteError reports a weight that is NaN or infinite: one such value would turn whole pictures into NaN.
type NonFiniteError struct {
	Tensor string
	Index  int // of the first such element, row-major
	Value  float32
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("tensor %s: expected finite values, found %v at element %d", e.Tensor, e.Value, e.Index)
}

// Loader hands a Source's tensors to the layers as float32, one at a time through one buffer, so that raw and
// packed weights of a whole network are never resident together. Constructors of layers take a Loader; drop it
// when the network stands.
type Loader struct {
	src  Source
	wide []float32
	kept int // floats that layers hold
}

// NewLoader returns a Loader over src.
func NewLoader(src Source) *Loader { return &Loader{src: src} }

// Load widens tensor name, which must have exactly this shape and finite elements. The result is valid until the
// next Load.
func (l *Loader) Load(name string, shape ...int) ([]float32, error) {
	have, dtype, raw, err := l.src.Tensor(name)
	if err != nil {
		return nil, fmt.Errorf("tensor %s: %w", name, err)
	}
	if !slices.Equal(have, shape) {
		return nil, &ShapeError{Tensor: name, Want: slices.Clone(shape), Have: slices.Clone(have)}
	}
	count := 1
	for _, d := range shape {
		count *= d // cannot overflow unnoticed: a wrapped product would have to equal the bytes really present
	}
	size := dtype.size()
	if size == 0 {
		return nil, fmt.Errorf("tensor %s: unknown element type %d", name, dtype)
	}
	if len(raw)%size != 0 || len(raw)/size != count {
		return nil, fmt.Errorf("tensor %s: expected %d elements of %d bytes, found %d bytes", name, count, size, len(raw))
	}
	if cap(l.wide) < count {
		l.wide = make([]float32, count)
	}
	wide := l.wide[:count]
	widen(wide, raw, dtype)
	if i := tensor.FirstNonFinite(wide); i >= 0 {
		return nil, &NonFiniteError{Tensor: name, Index: i, Value: wide[i]}
	}
	return wide, nil
}

// Tensor is Load of a tensor that the caller keeps.
func (l *Loader) Tensor(name string, shape ...int) ([]float32, error) {
	w, err := l.Load(name, shape...)
	if err != nil {
		return nil, err
	}
	kept := l.room(len(w))
	copy(kept, w)
	return kept, nil
}

// room is place for count floats that a layer keeps.
func (l *Loader) room(count int) []float32 {
	l.kept += count
	return make([]float32, count)
}

// Bytes is what the layers hold that were loaded through l: packed weights, biases, tables.
func (l *Loader) Bytes() int64 { return 4 * int64(l.kept) }

func widen(dst []float32, raw []byte, dtype DType) {
	switch dtype {
	case F64:
		tensor.WidenF64(dst, raw)
	case F32:
		tensor.WidenF32(dst, raw)
	case F16:
		tensor.WidenF16(dst, raw)
	case BF16:
		tensor.WidenBF16(dst, raw)
	case I64:
		tensor.WidenI64(dst, raw)
	case I32:
		tensor.WidenI32(dst, raw)
	}
}
