package kernel

import "tintype/core/limits"

// The 3x3 convolution with stride 1 by Winograd's minimal filtering (Lavin and
// Gray 2015, arXiv 1509.09308): an output tile of m x m pixels needs
// (m+2)² products a channel pair where the definition needs 9·m².
//
//	Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
// g is the 3x3 filter, d the (m+2)x(m+2) input pixels under the tile, and the
// products, summed over the input channels, are (m+2)² matrix products of
// [tiles][cin] by [cin][cout].
//
// The transforms interpolate at 0, ±a, ±b and ∞ for m = 4, at 0, ±1 and ∞ for
// m = 2. With v(p) = Π (p−q) over the other finite points q, row p of G is
// (1, p, p²)/v(p), row p of Aᵀ holds 1, p, p², p³, and row p of Bᵀ the
// coefficients of Π (x−q); ∞ takes the highest powers alone. a = 5/8 and
// b = 3/2 halve the error of the usual 1 and 2 (8e-7 against 1.7e-6 of the
// outputs, root mean square, 64 channels), and every constant of the transforms
// is a float32 without rounding.
//
// Order of operations, the same in every variant: columns of a tile first, then
// rows, each as winogradIn and winogradOut in the scalar twin write it; the
// channels in ascending order from 0, mul then add; then + row, then + residual
// and · scale.

// Winograd is the shape of such a convolution. The input is framed: pictures
// [N, FramedH, FramedW, Cin] whose pixel (0, 0) is the top left one under the
// filter of output (0, 0), zeros where the picture does not reach.
type Winograd struct {
	Tile      int // side m of an output tile: 4 or 2
	N, H, W   int // output pictures
	Cin, Cout int
}

// Constants of Aᵀ, Bᵀ for m = 4; all exact in float32.
const (
	wa, wb   = 0.625, 1.5
	wa2, wb2 = wa * wa, wb * wb
	wa3, wb3 = wa * wa * wa, wb * wb * wb
	wSum     = wa2 + wb2
	wProd    = wa2 * wb2
)

// WinogradTile is the rule that chooses how a 3x3 convolution with stride 1 is
// computed: tiles of 4, tiles of 2, or 0 for Conv3x3. It looks at nothing but
// the layer's own shape, h and w being the size of the picture that it is meant
// for (0: not known, taken for large); see the package documentation for the
// measurements behind it.
func WinogradTile(h, w, cin, cout int) int {
	small := h > 0 && w > 0
	switch {
	case cin < 16 || small && h*w < 4:
		return 0
	case small && (h+3)/4*((w+3)/4) < 4:
		return 2
	}
	return 4
}

// winogradPad separates the planes of a transformed block by a cache line more
// than their size: planes a power of two apart would share one set of the cache.
const winogradPad = 16

// FramedH is the height of the framed input: whole tiles and the filter's reach.
func (s Winograd) FramedH() int { return (s.H+s.Tile-1)/s.Tile*s.Tile + 2 }

// FramedW is the width of the framed input.
func (s Winograd) FramedW() int { return (s.W+s.Tile-1)/s.Tile*s.Tile + 2 }

// Tiles is the number of tiles of the batch.
func (s Winograd) Tiles() int { return s.N * s.rows() * s.columns() }

// Panels is the number of panels of output channels.
func (s Winograd) Panels() int { return (s.Cout + panelWidth() - 1) / panelWidth() }

// PackedLen is the number of float32s that Pack writes.
func (s Winograd) PackedLen() int { return s.points() * PackedLen(s.Cin, s.Cout) }

// InputLen is the size of a transformed block of tiles.
func (s Winograd) InputLen(tiles int) int { return s.points() * planeLen(tiles, s.Cin) }

// ScratchLen is the size of the products of a block: with one panel, with few
// tiles with a panel for each thread that there can be. A block of more tiles
// may need less.
func (s Winograd) ScratchLen(tiles int) int {
	one := s.points() * planeLen(tiles, panelWidth())
	if tiles > fewTiles {
		return one
	}
	return one * min(s.Panels(), limits.Threads)
}

