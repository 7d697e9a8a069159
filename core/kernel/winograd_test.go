package kernel

import (
	"fmt"
	"math"
	"testing"
)

// winogradBuffers is the memory of a convolution.
type winogradBuffers struct{ framed, packed, v, m []float32 }

// winogradMemory has room for the calls of TestNoAllocation.
var winogradMemory = &winogradBuffers{make([]float32, 1<<14), make([]float32, 1<<15), make([]float32, 1<<13), make([]float32, 1<<15)}

func newWinogradBuffers(s Winograd, block int) *winogradBuffers {
	return &winogradBuffers{make([]float32, s.N*s.FramedH()*s.FramedW()*s.Cin), make([]float32, s.PackedLen()),
		make([]float32, s.InputLen(block)), make([]float32, s.ScratchLen(block))}
}

// convolve runs a whole convolution over the framed input in blocks of tiles,
// each block in two parts.
func (b *winogradBuffers) convolve(s Winograd, dst, w []float32, e Epilogue, block int) {
	s.Pack(b.packed, w)
	for first := 0; first < s.Tiles(); first += block {
		count := min(block, s.Tiles()-first)
		s.Input(b.v, b.framed, first, count, count/2, count)
		s.Input(b.v, b.framed, first, count, 0, count/2)
		s.Output(dst, b.v, b.packed, b.m, e, first, count, 1, s.Panels())
		s.Output(dst, b.v, b.packed, b.m, e, first, count, 0, 1)
	}
}

// TestWinogradTile pins the rule: another choice moves the bits of pictures.
func TestWinogradTile(t *testing.T) {
	for _, c := range []struct{ h, w, cin, cout, want int }{
		{32, 32, 3, 64, 0}, {32, 32, 15, 64, 0}, {32, 32, 16, 1, 4}, {0, 0, 64, 64, 4}, {0, 0, 3, 64, 0}, {64, 64, 512, 512, 4},
		{8, 8, 256, 256, 4}, {5, 5, 256, 256, 4}, {4, 4, 256, 256, 2}, {4, 12, 64, 64, 2}, {2, 2, 64, 64, 2}, {1, 1, 64, 64, 0}, {1, 3, 64, 64, 0},
	} {
		if got := WinogradTile(c.h, c.w, c.cin, c.cout); got != c.want {
			t.Errorf("%d x %d, %d to %d channels: tile %d, want %d", c.h, c.w, c.cin, c.cout, got, c.want)
		}
	}
}

func TestWinogradDefinition(t *testing.T) {
	for _, tile := range []int{2, 4} {
		for _, s := range []Winograd{
			{tile, 1, 1, 1, 1, 1}, {tile, 2, 4, 5, 3, 7}, {tile, 1, 8, 8, 20, 33}, {tile, 3, 9, 13, 17, 40}, {tile, 1, 16, 16, 64, 64},
		} {
			for _, residual := range []bool{false, true} {
				r := rng(12)
				x, w, rows := r.floats(s.N*s.H*s.W*s.Cin), r.floats(s.Cout*s.Cin*9), r.floats(s.N*s.Cout)
				dst := r.floats(s.N * s.H * s.W * s.Cout)
				e := Epilogue{Rows: rows}
				var want []float64
				for p := range s.N * s.H * s.W {
					i, oy, ox := p/(s.H*s.W), p/s.W%s.H-1, p%s.W-1
					for o := range s.Cout {
						sum := float64(rows[i*s.Cout+o])
						for q := range 9 {
							y, x0 := oy+q/3, ox+q%3
							if y < 0 || y >= s.H || x0 < 0 || x0 >= s.W {
								continue
							}
							for c := range s.Cin {
								sum += float64(w[(o*s.Cin+c)*9+q]) * float64(x[((i*s.H+y)*s.W+x0)*s.Cin+c])
							}
						}
						if residual {
							sum = (sum + float64(dst[p*s.Cout+o])) * 0.5
						}
						want = append(want, sum)
					}
				}
				if residual {
					e.Residual, e.Scale = dst, 0.5
				}
				b := newWinogradBuffers(s, 5)
				pad(b.framed, x, s.N, s.H, s.W, s.Cin, 1, 1, s.FramedH()-s.H-1, s.FramedW()-s.W-1)
				b.convolve(s, dst, w, e, 5)
				t.Run(fmt.Sprint(s, residual), func(t *testing.T) {
					checkClose(t, dst, want, 2e-6*math.Sqrt(float64(9*s.Cin)))
				})
			}
		}
	}
}

func BenchmarkWinograd(b *testing.B) {
	r := rng(4)
	for _, c := range [][4]int{{4, 32, 64, 64}, {4, 32, 128, 128}, {4, 32, 192, 64}, {4, 16, 128, 128}, {4, 16, 256, 256}, {4, 8, 256, 256}, {2, 8, 256, 256}, {2, 4, 256, 256}} {
		s := Winograd{c[0], 1, c[1], c[1], c[2], c[3]}
		b.Run(fmt.Sprintf("tile=%d/%dx%d/%d-%d", s.Tile, s.H, s.W, s.Cin, s.Cout), func(b *testing.B) {
			framed, w := r.floats(s.FramedH()*s.FramedW()*s.Cin), r.floats(9*s.Cin*s.Cout)
			packed, dst := make([]float32, s.PackedLen()), make([]float32, s.H*s.W*s.Cout)
			s.Pack(packed, w)
			block := min(s.Tiles(), max(16, 1<<18/(s.points()*s.Cin)/4*4))
			last := (s.Tiles()-1)%block + 1
			v, m := make([]float32, s.InputLen(block)), make([]float32, max(s.ScratchLen(block), s.ScratchLen(last)))
			e := Epilogue{Rows: w[:s.Cout]}
			for b.Loop() {
				for first := 0; first < s.Tiles(); first += block {
					count := min(block, s.Tiles()-first)
					s.Input(v, framed, first, count, 0, count)
					s.Output(dst, v, packed, m, e, first, count, 0, s.Panels())
				}
			}
			gflops(b, 2*9*s.Cin*s.Cout*s.H*s.W)
		})
		b.Run(fmt.Sprintf("tile=%d/%dx%d/%d/Input", s.Tile, s.H, s.W, s.Cin), func(b *testing.B) {
			framed, v := r.floats(s.FramedH()*s.FramedW()*s.Cin), make([]float32, s.InputLen(s.Tiles()))
			for b.Loop() {
				s.Input(v, framed, 0, s.Tiles(), 0, s.Tiles())
			}
		})
	}
}
