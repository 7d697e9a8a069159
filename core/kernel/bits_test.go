package kernel

import (
	"hash/fnv"
	"math"
	"testing"
)

// calls runs every public kernel once, at sizes that reach every edge, and
// returns the outputs in a fixed order.
func calls() map[string]func() []float32 {
	r := rng(6)
	const n, h, w, cin, cout, hw, c = 2, 7, 6, 9, 37, 42, 37
	x, y, row := r.floats(n*hw*c), r.floats(n*hw*c), r.floats(n*c)
	padded, weights := r.floats(n*(h+2)*(w+2)*cin), r.floats(9*cin*cout)
	packed := make([]float32, PackedConv3x3Len(cin, cout))
	PackConv3x3(packed, weights, cin, cout)
	scratch, dst := make([]float32, 2*c), make([]float32, 4*n*hw*c)
	out := dst[:n*hw*c]
	return map[string]func() []float32{
		"Gemm": func() []float32 {
			Pack(packed, weights, cout, 9*cin, cout)
			Gemm(dst, cout, x, 90, packed, 31, cout, 9*cin, false)
			return dst[:31*cout]
		},
		"PackT": func() []float32 {
			PackT(packed, weights, 9*cin, 9*cin, cout)
			copy(dst, y)
			Gemm(dst, cout, x, 9*cin, packed, 3, cout, 9*cin, true)
			return dst[:3*cout]
		},
		"Conv3x3": func() []float32 {
			PackConv3x3(packed, weights, cin, cout)
			Conv3x3(dst, padded, packed, row, n, h+2, w+2, cin, h, w, cout, 1)
			return dst[:n*h*w*cout]
		},
		"Conv3x3 stride 2": func() []float32 {
			PackConv3x3(packed, weights, cin, cout)
			Conv3x3(dst, padded, packed, nil, n, h+2, w+2, cin, 4, 3, cout, 2)
			return dst[:n*4*3*cout]
		},
		"Pad":         func() []float32 { Pad(dst, x, n, 4, 5, c, 1, 0, 2, 1); return dst[:n*7*6*c] },
		"Add":         func() []float32 { Add(out, x, y); return out },
		"Scale":       func() []float32 { Scale(out, x, 0.7); return out },
		"AddBias":     func() []float32 { copy(out, x); AddBias(out, row, n*hw, c); return out },
		"AddRow":      func() []float32 { AddRow(out, x, row, hw, c); return out },
		"ScaleShift":  func() []float32 { ScaleShift(out, x, row, row, hw, c); return out },
		"GroupNorm":   func() []float32 { GroupNorm(out, x, row, row[1:], n, hw, c, 1, 1e-5, scratch); return out },
		"SiLU":        func() []float32 { Scale(out, x, 15); SiLU(out, out); return out },
		"SoftmaxRows": func() []float32 { clear(out); SoftmaxRows(out, x, n*hw, 35, c, 9); return out },
		"Upsample2x":  func() []float32 { Upsample2x(dst, x, n, h, w, c); return dst },
		"AvgPool2x":   func() []float32 { AvgPool2x(dst, x, n, h, w, c); return dst[:n*3*3*c] },
		"Concat":      func() []float32 { Concat(dst, x, y, n*hw, c, c-2); return dst[:n*hw*(2*c-2)] },
	}
}

// TestSameBits holds every kernel to one hash of its output's bits: the same
// natively, in wasm, in the scalar build and with any vector length.
func TestSameBits(t *testing.T) {
	want := map[string]uint32{
		"Gemm": 0x91f159f4, "PackT": 0x26a7eb3f, "Conv3x3": 0x50b65905, "Conv3x3 stride 2": 0xec446381,
		"Pad": 0xb1e6b001, "Add": 0x3673af17, "Scale": 0x002fc159, "AddBias": 0xe4fb6db0,
		"AddRow": 0xcc234c93, "ScaleShift": 0x0f0c87a6, "GroupNorm": 0x53422487, "SiLU": 0x932a05ba,
		"SoftmaxRows": 0x01675c29, "Upsample2x": 0x54995fe5, "AvgPool2x": 0x32733a29, "Concat": 0xa57bfd1c,
	}
	for name, f := range calls() {
		sum := fnv.New32a()
		for _, v := range f() {
			b := math.Float32bits(v)
			sum.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
		}
		if got := sum.Sum32(); got != want[name] {
			t.Errorf("%s: hash %#08x, want %#08x", name, got, want[name])
		}
	}
}

