package tensor

import (
	"encoding/binary"
	"math"

	"tintype/core/kernel"
)

// Widening of a checkpoint's little-endian elements to float32. Each function
// converts len(dst) elements from the start of raw and panics when raw is
// shorter. F16, BF16 and F32 are exact (F16 makes every NaN quiet); F64, I64
// and I32 round to nearest even.

// WidenF16 converts IEEE 754 half precision.
func WidenF16(dst []float32, raw []byte) { widenF16(dst, prefix(raw, 2*len(dst))) }

// prefix is raw[:n] by length: a plain slice would reach into the capacity.
func prefix(raw []byte, n int) []byte {
	if len(raw) < n {
		panic("tensor: raw bytes end before the last element")
	}
	return raw[:n]
}

// widenF16Generic converts len(raw)/2 elements.
func widenF16Generic(dst []float32, raw []byte) {
	for i := range dst {
		dst[i] = halfToFloat(binary.LittleEndian.Uint16(raw[2*i:]))
	}
}

// Bits of a float32 that the exponent of an infinity and the quiet bit of a
// NaN need, and those of an infinite half moved into a float32's place.
const (
	infinity     = 0x7f800000
	quiet        = 0x00400000
	halfInfinity = 0x7c00 << 13
)

// halfToFloat moves exponent and mantissa into place and multiplies by 2^112,
// the difference of the exponent biases: that is exact, and normalises
// subnormals too. Only infinities and NaN need an exponent of their own.
func halfToFloat(h uint16) float32 {
	magnitude := uint32(h&0x7fff) << 13
	bits := math.Float32bits(math.Float32frombits(magnitude) * 0x1p112)
	if magnitude >= halfInfinity {
		bits |= infinity
	}
	if magnitude > halfInfinity {
		bits |= quiet
	}
	return math.Float32frombits(bits | uint32(h&0x8000)<<16)
}

// WidenBF16 converts bfloat16, the upper half of a float32.
func WidenBF16(dst []float32, raw []byte) {
	raw = prefix(raw, 2*len(dst))
	for i := range dst {
		dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
	}
}

// WidenF32 copies float32.
func WidenF32(dst []float32, raw []byte) {
	raw = prefix(raw, 4*len(dst))
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
}

// WidenF64 rounds float64.
func WidenF64(dst []float32, raw []byte) {
	raw = prefix(raw, 8*len(dst))
	for i := range dst {
		dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:])))
	}
}

// WidenI64 rounds 64-bit integers.
func WidenI64(dst []float32, raw []byte) {
	raw = prefix(raw, 8*len(dst))
	for i := range dst {
		dst[i] = float32(int64(binary.LittleEndian.Uint64(raw[8*i:])))
	}
}

// WidenI32 rounds 32-bit integers.
func WidenI32(dst []float32, raw []byte) {
	raw = prefix(raw, 4*len(dst))
	for i := range dst {
		dst[i] = float32(int32(binary.LittleEndian.Uint32(raw[4*i:])))
	}
}

// FirstNonFinite returns the index of the first infinity or NaN in x, or -1.
func FirstNonFinite(x []float32) int {
	if kernel.Finite(x) {
		return -1
	}
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}
