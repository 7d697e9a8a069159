package weights

import (
	"encoding/binary"
	"math"
	"testing"
)

func TestNarrow(t *testing.T) {
	const tiny = 0x1p-24 // F16's smallest
	normal := func(scale float32) []float32 {
		values := make([]float32, 1000)
		for i := range values {
			values[i] = scale * float32(math.Sin(float64(i+1)))
		}
		return values
	}
	for _, c := range []struct {
		name   string
		values []float32
		want   DType
	}{
		{"none", nil, F16},
		{"zeros", make([]float32, 4), F16},
		{"exact", []float32{1, -2.5, 0x1p-14, 65504}, F16},
		{"rounded down to the largest", []float32{65519.99, 0}, F16},
		{"rounded up to infinity", []float32{65520, 0}, F32},
		{"negative overflow", []float32{0, -1e30}, F32},
		{"odd count", []float32{1, 2, 3}, F32},
		{"weights", normal(0.03), F16},
		{"small weights", normal(1e-3), F16},
		{"subnormal weights", normal(1e-5), F32},
		{"exact subnormals", []float32{tiny, -3 * tiny}, F16},
		{"vanishing", []float32{1e-8, 1e-8}, F32},
		{"small ones beside large ones", []float32{1, 1e-8}, F16},
	} {
		dtype, raw := Narrow(c.values)
		if dtype != c.want || len(raw) != dtype.Size()*len(c.values) {
			t.Errorf("%s: %v in %d bytes, want %v", c.name, dtype, len(raw), c.want)
		}
		back, err := Floats(TensorInfo{DType: dtype}, raw)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range c.values {
			if d := math.Abs(float64(back[i]) - float64(v)); d > math.Max(math.Abs(float64(v))*0x1p-11, 0x1p-25) || dtype == F32 && d > 0 {
				t.Errorf("%s: %g reads back as %g", c.name, v, back[i])
			}
		}
	}
}

// Every F16 value survives widening and narrowing, and every midpoint goes to the even neighbour.
func TestNarrowAllValues(t *testing.T) {
	for code := range uint16(0x7c00 - 1) {
		low := halfValue(code)
		middle := float32((float64(low) + float64(halfValue(code+1))) / 2)
		// The partner keeps the rounding error of the pair small.
		_, raw := Narrow([]float32{low, -low, middle, 4096})
		want := []uint16{code, code | 0x8000, code + code&1}
		for i, w := range want {
			if got := binary.LittleEndian.Uint16(raw[2*i:]); got != w {
				t.Fatalf("code %#04x, element %d: got %#04x, want %#04x", code, i, got, w)
			}
		}
	}
}

// halfValue is the definition of IEEE 754 binary16 for finite, positive codes.
func halfValue(code uint16) float32 {
	exponent, fraction := int(code>>10), float64(code&0x3ff)
	if exponent == 0 {
		return float32(math.Ldexp(fraction, -24))
	}
	return float32(math.Ldexp(1024+fraction, exponent-25))
}

func TestFloats(t *testing.T) {
	le := binary.LittleEndian
	for _, c := range []struct {
		dtype DType
		raw   []byte
		want  float32
		err   string
	}{
		{F64, le.AppendUint64(nil, math.Float64bits(-1.5)), -1.5, ""},
		{F64, le.AppendUint64(nil, math.Float64bits(0.1)), 0.1, ""},
		{F64, le.AppendUint64(nil, math.Float64bits(1e300)), 0, "1e+300"},
		{F64, le.AppendUint64(nil, math.Float64bits(math.NaN())), 0, "NaN"},
		{F32, le.AppendUint32(nil, math.Float32bits(3e38)), 3e38, ""},
		{F32, le.AppendUint32(nil, 0x7fc00001), 0, "element 0 is NaN"},
		{F32, le.AppendUint32(nil, 0xff800000), 0, "-Inf"},
		{F16, []byte{0x00, 0xc2}, -3, ""},
		{F16, []byte{0x00, 0x7c}, 0, "+Inf"},
		{BF16, []byte{0x40, 0xc0}, -3, ""},
		{BF16, []byte{0xc0, 0x7f}, 0, "NaN"},
		{I64, le.AppendUint64(nil, 1<<64-7), -7, ""},
		{I64, le.AppendUint64(nil, 1<<24+1), 0, "1.6777217e+07"},
		{I32, le.AppendUint32(nil, 1<<24), 1 << 24, ""},
		{I32, le.AppendUint32(nil, 1<<32-1), -1, ""},
	} {
		got, err := Floats(TensorInfo{Name: "t", DType: c.dtype}, c.raw)
		if c.err != "" {
			wantError(t, err, ErrValue, "t: ", c.err)
			continue
		}
		if err != nil || got[0] != c.want {
			t.Errorf("%v: got %v, %v, want %v", c.dtype, got, err, c.want)
		}
	}
}