// BlockFLOPs is the work of the products of a block, a multiplication and an
// addition counting two.
func (s Winograd) BlockFLOPs(tiles int) int64 {
	return 2 * int64(s.points()) * int64(tiles) * int64(s.Cin) * int64(s.Cout)
}

func (s Winograd) rows() int    { return (s.H + s.Tile - 1) / s.Tile }
func (s Winograd) columns() int { return (s.W + s.Tile - 1) / s.Tile }
func (s Winograd) points() int  { return (s.Tile + 2) * (s.Tile + 2) }

// planeLen is the distance between the planes of a block, each [tiles][c].
func planeLen(tiles, c int) int { return (tiles*c+15)/16*16 + winogradPad }

// Input transforms tiles first+from to first+to of framed into rows from to to
// of v, a block of count tiles: v [point][count][Cin], its planes
// InputLen(count)/points apart. Calls with other rows may run beside it.
func (s Winograd) Input(v, framed []float32, first, count, from, to int) {
	if len(v) < s.InputLen(count) || len(framed) < s.N*s.FramedH()*s.FramedW()*s.Cin {
		panic("kernel: Winograd.Input: slice too short")
	}
	s.checkBlock(first, count, from, to)
	if s.Cin == 0 {
		return
	}
	inputSlot.run(inputJob{s, v, framed, first, count, from}, to-from, s.points()*(to-from)*s.Cin*workNorm)
}

// inputJob is an Input by tiles, from tile skip of the block on.
type inputJob struct {
	s                  Winograd
	v, framed          []float32
	first, count, skip int
}

var inputSlot slot[inputJob]

func (j inputJob) share(from, to int) {
	s, v := j.s, j.v
	line := s.FramedW() * s.Cin
	plane := planeLen(j.count, s.Cin)
	for t := j.skip + from; t < j.skip+to; t++ {
		n, y, x := s.place(j.first + t)
		d := j.framed[((n*s.FramedH()+y)*s.FramedW()+x)*s.Cin:]
		if s.Tile == 4 {
			winogradIn4(v[t*s.Cin:], d, plane, line, s.Cin)
		} else {
			winogradIn2(v[t*s.Cin:], d, plane, line, s.Cin)
		}
	}
}

// place returns the picture and the first output pixel of a tile.
func (s Winograd) place(tile int) (n, y, x int) {
	per := s.rows() * s.columns()
	return tile / per, tile % per / s.columns() * s.Tile, tile % s.columns() * s.Tile
}

func (s Winograd) checkBlock(first, count, from, to int) {
	if first < 0 || count < 0 || first+count > s.Tiles() || from < 0 || to > count {
		panic("kernel: Winograd: tiles out of range")
	}
}

// Epilogue is what a convolution does to its sums before it stores them:
//
//	dst = sum + Row                      without Residual
//	dst = ((sum + Row) + Residual)·Scale
type Epilogue struct {
	Rows     []float32 // one row [Cout] for all pictures, such as a bias, or one a picture [N][Cout]
	Residual []float32 // as dst, and may be dst; nil: none
	Scale    float32
}

// row is the part of Rows for picture n of cout channels.
func (e *Epilogue) row(n, cout int) []float32 {
	if len(e.Rows) == cout {
		return e.Rows
	}
	return e.Rows[n*cout:][:cout]
}

func (e *Epilogue) check(dst []float32, n, size, cout int) {
	if len(e.Rows) != cout && len(e.Rows) != n*cout || e.Residual != nil && len(e.Residual) < size || len(dst) < size {
		panic("kernel: Epilogue: slice too short")
	}
}

