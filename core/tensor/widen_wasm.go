//go:build goexperiment.simd && !purego

package tensor

import (
	"simd/archsimd"
	"unsafe"
)

// widenF16 is widenF16Generic, eight elements at a time. Only wasm has it: the
// portable simd package cannot interleave, and natively a checkpoint's bytes
// are not what one waits for. Wasm is little-endian and loads at any address.
func widenF16(dst []float32, raw []byte) {
	in, out := unsafe.Pointer(unsafe.SliceData(raw)), unsafe.Pointer(unsafe.SliceData(dst))
	i := 0
	for ; i+8 <= len(dst); i += 8 {
		h := archsimd.LoadUint16x8Array((*[8]uint16)(unsafe.Add(in, 2*i)))
		o := (*[8]float32)(unsafe.Add(out, 4*i))
		halvesToFloats(h.ExtendLo4ToUint32()).StoreArray((*[4]float32)(o[0:4]))
		halvesToFloats(h.ExtendHi4ToUint32()).StoreArray((*[4]float32)(o[4:8]))
	}
	widenF16Generic(dst[i:], raw[2*i:])
}

// halvesToFloats is halfToFloat in every lane.
func halvesToFloats(h archsimd.Uint32x4) archsimd.Float32x4 {
	magnitude := h.And(archsimd.BroadcastUint32x4(0x7fff)).ShiftAllLeft(13)
	bits := magnitude.BitsToFloat32().Mul(archsimd.BroadcastFloat32x4(0x1p112)).ToBits()
	inf := archsimd.BroadcastUint32x4(halfInfinity)
	bits = bits.Or(archsimd.BroadcastUint32x4(infinity).Masked(magnitude.GreaterEqual(inf)))
	bits = bits.Or(archsimd.BroadcastUint32x4(quiet).Masked(magnitude.Greater(inf)))
	return bits.Or(h.And(archsimd.BroadcastUint32x4(0x8000)).ShiftAllLeft(16)).BitsToFloat32()
}