func TestNoAllocation(t *testing.T) {
	for name, f := range calls() {
		if n := testing.AllocsPerRun(5, func() { f() }); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// TestShapeErrors expects a constant string for each call that is one float
// short or has an impossible size.
func TestShapeErrors(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	packed := f(PackedLen(27, 5))
	for name, call := range map[string]func(){
		"Pack dst":          func() { Pack(packed[1:], f(27*5), 5, 27, 5) },
		"Pack b":            func() { Pack(packed, f(27*5-1), 5, 27, 5) },
		"PackT dst":         func() { PackT(packed[1:], f(27*5), 27, 27, 5) },
		"PackT b":           func() { PackT(packed, f(27*5-1), 27, 27, 5) },
		"PackedLen":         func() { PackedLen(-1, 5) },
		"Gemm dst":          func() { Gemm(f(4*6+4), 6, f(5*27), 27, packed, 5, 5, 27, false) },
		"Gemm a":            func() { Gemm(f(25), 5, f(5*27-1), 27, packed, 5, 5, 27, false) },
		"Gemm b":            func() { Gemm(f(25), 5, f(5*27), 27, packed[1:], 5, 5, 27, false) },
		"Gemm ldd":          func() { Gemm(f(25), 4, f(5*27), 27, packed, 5, 5, 27, false) },
		"Gemm m":            func() { Gemm(f(25), 5, f(5*27), 27, packed, -1, 5, 27, false) },
		"PackConv3x3 dst":   func() { PackConv3x3(packed[1:], f(27*5), 3, 5) },
		"PackConv3x3 w":     func() { PackConv3x3(packed, f(27*5-1), 3, 5) },
		"Conv3x3 dst":       func() { Conv3x3(f(19), f(48), packed, nil, 1, 4, 4, 3, 2, 2, 5, 1) },
		"Conv3x3 padded":    func() { Conv3x3(f(20), f(47), packed, nil, 1, 4, 4, 3, 2, 2, 5, 1) },
		"Conv3x3 packed":    func() { Conv3x3(f(20), f(48), packed[1:], nil, 1, 4, 4, 3, 2, 2, 5, 1) },
		"Conv3x3 bias":      func() { Conv3x3(f(20), f(48), packed, f(4), 1, 4, 4, 3, 2, 2, 5, 1) },
		"Conv3x3 rows":      func() { Conv3x3(f(30), f(48), packed, nil, 1, 4, 4, 3, 3, 2, 5, 1) },
		"Conv3x3 columns":   func() { Conv3x3(f(30), f(48), packed, nil, 1, 4, 4, 3, 2, 2, 5, 2) },
		"Conv3x3 stride":    func() { Conv3x3(f(20), f(48), packed, nil, 1, 4, 4, 3, 2, 2, 5, 0) },
		"Pad dst":           func() { Pad(f(31), f(8), 1, 2, 2, 2, 1, 1, 1, 1) },
		"Pad x":             func() { Pad(f(32), f(7), 1, 2, 2, 2, 1, 1, 1, 1) },
		"Pad margin":        func() { Pad(f(32), f(8), 1, 2, 2, 2, -1, 1, 1, 1) },
		"Add":               func() { Add(f(2), f(2), f(3)) },
		"Scale":             func() { Scale(f(2), f(3), 1) },
		"AddBias dst":       func() { AddBias(f(5), f(3), 2, 3) },
		"AddBias bias":      func() { AddBias(f(6), f(2), 2, 3) },
		"AddRow row":        func() { AddRow(f(12), f(12), f(5), 2, 3) },
		"AddRow pixels":     func() { AddRow(f(13), f(13), f(6), 2, 3) },
		"AddRow empty":      func() { AddRow(f(1), f(1), nil, 0, 3) },
		"ScaleShift":        func() { ScaleShift(f(12), f(12), f(6), f(5), 2, 3) },
		"GroupNorm groups":  func() { GroupNorm(f(8), f(8), f(4), f(4), 1, 2, 4, 3, 0, f(8)) },
		"GroupNorm x":       func() { GroupNorm(f(8), f(7), f(4), f(4), 1, 2, 4, 2, 0, f(8)) },
		"GroupNorm scratch": func() { GroupNorm(f(8), f(8), f(4), f(4), 1, 2, 4, 2, 0, f(7)) },
		"SiLU":              func() { SiLU(f(2), f(3)) },
		"SoftmaxRows":       func() { SoftmaxRows(f(10), f(9), 2, 4, 6, 1) },
		"Upsample2x":        func() { Upsample2x(f(15), f(4), 1, 2, 2, 1) },
		"AvgPool2x":         func() { AvgPool2x(f(1), f(15), 1, 4, 4, 1) },
		"Concat":            func() { Concat(f(9), f(4), f(6), 2, 2, 3) },
	} {
		func() {
			defer func() {
				if _, ok := recover().(string); !ok {
					t.Errorf("%s: no panic with a string", name)
				}
			}()
			call()
		}()
	}
}
