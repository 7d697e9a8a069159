// Package weights reads and writes trained networks: safetensors files, plain or in zstd frames,
// directories as diffusers saves them, and the manifest that lists the models of a site.
// FORMAT.md describes the bytes.
//
// Input is hostile until proven otherwise: every size is checked before it is multiplied or
// allocated, damage is an error of a named kind, and memory is bounded by what was really read.
package weights

import (
	"math/bits"
	"strconv"
	"strings"
)

// DType is how the elements of a tensor are stored, little-endian.
type DType uint8

const (
	F64 DType = iota + 1
	F32
	F16
	BF16
	I64
	I32
)

var dtypes = [...]struct {
	name string
	size int
}{F64: {"F64", 8}, F32: {"F32", 4}, F16: {"F16", 2}, BF16: {"BF16", 2}, I64: {"I64", 8}, I32: {"I32", 4}}

// String gives the name that safetensors uses.
func (d DType) String() string { return dtypes[d].name }

// Size is the number of bytes of an element.
func (d DType) Size() int { return dtypes[d].size }

func dtypeNamed(name string) (DType, bool) {
	for d := F64; d <= I32; d++ {
		if dtypes[d].name == name {
			return d, true
		}
	}
	return 0, false
}

// Limits of the reader.
const (
	MaxHeader  = 1 << 20 // bytes of JSON; safetensors itself allows 100,000,000
	MaxTensors = 65536
	MaxRank    = 8
	maxDim     = 1<<31 - 1
)

// TensorInfo is what a header says about a tensor.
type TensorInfo struct {
	Name  string
	DType DType
	Shape []int
	// Its bytes within the data buffer.
	Begin, End int64
}

// Bytes is the length of the tensor's data.
func (t TensorInfo) Bytes() int64 { return t.End - t.Begin }

// ShapeText writes a shape as in [64 3 3 3].
func ShapeText(shape []int) string {
	dims := make([]string, len(shape))
	for i, d := range shape {
		dims[i] = strconv.Itoa(d)
	}
	return "[" + strings.Join(dims, " ") + "]"
}

// byteLength multiplies a shape out; ok is false where that leaves 63 bits.
func byteLength(shape []int, d DType) (n int64, ok bool) {
	product := uint64(d.Size())
	for _, dim := range shape {
		hi, lo := bits.Mul64(product, uint64(dim))
		if hi != 0 || lo > 1<<63-1 {
			return 0, false
		}
		product = lo
	}
	return int64(product), true
}
