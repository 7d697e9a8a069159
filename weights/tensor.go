// Package weights reads and writes trained networks: safetensors files, plain or in zstd frames,
// directories as diffusers saves them, and the manifest that lists the models of a site.
// docs/FORMAT.md describes the bytes.
//
// Input is hostile until proven otherwise: every size is checked before it is multiplied or
// allocated, damage is an error of a named kind, and memory is bounded by what was really read.
package weights

import (
	"math/bits"
	"strconv"
	"strings"
)

// DType is how the elements of a tensor are stored, little-endian, by safetensors' name. A file may have tensors of
// any; those that nobody asks for are passed over.
type DType string

// The types that are read.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	I64  DType = "I64"
	I32  DType = "I32"
)

// bits of an element, which are the number in safetensors' names (F64, U8, F8_E4M3, F4); 0: nobody knows them.
func (d DType) bits() (n int) {
	if d == "BOOL" {
		return 8
	}
	for i := range len(d) {
		switch c := d[i]; {
		case c >= '0' && c <= '9' && n < 100:
			n = 10*n + int(c-'0')
		case n > 0:
			return n
		}
	}
	return n
}

// Size is the number of bytes of an element, 0 for a type that is not read.
func (d DType) Size() int {
	for _, read := range [...]DType{F64, F32, F16, BF16, I64, I32} {
		if d == read {
			return d.bits() / 8
		}
	}
	return 0
}

// Limits of the reader.
const (
	maxHeader  = 1 << 20 // bytes of JSON; safetensors itself allows 100,000,000
	maxTensors = 65536
	maxRank    = 8
	maxDim     = 1<<31 - 1
)

// TensorInfo is what a header says about a tensor.
type TensorInfo struct {
	Name  string
	DType DType
	Shape []int
	// Its bytes within the data buffer.
	begin, end int64
}

// Bytes is the length of the tensor's data.
func (t TensorInfo) Bytes() int64 { return t.end - t.begin }

// ShapeText writes a shape as in [64 3 3 3].
func ShapeText(shape []int) string {
	dims := make([]string, len(shape))
	for i, d := range shape {
		dims[i] = strconv.Itoa(d)
	}
	return "[" + strings.Join(dims, " ") + "]"
}

// byteLength multiplies a shape out; ok is false where that leaves 60 bits, or is no whole number of bytes.
func byteLength(shape []int, d DType) (n int64, ok bool) {
	product := uint64(d.bits())
	for _, dim := range shape {
		hi, lo := bits.Mul64(product, uint64(dim))
		if hi != 0 || lo > 1<<63-1 {
			return 0, false
		}
		product = lo
	}
	return int64(product / 8), product%8 == 0
}
