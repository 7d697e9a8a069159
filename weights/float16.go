package weights

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/x448/float16"
)

// Floats decodes tensor data to float32, for tools; a network widens with its own kernels. What
// float32 cannot hold is refused: NaN and infinity, a float64 beyond the range, an integer that
// would be rounded.
func Floats(info TensorInfo, raw []byte) ([]float32, error) {
	size := info.DType.Size()
	values := make([]float32, len(raw)/size)
	for i := range values {
		v := element(info.DType, raw[i*size:])
		f := float32(v)
		exact := info.DType != I64 && info.DType != I32 || math.Abs(v) <= 1<<24
		if !exact || math.IsNaN(v) || math.IsInf(float64(f), 0) {
			return nil, &Error{Kind: ErrValue, Tensor: info.Name, Detail: "element " + strconv.Itoa(i) +
				" is " + strconv.FormatFloat(v, 'g', -1, 64) + ", which float32 cannot hold"}
		}
		values[i] = f
	}
	return values, nil
}

func element(d DType, raw []byte) float64 {
	le := binary.LittleEndian
	switch d {
	case F64:
		return math.Float64frombits(le.Uint64(raw))
	case F32:
		return float64(math.Float32frombits(le.Uint32(raw)))
	case F16:
		return float64(float16.Frombits(le.Uint16(raw)).Float32())
	case BF16:
		return float64(math.Float32frombits(uint32(le.Uint16(raw)) << 16))
	case I64:
		return float64(int64(le.Uint64(raw)))
	}
	return float64(int32(le.Uint32(raw)))
}

// EncodeF32 writes values as they are.
func EncodeF32(values []float32) []byte {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

// Narrow writes values as F16, rounded to nearest even, unless that costs more than F16's own
// precision; then it writes F32. A tensor stays F32 where
//
//   - a finite value would become infinite (|v| >= 65520), or
//   - the rounding error of the tensor, as root mean square, is over 2⁻¹¹ of its values' root mean
//     square. In F16's normal range, from 2⁻¹⁴, no single value is rounded by more than that, so
//     only tensors that live in the subnormal range below are affected, or
//   - it has an odd number of elements: then the next tensor, if it is F32, would not begin at a
//     multiple of 4, which some readers of safetensors need.
func Narrow(values []float32) (DType, []byte) {
	if len(values)%2 != 0 {
		return F32, EncodeF32(values)
	}
	raw := make([]byte, 0, 2*len(values))
	var power, lost float64
	for _, v := range values {
		h := float16.Fromfloat32(v)
		if h.IsInf(0) {
			return F32, EncodeF32(values)
		}
		raw = binary.LittleEndian.AppendUint16(raw, h.Bits())
		d := float64(h.Float32()) - float64(v)
		power += float64(float64(v) * float64(v))
		lost += float64(d * d)
	}
	if lost > power*0x1p-22 {
		return F32, EncodeF32(values)
	}
	return F16, raw
}
