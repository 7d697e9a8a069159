package kernel

import (
	"fmt"
	"math"
	"testing"
)

// variant is one implementation of every kernel that has more than one.
type variant struct {
	name           string
	gemmPanel      func(dst []float32, ldd int, a []float32, lda int, panel []float32, m, cols int, r runs, accumulate bool)
	add            func(dst, a, b []float32)
	scale          func(dst, x []float32, s float32)
	addRows        func(dst, x, row []float32)
	affineRows     func(dst, x, a, b []float32, ld int)
	channelMoments func(sum, square, x, first []float32, pixels, ld int)
	silu           func(dst, x []float32)
	siluGrad       func(dst, x, dy []float32)
	softmaxRow     func(dst, x []float32, s float32)
	avgPixels      func(dst, top, bottom []float32)
	finite         func(x []float32) bool
	affineSiLU     func(dst, x, a, b []float32, ld, pixels int)
	winogradIn4    func(v, d []float32, plane, line, c int)
	winogradIn2    func(v, d []float32, plane, line, c int)
	winogradOut    func(dst, m, row, res []float32, scale float32, tile, plane, line, pixel int)
	gate           func(dst, x []float32, p *[gateTerms]float32)
	relu           func(dst, x []float32)
	mul            func(dst, a, b []float32)
	rowSum         func(x []float32) float32
	rowSquares     func(x []float32, mean float32) float32
	rowNorm        func(dst, x []float32, mean, r float32)
}

// variants holds the generic twin first, then what this build chose.
var variants = []variant{
	{"generic", func(dst []float32, ldd int, a []float32, lda int, panel []float32, m, cols int, r runs, accumulate bool) {
		gemmPanelGeneric(dst, ldd, a, lda, panel, m, cols, r, accumulate, panelWidth())
	}, addGeneric, scaleGeneric, addRowsGeneric, affineRowsGeneric, channelMomentsGeneric,
		siluGeneric, siluGradGeneric, softmaxRowGeneric, avgPixelsGeneric, finiteGeneric, affineSiLUGeneric, winogradIn4Generic, winogradIn2Generic,
		func(dst, m, row, res []float32, scale float32, tile, plane, line, pixel int) {
			winogradOutGeneric(dst, m, row, res, scale, tile, plane, line, pixel, panelWidth())
		}, gateGeneric, reluGeneric, mulGeneric, rowSumGeneric, rowSquaresGeneric, rowNormGeneric},
	{"built", gemmPanel, add, scale, addRows, affineRows, channelMoments, silu, siluGrad, softmaxRow, avgPixels, finite,
		affineSiLU, winogradIn4, winogradIn2, winogradOut, gate, relu, mul, rowSum, rowSquares, rowNorm},
}

// memory hands out slices of test input between guard bands, off the vector
// alignment, and remembers them all.
type memory struct {
	rng
	offset int
	whole  [][]float32
}

const guard = 40 // more than two of the longest vectors

func (m *memory) slice(n int) []float32 {
	w := m.floats(guard + m.offset + n + guard)
	m.whole = append(m.whole, w)
	return w[guard+m.offset:][:n:n]
}

// wide is slice with magnitudes from 1e-9 to 1e9, zeros, infinities and NaN.
func (m *memory) wide(n int) []float32 {
	x := m.slice(n)
	special := []float64{0, math.Copysign(0, -1), 1e4, -1e4, -87, -87.00001, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat32, -math.MaxFloat32, 1e-45}
	for i := range x {
		switch v := m.next(); {
		case v%11 == 0:
			x[i] = float32(special[v/11%uint32(len(special))])
		case v%3 == 0:
			x[i] *= float32(math.Pow(10, float64(v/3%19)-9))
		default:
			x[i] *= 20
		}
	}
	return x
}

// sameBits compares every float ever handed out, guard bands and inputs
// included. All NaN are one: which NaN an operation gives is up to the
// processor.
func sameBits(t *testing.T, what string, want, got *memory) {
	t.Helper()
	for s := range want.whole {
		for i, w := range want.whole[s] {
			g := got.whole[s][i]
			if math.Float32bits(w) != math.Float32bits(g) && (w == w || g == g) {
				t.Fatalf("%s: slice %d, element %d is %x, want %x", what, s, i-guard-want.offset, g, w)
			}
		}
	}
}