// Output multiplies the transformed block v of count tiles from tile first on by
// panels from to to of packed, transforms the products back and writes the
// pixels under these tiles and channels of dst [N,H,W,Cout]. len(m) is at least
// ScratchLen(count); its content is lost. Calls with other tiles or panels, and
// another m, may run beside it.
func (s Winograd) Output(dst, v, packed, m []float32, e Epilogue, first, count, from, to int) {
	if len(v) < s.InputLen(count) || len(packed) < s.PackedLen() || len(m) < s.ScratchLen(count) {
		panic("kernel: Winograd.Output: slice too short")
	}
	e.check(dst, s.N, s.N*s.H*s.W*s.Cout, s.Cout)
	s.checkBlock(first, count, 0, count)
	if from < 0 || to > s.Panels() {
		panic("kernel: Winograd.Output: panels out of range")
	}
	job := outputJob{s, dst, v, packed, m, e, first, count, from, to, (count + rowGroup - 1) / rowGroup}
	if count <= fewTiles {
		job.units = min(to-from, fewUnits())
	}
	outputSlot.run(job, job.units, s.points()*count*s.Cin*(to-from)*panelWidth())
}

// fewTiles is up to when the parts of a block are panels, each unit with
// products of its own, so that no thread reads all weights for a few rows.
// Larger blocks are divided by groups of tiles.
const fewTiles = 16

// fewUnits is how many products such a block has room for: one if there is one
// thread, so that they stay in the cache.
func fewUnits() int {
	if pool.size < 2 {
		return 1
	}
	return limits.Threads
}

// outputJob is an Output: of up to fewTiles tiles by panels, of more by groups
// of rowGroup tiles.
type outputJob struct {
	s                      Winograd
	dst, v, packed, m      []float32
	e                      Epilogue
	first, count, from, to int
	units                  int
}

var outputSlot slot[outputJob]

func (o outputJob) share(from, to int) {
	if o.count > fewTiles {
		o.multiply(o.m, from*rowGroup, min(to*rowGroup, o.count), o.from, o.to)
		return
	}
	panels, units := o.to-o.from, o.units
	each := o.s.points() * planeLen(o.count, panelWidth())
	for u := from; u < to; u++ {
		o.multiply(o.m[u*each:], 0, o.count, o.from+u*panels/units, o.from+(u+1)*panels/units)
	}
}

// multiply does tiles [first, end) of the block and panels [from, to).
func (o *outputJob) multiply(m []float32, first, end, from, to int) {
	s := &o.s
	width, points := panelWidth(), s.points()
	in, out := planeLen(o.count, s.Cin), planeLen(o.count, width)
	for j := from; j < to; j++ {
		for p := range points {
			b := o.packed[(j*points+p)*s.Cin*width:][:s.Cin*width]
			gemmPanel(m[p*out+first*width:][:(end-first)*width], width, o.v[p*in+first*s.Cin:], s.Cin, b, end-first, width, runs{s.Cin, 1, s.Cin}, false)
		}
		for t := first; t < end; t++ {
			s.tileOut(o.dst, m[t*width:], &o.e, o.first+t, j*width, out)
		}
	}
}

// tileOut transforms one tile of a panel back into dst.
func (s Winograd) tileOut(dst, m []float32, e *Epilogue, tile, channel, plane int) {
	n, y, x := s.place(tile)
	width := panelWidth()
	h, w, cols := min(s.Tile, s.H-y), min(s.Tile, s.W-x), min(width, s.Cout-channel)
	at := ((n*s.H+y)*s.W+x)*s.Cout + channel
	line := s.W * s.Cout
	row := e.row(n, s.Cout)[channel:]
	if h == s.Tile && w == s.Tile && cols == width {
		var res []float32
		if e.Residual != nil {
			res = e.Residual[at:]
		}
		winogradOut(dst[at:], m, row, res, e.Scale, s.Tile, plane, line, s.Cout)
		return
	}
	// A tile at an edge goes through a copy.
	var edge [16 * MaxPanel]float32
	var bias [MaxPanel]float32
	var res []float32
	copy(bias[:], row[:cols])
	if e.Residual != nil {
		res = edge[:]
		for i := range h {
			for j := range w {
				copy(edge[(i*4+j)*width:], e.Residual[at+i*line+j*s.Cout:][:cols])
			}
		}
	}
	winogradOut(edge[:], m, bias[:], res, e.Scale, s.Tile, plane, 4*width, width)
	for i := range h {
		for j := range w {
			copy(dst[at+i*line+j*s.Cout:][:cols], edge[(i*4+j)*width:])
		}
	}
}
