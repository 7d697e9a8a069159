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
	scratch, dst := make([]float32, 2*c+NormScratch(345, 9)), make([]float32, 4*n*hw*c)
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
		"Add":        func() []float32 { Add(out, x, y); return out },
		"Winograd 4": func() []float32 { return winogradCall(dst, x, weights, row, Winograd{4, n, h, w, cin, cout}) },
		"Winograd 2": func() []float32 { return winogradCall(dst, x, weights, row, Winograd{2, n, h, w, cin, cout}) },
		"Frame": func() []float32 {
			f := Frame{H: 8, W: 9, C: c + 3, Top: 1, Left: 2, Ph: 6, Pw: 4, Double: true}
			clear(dst)
			f.Fill(dst, x, Norm{y[:c+3], y[c:][:c+3]}, 3, c, 0, 8)
			f.Fill(dst, x, Norm{}, 0, 3, 0, 8)
			return dst[:8*9*(c+3)]
		},
		"Scale":       func() []float32 { Scale(out, x, 0.7); return out },
		"AddBias":     func() []float32 { copy(out, x); AddBias(out, row, n*hw, c); return out },
		"GroupNorm":   func() []float32 { GroupNorm(out, x, row, row[1:], 1, 345, 9, 3, 1e-5, scratch); return out[:345*9] },
		"SiLU":        func() []float32 { Scale(out, x, 15); SiLU(out, out); return out },
		"SiLUGrad":    func() []float32 { Scale(out, x, 9); SiLUGrad(out, out, y); return out },
		"SoftmaxRows": func() []float32 { clear(out); SoftmaxRows(out, x, n*hw, 35, c, 9); return out },
		"GELU":        func() []float32 { Scale(out, x, 8); GELU(out, out); return out },
		"GELUTanh":    func() []float32 { Scale(out, x, 8); GELUTanh(out, out); return out },
		"QuickGELU":   func() []float32 { Scale(out, x, 8); QuickGELU(out, out); return out },
		"ReLU":        func() []float32 { ReLU(out, x); return out },
		"Tanh":        func() []float32 { Scale(out, x, 4); Tanh(out, out); return out },
		"Mul":         func() []float32 { Mul(out, x, y); return out },
		"LayerNorm":   func() []float32 { LayerNorm(out, x, row, row[1:], n*hw, c, 1e-5); return out },
		"Upsample2x":  func() []float32 { Upsample2x(dst, x, n, h, w, c); return dst },
		"AvgPool2x":   func() []float32 { AvgPool2x(dst, x, n, h, w, c); return dst[:n*3*3*c] },
	}
}

// winogradCall convolves x, framed as it comes, with a residual.
func winogradCall(dst, x, w, rows []float32, s Winograd) []float32 {
	copy(dst, x)
	size := s.N * s.H * s.W * s.Cout
	copy(winogradMemory.framed, x)
	winogradMemory.convolve(s, dst[:size], w, Epilogue{rows[:s.N*s.Cout], dst[:size], 0.3}, 5)
	return dst[:size]
}

