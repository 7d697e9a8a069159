package compile

import (
	"fmt"
	"slices"

	"tintype/core/kernel"
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

// Loader hands a Source's tensors to the layers as float32, one at a time and what is packed in blocks of rows, so
// that little more than the stored bytes of one tensor is resident beside the packed weights. Constructors of layers
// take a Loader; drop it when the network stands.
type Loader struct {
	src  Source
	wide []float32 // a block
	kept int       // floats that layers hold
}

// NewLoader returns a Loader over src.
func NewLoader(src Source) *Loader { return &Loader{src: src} }

// Tensor widens tensor name, which must have exactly this shape and finite elements, into memory that the caller keeps.
func (l *Loader) Tensor(name string, shape ...int) ([]float32, error) {
	w, err := l.widened(name, shape)
	l.kept += len(w)
	return w, err
}

// widened is Tensor for a caller that keeps it only while it loads.
func (l *Loader) widened(name string, shape []int) ([]float32, error) {
	t, err := l.find(name, shape)
	if err != nil {
		return nil, err
	}
	w := make([]float32, t.count)
	if err := t.widen(w, 0); err != nil {
		return nil, err
	}
	return w, nil
}

// widenFloats bounds a block of rows that is widened before it is packed: 1 MiB, a second-level cache. Fewer than
// kernel.MaxPanel rows do not make a panel.
const widenFloats = 1 << 18

// packing is how a layer packs a weight of shape [rows, ...].
type packing struct {
	len  func(rows int) int               // of the first rows, in floats
	pack func(dst, w []float32, rows int) // packs some of the rows
}

// pack is Tensor of a weight that a layer keeps packed.
func (l *Loader) pack(p packing, name string, shape ...int) ([]float32, error) {
	t, err := l.find(name, shape)
	if err != nil {
		return nil, err
	}
	rows := shape[0]
	row := t.count / max(rows, 1)
	packed := l.room(p.len(rows))
	step := max(widenFloats/max(row, 1)/kernel.MaxPanel, 1) * kernel.MaxPanel
	for from := 0; from < rows; from += step {
		n := min(step, rows-from)
		if cap(l.wide) < n*row {
			l.wide = make([]float32, max(n*row, widenFloats))
		}
		w := l.wide[:n*row]
		if err := t.widen(w, from*row); err != nil {
			return nil, err
		}
		p.pack(packed[p.len(from):p.len(from+n)], w, n)
	}
	return packed, nil
}

// bias is the bias of a layer, zeros if it has none.
func (l *Loader) bias(name string, count int, none bool) ([]float32, error) {
	if none {
		return l.room(count), nil
	}
	return l.Tensor(name+".bias", count)
}

// room is place for count floats that a layer keeps.
func (l *Loader) room(count int) []float32 {
	l.kept += count
	return make([]float32, count)
}

// Bytes is what the layers hold that were loaded through l: packed weights, biases, tables.
func (l *Loader) Bytes() int64 { return 4 * int64(l.kept) }

// found is a tensor as a Source gave it.
type found struct {
	name  string
	dtype DType
	count int
	raw   []byte // of count elements
}

// find asks for tensor name, which must have exactly this shape.
func (l *Loader) find(name string, shape []int) (found, error) {
	have, dtype, raw, err := l.src.Tensor(name)
	if err != nil {
		return found{}, fmt.Errorf("tensor %s: %w", name, err)
	}
	if !slices.Equal(have, shape) {
		return found{}, &ShapeError{Tensor: name, Want: slices.Clone(shape), Have: slices.Clone(have)}
	}
	count := 1
	for _, d := range shape {
		count *= d // cannot overflow unnoticed: a wrapped product would have to equal the bytes really present
	}
	size := dtype.size()
	if size == 0 {
		return found{}, fmt.Errorf("tensor %s: unknown element type %d", name, dtype)
	}
	if len(raw)%size != 0 || len(raw)/size != count {
		return found{}, fmt.Errorf("tensor %s: expected %d elements of %d bytes, found %d bytes", name, count, size, len(raw))
	}
	return found{name, dtype, count, raw}, nil
}

// widen writes the elements from number from on, which must be finite, to dst.
func (t *found) widen(dst []float32, from int) error {
	raw := t.raw[from*t.dtype.size():]
	switch t.dtype {
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
	if i := tensor.FirstNonFinite(dst); i >= 0 {
		return &NonFiniteError{Tensor: t.name, Index: from + i, Value: dst[i]}
	}
	return nil
}
