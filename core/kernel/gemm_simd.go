//go:build goexperiment.simd && !purego && !wasm

package kernel

import "simd"

// The tile is 4 rows by 2 vectors, whatever the vector length: eight
// accumulators hide the latency of the additions, and four broadcasts with two
// loads feed eight products.
const tileRows = 4

func panelWidth() int { return 2 * lanes() }

// gemmPanel is gemmPanelGeneric for this machine's width.
func gemmPanel(dst []float32, ldd int, a []float32, lda int, panel []float32, m, cols int, r runs, accumulate bool) {
	width := panelWidth()
	var edge [tileRows * 2 * maxLanes]float32
	for i := 0; i < m; i += tileRows {
		row := a[i*lda:]
		if cols == width && i+tileRows <= m {
			tile4x2(dst[i*ldd:], ldd, row, row[lda:], row[2*lda:], row[3*lda:], panel, r, accumulate)
			continue
		}
		// An edge tile goes through a copy; missing rows repeat the last.
		rows := min(tileRows, m-i)
		if accumulate {
			for l := range rows {
				copy(edge[l*width:], dst[(i+l)*ldd:][:cols])
			}
		}
		last := rows - 1
		tile4x2(edge[:], width, row, row[min(1, last)*lda:], row[min(2, last)*lda:], row[last*lda:], panel, r, accumulate)
		for l := range rows {
			copy(dst[(i+l)*ldd:][:cols], edge[l*width:])
		}
	}
}

// tile4x2 computes four rows of two vectors: dst rows are ldd apart, a0 to a3
// are the rows of a, panel has r.count·r.k rows of two vectors.
func tile4x2(dst []float32, ldd int, a0, a1, a2, a3, panel []float32, r runs, accumulate bool) {
	var c00, c01, c10, c11, c20, c21, c30, c31 simd.Float32s
	w := c00.Len()
	if accumulate {
		c00, c01 = simd.LoadFloat32s(dst), simd.LoadFloat32s(dst[w:])
		c10, c11 = simd.LoadFloat32s(dst[ldd:]), simd.LoadFloat32s(dst[ldd+w:])
		c20, c21 = simd.LoadFloat32s(dst[2*ldd:]), simd.LoadFloat32s(dst[2*ldd+w:])
		c30, c31 = simd.LoadFloat32s(dst[3*ldd:]), simd.LoadFloat32s(dst[3*ldd+w:])
	}
	for run := 0; run < r.count; run++ {
		from := run * r.stride
		x0 := a0[from : from+r.k]
		x1, x2, x3 := a1[from:][:len(x0)], a2[from:][:len(x0)], a3[from:][:len(x0)]
		for p, v := range x0 {
			b0, b1 := simd.LoadFloat32s(panel), simd.LoadFloat32s(panel[w:])
			panel = panel[2*w:]
			t := simd.BroadcastFloat32s(v)
			c00, c01 = t.Mul(b0).Add(c00), t.Mul(b1).Add(c01)
			t = simd.BroadcastFloat32s(x1[p])
			c10, c11 = t.Mul(b0).Add(c10), t.Mul(b1).Add(c11)
			t = simd.BroadcastFloat32s(x2[p])
			c20, c21 = t.Mul(b0).Add(c20), t.Mul(b1).Add(c21)
			t = simd.BroadcastFloat32s(x3[p])
			c30, c31 = t.Mul(b0).Add(c30), t.Mul(b1).Add(c31)
		}
	}
	c00.Store(dst)
	c01.Store(dst[w:])
	c10.Store(dst[ldd:])
	c11.Store(dst[ldd+w:])
	c20.Store(dst[2*ldd:])
	c21.Store(dst[2*ldd+w:])
	c30.Store(dst[3*ldd:])
	c31.Store(dst[3*ldd+w:])
}