// TestSameBits holds every kernel to one hash of its output's bits: the same
// natively, in wasm, in the scalar build and with any vector length.
func TestSameBits(t *testing.T) {
	want := map[string]uint32{
		"Gemm": 0x91f159f4, "PackT": 0x26a7eb3f, "Conv3x3": 0x50b65905, "Conv3x3 stride 2": 0xec446381,
		"Winograd 4": 0x26bc80bc, "Winograd 2": 0xa72fb8fa, "Frame": 0xf6f9cc3d,
		"Add": 0x3673af17, "Scale": 0x002fc159, "AddBias": 0xe4fb6db0, "GroupNorm": 0x9ee4d970, "SiLU": 0x843ab8a3, "SiLUGrad": 0x53b4b68a,
		"GELU": 0xa3a61ad6, "GELUTanh": 0xa481bb1c, "QuickGELU": 0xbd132d7b, "ReLU": 0xe1cd64d6, "Tanh": 0x06471c12, "Mul": 0x0fa5b1d7, "LayerNorm": 0x98116ccc,
		"SoftmaxRows": 0x7166d97a, "Upsample2x": 0x54995fe5, "AvgPool2x": 0x32733a29,
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
		if n := testing.AllocsPerRun(10, func() { f() }); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// outputOf calls Output with room for scratch tiles.
func outputOf(s Winograd, scratch, panels int, e Epilogue) {
	f := func(n int) []float32 { return make([]float32, n) }
	s.Output(f(s.N*s.H*s.W*s.Cout), f(s.InputLen(1)), f(s.PackedLen()), f(s.ScratchLen(scratch)), e, 0, 1, 0, panels)
}

// TestShapeErrors expects a constant string for each call that is one float
// short or has an impossible size.
func TestShapeErrors(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	packed := f(PackedLen(27, 5))
	small := Winograd{4, 1, 4, 4, 3, 5} // one tile
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
		"Frame dst":         func() { Frame{2, 2, 2, 0, 0, 2, 2, false}.Fill(f(7), f(8), Norm{}, 0, 2, 0, 2) },
		"Frame x":           func() { Frame{2, 2, 2, 0, 0, 2, 2, false}.Fill(f(8), f(7), Norm{}, 0, 2, 0, 2) },
		"Frame rows":        func() { Frame{2, 2, 2, 0, 0, 2, 2, false}.Fill(f(8), f(8), Norm{}, 0, 2, 0, 3) },
		"Frame channels":    func() { Frame{2, 2, 2, 0, 0, 2, 2, false}.Fill(f(8), f(8), Norm{}, 1, 2, 0, 2) },
		"Frame picture":     func() { Frame{2, 2, 2, 1, 0, 2, 2, false}.Fill(f(8), f(8), Norm{}, 0, 2, 0, 2) },
		"Frame odd":         func() { Frame{3, 3, 1, 0, 0, 3, 3, true}.Fill(f(9), f(9), Norm{}, 0, 1, 0, 3) },
		"Frame gain":        func() { Frame{2, 2, 2, 0, 0, 2, 2, false}.Fill(f(8), f(8), Norm{f(1), f(1)}, 0, 2, 0, 2) },
		"GemmPart rows":     func() { GemmPart(f(25), 5, f(5*27), 27, packed, 5, 5, 27, 1, 27, false) },
		"Winograd.Pack":     func() { small.Pack(f(small.PackedLen()-1), f(27*5)) },
		"Winograd.Input v":  func() { small.Input(f(small.InputLen(1)-1), f(108), 0, 1, 0, 1) },
		"Winograd.Input d":  func() { small.Input(f(small.InputLen(1)), f(107), 0, 1, 0, 1) },
		"Winograd tiles":    func() { small.Input(f(small.InputLen(2)), f(108), 0, 2, 0, 1) },
		"Winograd panels":   func() { outputOf(small, 1, small.Panels()+1, Epilogue{Rows: f(5)}) },
		"Winograd rows":     func() { outputOf(small, 1, 1, Epilogue{Rows: f(4)}) },
		"Winograd residual": func() { outputOf(small, 1, 1, Epilogue{Rows: f(5), Residual: f(79)}) },
		"Winograd scratch":  func() { outputOf(small, 0, 1, Epilogue{Rows: f(5)}) },
		"Conv3x3 dst":       func() { Conv3x3(f(19), f(48), packed, nil, 1, 4, 4, 3, 2, 2, 5, 1) },
		"Conv3x3 padded":    func() { Conv3x3(f(20), f(47), packed, nil, 1, 4, 4, 3, 2, 2, 5, 1) },
		"Conv3x3 packed":    func() { Conv3x3(f(20), f(48), packed[1:], nil, 1, 4, 4, 3, 2, 2, 5, 1) },
		"Conv3x3 bias":      func() { Conv3x3(f(20), f(48), packed, f(4), 1, 4, 4, 3, 2, 2, 5, 1) },
		"Conv3x3 rows":      func() { Conv3x3(f(30), f(48), packed, nil, 1, 4, 4, 3, 3, 2, 5, 1) },
		"Conv3x3 columns":   func() { Conv3x3(f(30), f(48), packed, nil, 1, 4, 4, 3, 2, 2, 5, 2) },
		"Conv3x3 stride":    func() { Conv3x3(f(20), f(48), packed, nil, 1, 4, 4, 3, 2, 2, 5, 0) },
		"Add":               func() { Add(f(2), f(2), f(3)) },
		"Scale":             func() { Scale(f(2), f(3), 1) },
		"AddBias dst":       func() { AddBias(f(5), f(3), 2, 3) },
		"AddBias bias":      func() { AddBias(f(6), f(2), 2, 3) },
		"GroupNorm groups":  func() { GroupNorm(f(8), f(8), f(4), f(4), 1, 2, 4, 3, 0, f(8)) },
		"GroupNorm x":       func() { GroupNorm(f(8), f(7), f(4), f(4), 1, 2, 4, 2, 0, f(8)) },
		"GroupNorm scratch": func() { GroupNorm(f(8), f(8), f(4), f(4), 1, 2, 4, 2, 0, f(7)) },
		"GroupNorm blocks":  func() { GroupNorm(f(516), f(516), f(4), f(4), 1, 129, 4, 2, 0, f(15)) },
		"SiLU":              func() { SiLU(f(2), f(3)) },
		"SiLUGrad":          func() { SiLUGrad(f(2), f(2), f(3)) },
		"SoftmaxRows":       func() { SoftmaxRows(f(10), f(9), 2, 4, 6, 1) },
		"Upsample2x":        func() { Upsample2x(f(15), f(4), 1, 2, 2, 1) },
		"AvgPool2x":         func() { AvgPool2x(f(1), f(15), 1, 4, 4, 1) },
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
