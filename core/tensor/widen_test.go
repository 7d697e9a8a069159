package tensor

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/x448/float16"
)

// TestWidenF16 compares every code with x448/float16, in each variant.
func TestWidenF16(t *testing.T) {
	raw := make([]byte, 2<<16)
	for h := range 1 << 16 {
		binary.LittleEndian.PutUint16(raw[2*h:], uint16(h))
	}
	got := make([]float32, 1<<16)
	for name, widen := range map[string]func(dst []float32, raw []byte){"generic": widenF16Generic, "built": WidenF16} {
		widen(got, raw)
		for h, g := range got {
			want := float16.Frombits(uint16(h)).Float32()
			if math.Float32bits(g) != math.Float32bits(want) {
				t.Fatalf("%s: code %#04x is %v (%#08x), want %v (%#08x)", name, h, g, math.Float32bits(g), want, math.Float32bits(want))
			}
		}
	}
}

// TestWiden converts known elements of each type; lengths 0 to 40 stay within
// bounds and convert a prefix.
func TestWiden(t *testing.T) {
	le := binary.LittleEndian
	for _, c := range []struct {
		name  string
		widen func(dst []float32, raw []byte)
		raw   []byte
		want  []float32
	}{
		{"F16", WidenF16, le.AppendUint16(le.AppendUint16(nil, 0x3c00), 0xc500), []float32{1, -5}},
		{"BF16", WidenBF16, le.AppendUint16(le.AppendUint16(nil, 0x3f80), 0xc0a0), []float32{1, -5}},
		{"F32", WidenF32, le.AppendUint32(le.AppendUint32(nil, 0x3f800000), 0x00000001), []float32{1, 1e-45}},
		{"F64", WidenF64, le.AppendUint64(le.AppendUint64(nil, math.Float64bits(0.1)), math.Float64bits(-1e300)), []float32{0.1, float32(math.Inf(-1))}},
		{"I64", WidenI64, le.AppendUint64(le.AppendUint64(nil, 1<<24+1), math.MaxUint64), []float32{1 << 24, -1}},
		{"I32", WidenI32, le.AppendUint32(le.AppendUint32(nil, 1<<24+3), math.MaxUint32), []float32{1<<24 + 4, -1}},
	} {
		size := len(c.raw) / len(c.want)
		for n := range 41 {
			var raw []byte
			for i := range n {
				raw = append(raw, c.raw[i%2*size:][:size]...)
			}
			dst := make([]float32, n+1)
			dst[n] = 7
			c.widen(dst[:n], raw)
			for i, v := range dst[:n] {
				if v != c.want[i%2] {
					t.Fatalf("%s: element %d of %d is %v, want %v", c.name, i, n, v, c.want[i%2])
				}
			}
			if dst[n] != 7 {
				t.Fatalf("%s: wrote past %d elements", c.name, n)
			}
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic when raw is a byte short", c.name)
				}
			}()
			c.widen(make([]float32, 2), c.raw[:len(c.raw)-1])
		}()
	}
}

func TestFirstNonFinite(t *testing.T) {
	x := []float32{0, -1, math.MaxFloat32, -math.MaxFloat32, 1e-45}
	if i := FirstNonFinite(x); i != -1 {
		t.Errorf("element %d of finite numbers", i)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if i := FirstNonFinite(append(x, float32(bad), 0)); i != 5 {
			t.Errorf("%v found at %d, want 5", bad, i)
		}
	}
}

func BenchmarkWidenF16(b *testing.B) {
	raw, dst := make([]byte, 1<<17), make([]float32, 1<<16)
	for i := range raw {
		raw[i] = byte(i * 37)
	}
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		WidenF16(dst, raw)
	}
}
