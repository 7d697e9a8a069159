package suite

import (
	"time"

	"tintype/core/kernel"
)

// Kernels prints GFLOP/s of the matrix product and the 3x3 convolution, and
// the rate of what is not a product.
//
//	gemm MxKxN           GFLOP/s, a multiplication and an addition count two
//	conv3x3 HxW Cin Cout GFLOP/s of the direct convolution, padding not timed
//	silu, softmax ...    million elements a second
func Kernels(print Printer) {
	for _, s := range [][3]int{{128, 1152, 256}, {256, 256, 256}, {64, 576, 64}, {1024, 64, 192}} {
		m, k, n := s[0], s[1], s[2]
		print.linef("gemm %dx%dx%d %.1f GFLOP/s", m, k, n, gflops(2*m*k*n, gemm(m, k, n)))
	}
	for _, s := range [][3]int{{32, 64, 64}, {32, 128, 128}, {16, 128, 128}, {16, 256, 256}, {8, 256, 256}, {32, 3, 64}} {
		side, cin, cout := s[0], s[1], s[2]
		flops := 2 * side * side * 9 * cin * cout
		print.linef("conv3x3 %dx%d %d->%d %.1f GFLOP/s", side, side, cin, cout, gflops(flops, conv(side, cin, cout)))
	}
	const pixels, channels = 32 * 32, 64
	const size = pixels * channels
	x, y := ramp(make([]float32, size)), make([]float32, size)
	gain, shift, scratch := ramp(make([]float32, channels)), ramp(make([]float32, channels)), make([]float32, 4*channels)
	elementwise := []struct {
		name string
		call func()
	}{
		{"silu", func() { kernel.SiLU(y, x) }},
		{"softmax rows of 256", func() { kernel.SoftmaxRows(y, x, size/256, 256, 256, 0.125) }},
		{"groupnorm 32x32x64 in 8 groups", func() { kernel.GroupNorm(y, x, gain, shift, 1, pixels, channels, 8, 1e-5, scratch) }},
		{"add", func() { kernel.Add(y, x, x) }},
	}
	for _, e := range elementwise {
		print.linef("%s %.0f M/s", e.name, size/1e6/perCall(e.call).Seconds())
	}
}

func gflops(flops int, d time.Duration) float64 { return float64(flops) / 1e9 / d.Seconds() }

func gemm(m, k, n int) time.Duration {
	a, b, c := ramp(make([]float32, m*k)), ramp(make([]float32, k*n)), make([]float32, m*n)
	packed := make([]float32, kernel.PackedLen(k, n))
	kernel.Pack(packed, b, n, k, n)
	return perCall(func() { kernel.Gemm(c, n, a, k, packed, m, n, k, false) })
}

func conv(side, cin, cout int) time.Duration {
	padded := ramp(make([]float32, (side+2)*(side+2)*cin))
	w, bias := ramp(make([]float32, cout*cin*9)), ramp(make([]float32, cout))
	packed := make([]float32, kernel.PackedConv3x3Len(cin, cout))
	kernel.PackConv3x3(packed, w, cin, cout)
	dst := make([]float32, side*side*cout)
	return perCall(func() {
		kernel.Conv3x3(dst, padded, packed, bias, 1, side+2, side+2, cin, side, side, cout, 1)
	})
}
