package kernel

import (
	"fmt"
	"testing"
)

// gflops reports the rate of a benchmark whose iteration costs flops.
func gflops(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkGemm(b *testing.B) {
	r := rng(3)
	for _, s := range [][3]int{{256, 64, 576}, {1024, 128, 576}, {256, 256, 64}, {256, 64, 256}, {1024, 64, 64}, {256, 256, 1152}, {1, 256, 256}} {
		m, n, k := s[0], s[1], s[2]
		b.Run(fmt.Sprintf("m=%d/n=%d/k=%d", m, n, k), func(b *testing.B) {
			x, w, dst := r.floats(m*k), r.floats(k*n), make([]float32, m*n)
			packed := make([]float32, PackedLen(k, n))
			Pack(packed, w, n, k, n)
			for b.Loop() {
				Gemm(dst, n, x, k, packed, m, n, k, false)
			}
			gflops(b, 2*m*n*k)
		})
	}
}

func BenchmarkConv3x3(b *testing.B) {
	r := rng(4)
	for _, s := range [][3]int{{32, 3, 64}, {32, 64, 64}, {32, 128, 128}, {16, 128, 128}, {16, 256, 256}, {8, 256, 256}, {4, 256, 256}, {32, 64, 3}} {
		hw, cin, cout := s[0], s[1], s[2]
		b.Run(fmt.Sprintf("%dx%d/%d-%d", hw, hw, cin, cout), func(b *testing.B) {
			x, w, bias := r.floats((hw+2)*(hw+2)*cin), r.floats(9*cin*cout), r.floats(cout)
			packed, dst := make([]float32, PackedConv3x3Len(cin, cout)), make([]float32, hw*hw*cout)
			PackConv3x3(packed, w, cin, cout)
			for b.Loop() {
				Conv3x3(dst, x, packed, bias, 1, hw+2, hw+2, cin, hw, hw, cout, 1)
			}
			gflops(b, 2*9*cin*cout*hw*hw)
		})
	}
}

// BenchmarkRows times what is bound by memory and arithmetic alike: B/s counts
// the bytes of x once.
func BenchmarkRows(b *testing.B) {
	const hw, c = 32 * 32, 64
	r := rng(5)
	x, y, dst := r.floats(hw*c), r.floats(hw*c), make([]float32, hw*c)
	row, scratch := r.floats(c), make([]float32, 2*c+NormScratch(hw, c))
	plain := Frame{H: 32, W: 32, C: c, Ph: 32, Pw: 32}
	for name, f := range map[string]func(){
		"Add":         func() { Add(dst, x, y) },
		"AddBias":     func() { AddBias(dst, row, hw, c) },
		"SiLU":        func() { SiLU(dst, x) },
		"GroupNorm":   func() { GroupNorm(dst, x, row, row, 1, hw, c, 32, 1e-5, scratch) },
		"SoftmaxRows": func() { SoftmaxRows(dst, x, 256, 256, 256, 0.125) },
		"AvgPool2x":   func() { AvgPool2x(dst, x, 1, 32, 32, c) },
		"Upsample2x":  func() { Upsample2x(dst, x, 1, 16, 16, c) },
		"Frame":       func() { plain.Fill(dst, x, Norm{}, 0, c, 0, 32) },
		"Frame SiLU":  func() { plain.Fill(dst, x, Norm{row, row}, 0, c, 0, 32) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(4 * hw * c)
			for b.Loop() {
				f()
			}
		})
	}
}

// BenchmarkPack times what a layer does once, and attention in every pass.
func BenchmarkPack(b *testing.B) {
	const k, n = 256, 256
	r := rng(11)
	w, packed := r.floats(9*k*n), make([]float32, PackedConv3x3Len(k, n))
	b.Run("Pack", func(b *testing.B) {
		b.SetBytes(4 * k * n)
		for b.Loop() {
			Pack(packed, w, n, k, n)
		}
	})
	b.Run("PackT", func(b *testing.B) {
		b.SetBytes(4 * k * n)
		for b.Loop() {
			PackT(packed, w, k, k, n)
		}
	})
	b.Run("Winograd", func(b *testing.B) {
		s := Winograd{Tile: 4, N: 1, H: 8, W: 8, Cin: k, Cout: n}
		packed := make([]float32, s.PackedLen())
		b.SetBytes(4 * 9 * k * n)
		for b.Loop() {
			s.Pack(packed, w)
		}
	})
	b.Run("PackConv3x3", func(b *testing.B) {
		b.SetBytes(4 * 9 * k * n)
		for b.Loop() {
			PackConv3x3(packed, w, k, n)
		}
	})
}