// twins lists calls of a kernel on n elements or channels.
var twins = map[string]func(v variant, m *memory, n int){
	"gate": func(v variant, m *memory, n int) {
		for _, p := range []*[gateTerms]float32{&geluGate, &geluTanhGate, &quickGELUGate} {
			x := m.slice(n)
			for i := range x {
				x[i] *= 9
			}
			v.gate(m.slice(n), x, p)
			v.gate(x, x, p)
		}
	},
	"relu":         func(v variant, m *memory, n int) { v.relu(m.slice(n), m.wide(n)) },
	"mul":          func(v variant, m *memory, n int) { v.mul(m.slice(n), m.slice(n), m.wide(n)) },
	"rowSum":       func(v variant, m *memory, n int) { m.slice(1)[0] = v.rowSum(m.slice(n)) },
	"squares":      func(v variant, m *memory, n int) { m.slice(1)[0] = v.rowSquares(m.slice(n), 0.3) },
	"rowNorm":      func(v variant, m *memory, n int) { v.rowNorm(m.slice(n), m.slice(n), 0.3, 1.7) },
	"add":          func(v variant, m *memory, n int) { v.add(m.slice(n), m.slice(n), m.wide(n)) },
	"add in place": func(v variant, m *memory, n int) { x := m.slice(n); v.add(x, x, m.slice(n)) },
	"scale":        func(v variant, m *memory, n int) { v.scale(m.slice(n), m.wide(n), 0.3) },
	"scale in place": func(v variant, m *memory, n int) {
		x := m.slice(n)
		v.scale(x, x, -7)
	},
	"addRows": func(v variant, m *memory, n int) {
		for rows := range 4 {
			v.addRows(m.slice(rows*(n+1)), m.slice(rows*(n+1)), m.slice(n+1))
		}
	},
	"addRows in place": func(v variant, m *memory, n int) {
		x := m.slice(5 * (n + 1))
		v.addRows(x, x, m.slice(n+1))
	},
	"affineRows": func(v variant, m *memory, n int) {
		n++
		v.affineRows(m.slice(3*n), m.slice(3*n), m.slice(n), m.slice(n), n)
		v.affineRows(m.slice(2*(n+5)+n), m.slice(2*(n+5)+n), m.slice(n), m.slice(n), n+5)
		x := m.slice(2 * n)
		v.affineRows(x, x, m.slice(n), m.slice(n), n)
	},
	"channelMoments": func(v variant, m *memory, n int) {
		n++
		for pixels := range 6 {
			for _, ld := range []int{n, n + 5} {
				v.channelMoments(m.slice(n), m.slice(n), m.slice(max(pixels-1, 0)*ld+n), m.slice(n), pixels, ld)
			}
		}
	},
	"silu":          func(v variant, m *memory, n int) { v.silu(m.slice(n), m.wide(n)) },
	"silu in place": func(v variant, m *memory, n int) { x := m.wide(n); v.silu(x, x) },
	"siluGrad":      func(v variant, m *memory, n int) { v.siluGrad(m.slice(n), m.wide(n), m.slice(n)) },
	"siluGrad in place": func(v variant, m *memory, n int) {
		x := m.slice(n)
		v.siluGrad(x, x, m.slice(n))
		v.siluGrad(x, m.slice(n), x)
	},
	"affineSiLU": func(v variant, m *memory, n int) {
		for pixels := range 6 {
			n, ld := n+1, n+1+pixels%3
			v.affineSiLU(m.slice(max(pixels-1, 0)*ld+n), m.wide(pixels*n), m.slice(n), m.slice(n), ld, pixels)
		}
	},
	"winogradIn4": func(v variant, m *memory, n int) {
		n++
		plane, line := n+n%3, 6*n+n%5
		v.winogradIn4(m.slice(35*plane+n), m.slice(5*line+6*n), plane, line, n)
	},
	"winogradIn2": func(v variant, m *memory, n int) {
		n++
		plane, line := n+n%3, 4*n+n%5
		v.winogradIn2(m.slice(15*plane+n), m.slice(3*line+4*n), plane, line, n)
	},
	"winogradOut": func(v variant, m *memory, n int) {
		width := panelWidth()
		for _, tile := range []int{2, 4} {
			plane, pixel := width+n%7, width+n%3
			line := tile*pixel + n%4
			size := (tile-1)*(line+pixel) + width
			products := m.slice(((tile+2)*(tile+2)-1)*plane + width)
			v.winogradOut(m.slice(size), products, m.slice(width), nil, 0, tile, plane, line, pixel)
			v.winogradOut(m.slice(size), products, m.slice(width), m.slice(size), 0.7, tile, plane, line, pixel)
			dst := m.slice(size)
			v.winogradOut(dst, products, m.slice(width), dst, 1, tile, plane, line, pixel)
		}
	},
	"softmaxRow": func(v variant, m *memory, n int) {
		v.softmaxRow(m.slice(n+1), m.slice(n+1), 30)
		v.softmaxRow(m.slice(n+1), m.wide(n+1), 0.5)
		x := m.slice(n + 1)
		v.softmaxRow(x, x, 0.125)
	},
	"avgPixels": func(v variant, m *memory, n int) { v.avgPixels(m.slice(n), m.slice(2*n), m.slice(2*n)) },
	"gemmPanel": func(v variant, m *memory, n int) {
		width := panelWidth()
		for rows := range 10 {
			r := runs{k: n, count: 1, stride: n}
			if rows%2 == 1 {
				r = runs{k: n / 3, count: 3, stride: n/3 + 2}
			}
			cols := 1 + int(m.next())%width
			if rows%3 == 0 {
				cols = width
			}
			ldd, lda := cols+rows%4, 1+n/2 // rows of a may overlap, as a convolution's do
			need := max(rows-1, 0)*lda + max(r.count-1, 0)*r.stride + r.k
			v.gemmPanel(m.slice(max(rows-1, 0)*ldd+cols), ldd, m.slice(need), lda, m.slice(r.count*r.k*width), rows, cols, r, rows > 4)
		}
	},
}

// TestTwins holds what this build chose to the generic twin, bit by bit.
func TestTwins(t *testing.T) {
	for name, call := range twins {
		t.Run(name, func(t *testing.T) {
			for n := range 100 {
				for offset := range 4 {
					seed := rng(1 + n*4 + offset)
					want := &memory{rng: seed, offset: offset}
					call(variants[0], want, n)
					for _, v := range variants[1:] {
						got := &memory{rng: seed, offset: offset}
						call(v, got, n)
						sameBits(t, fmt.Sprintf("%s, size %d, offset %d", v.name, n, offset), want, got)
					}
				}
			}
		})
	}
}
