package suite

import (
	"slices"
	"time"

	"tintype/core/compile"
	"tintype/core/graph"
	"tintype/core/kernel"
	"tintype/core/nn"
)

// Kernels prints GFLOP/s of the matrix product and the 3x3 convolution, each
// beside what it is measured by, and the rate of what is not a product.
//
//	gemm MxKxN           GFLOP/s, a multiplication and an addition count two
//	conv3x3 HxW Cin Cout GFLOP/s of the direct convolution, framing included
//	silu, softmax ...    million elements a second
func Kernels(print Printer) error {
	best := products(print)
	for _, s := range [][3]int{{32, 64, 64}, {32, 128, 128}, {16, 128, 128}, {16, 256, 256}, {8, 256, 256}, {32, 3, 64}} {
		if err := conv(print, s[0], s[1], s[2], best); err != nil {
			return err
		}
	}
	elementwise(print)
	return nil
}

// product is a matrix product [m][k] by [k][n].
type product struct{ m, k, n int }

// panel is the micro-kernel alone: so few rows by one panel of the right-hand side that both stay in a core's own caches,
// and enough of them that the call itself does not count.
func panel(k int) product { return product{16, k, kernel.PackedLen(1, 1)} }

func (s product) call() func() {
	a, b, c := ramp(make([]float32, s.m*s.k)), ramp(make([]float32, s.k*s.n)), make([]float32, s.m*s.n)
	packed := make([]float32, kernel.PackedLen(s.k, s.n))
	kernel.Pack(packed, b, s.n, s.k, s.n)
	return func() { kernel.Gemm(c, s.n, a, s.k, packed, s.m, s.n, s.k, false) }
}

func (s product) rate(d time.Duration) float64 { return gflops(2*s.m*s.k*s.n, d) }

// products prints the products' rates and returns the best.
func products(print Printer) (best product) {
	const goal = 85
	shapes := []product{{128, 1152, 256}, {256, 256, 256}, {64, 576, 64}, {1024, 256, 64}}
	tiles := []product{panel(256), panel(576), panel(1152)}
	all := append(tiles, shapes...)
	calls := make([]func(), len(all))
	for i, s := range all {
		calls[i] = s.call()
	}
	rates := make([]float64, len(all))
	for i, took := range together(calls...) {
		rates[i] = all[i].rate(took)
	}
	tile := slices.Max(rates[:len(tiles)])
	print.linef("gemm tile alone, %d rows by one panel of %d columns, %.1f GFLOP/s", tiles[0].m, tiles[0].n, tile)
	highest := 0.0
	for i, s := range shapes {
		rate := rates[len(tiles)+i]
		share := 100 * rate / tile
		print.linef("gemm %dx%dx%d %.1f GFLOP/s", s.m, s.k, s.n, rate)
		print.Target(2, share >= goal, "gemm %dx%dx%d runs at %.1f %% of the tile's own rate, at least %d %%", s.m, s.k, s.n, share, goal)
		if rate > highest {
			highest, best = rate, s
		}
	}
	return best
}

// conv prints the rate of a layer, framing and transforms included, and its ratio to a product's.
func conv(print Printer, side, cin, cout int, by product) error {
	const goal, from = 2.2, 64
	weights := randomSource{
		"conv.weight": {Name: "conv.weight", Shape: []int{cout, cin, 3, 3}}, "conv.bias": {Name: "conv.bias", Shape: []int{cout}},
	}
	net, err := compile.New(func(h, w int) (*graph.Graph, error) {
		g := &graph.Graph{}
		x := g.Add("x", graph.Input{Shape: graph.Shape{H: h, W: w, C: cin}})
		g.Outputs = []*graph.Node{nn.Conv(g, "conv", x, cout)}
		return g, nil
	}, side, side, weights)
	if err != nil {
		return err
	}
	pass, err := net.Plan(1, side, side, nil)
	if err != nil {
		return err
	}
	x, y := ramp(make([]float32, side*side*cin)), make([]float32, side*side*cout)
	took := together(func() { pass.Give("x", x); pass.Run(y) }, by.call()) // without a hook no pass fails
	rate := gflops(2*side*side*9*cin*cout, took[0])
	print.linef("conv3x3 %dx%d %d->%d %.1f GFLOP/s", side, side, cin, cout, rate)
	if ratio := rate / by.rate(took[1]); cin >= from {
		print.Target(2, ratio >= goal, "conv3x3 %dx%d %d->%d runs at %.2f times the rate of gemm %dx%dx%d, at least %.1f",
			side, side, cin, cout, ratio, by.m, by.k, by.n, goal)
	}
	return nil
}

func elementwise(print Printer) {
	const pixels, channels = 32 * 32, 64
	const size = pixels * channels
	x, y := ramp(make([]float32, size)), make([]float32, size)
	gain, shift, scratch := ramp(make([]float32, channels)), ramp(make([]float32, channels)), make([]float32, 2*channels+kernel.NormScratch(pixels, channels))
	for _, e := range []struct {
		name string
		call func()
	}{
		{"silu", func() { kernel.SiLU(y, x) }},
		{"softmax rows of 256", func() { kernel.SoftmaxRows(y, x, size/256, 256, 256, 0.125) }},
		{"groupnorm 32x32x64 in 8 groups", func() { kernel.GroupNorm(y, x, gain, shift, 1, pixels, channels, 8, 1e-5, scratch) }},
		{"add", func() { kernel.Add(y, x, x) }},
	} {
		print.linef("%s %.0f M/s", e.name, size/1e6/perCall(e.call).Seconds())
	}
}

func gflops(flops int, d time.Duration) float64 { return float64(flops) / 1e9 / d.Seconds() }
