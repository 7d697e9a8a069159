//go:build goexperiment.simd && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// The tile is 2 rows by 16 columns: eight accumulators, two broadcasts of a, a
// vector of b and two products fit the 15 registers that an amd64 browser has. K is
// unrolled by 8 (tiles2x16, which tools/unroll writes). Each float of a is loaded and broadcast right before its products,
// which the step after linking (internal/postlink) makes one instruction.
const (
	tileRows  = 2
	panelCols = 16
	unroll    = 8
)

func panelWidth() int { return panelCols }

// gemmPanel is gemmPanelGeneric for this build's width.
func gemmPanel(dst []float32, ldd int, a []float32, lda int, panel []float32, m, cols int, r runs, accumulate bool) {
	b := unsafe.Pointer(unsafe.SliceData(panel))
	i := 0
	if cols == panelCols && m >= tileRows {
		i = m &^ (tileRows - 1)
		out := dst[:(i-1)*ldd+panelCols]
		panelRows(unsafe.Pointer(&out[0]), ldd, unsafe.Pointer(unsafe.SliceData(a)), lda, b, i, r, accumulate)
	}
	// An edge tile goes through a copy; a missing second row repeats the first.
	var edge [tileRows * panelCols]float32
	for ; i < m; i += tileRows {
		rows := min(tileRows, m-i)
		if accumulate {
			for l := range rows {
				copy(edge[l*panelCols:], dst[(i+l)*ldd:][:cols])
			}
		}
		panelRows(unsafe.Pointer(&edge[0]), panelCols, unsafe.Pointer(unsafe.SliceData(a[i*lda:])), lda*(rows-1), b, tileRows, r, accumulate)
		for l := range rows {
			copy(dst[(i+l)*ldd:][:cols], edge[l*panelCols:])
		}
	}
}

// none is what products are added to where there is nothing to add to.
var none [panelCols]float32

// panelRows computes m rows of 16 columns, run by run; m is even. That dst is
// written and read again between two runs changes no bit.
func panelRows(dst unsafe.Pointer, ldd int, a unsafe.Pointer, lda int, panel unsafe.Pointer, m int, r runs, accumulate bool) {
	from, ldf := dst, ldd
	if !accumulate {
		from, ldf = unsafe.Pointer(&none), 0
	}
	whole := r.k &^ (unroll - 1)
	for run := range r.count {
		x, first := unsafe.Add(a, 4*run*r.stride), run*r.k
		if whole > 0 {
			tiles2x16(dst, ldd, from, ldf, x, lda, panel, first, m, whole)
			from, ldf = dst, ldd
		}
		if whole == 0 || whole < r.k {
			rest2x16(dst, ldd, from, ldf, unsafe.Add(x, 4*whole), lda, panel, first+whole, m, r.k-whole)
			from, ldf = dst, ldd
		}
	}
}

// rest2x16 is tiles2x16 for any k.
func rest2x16(dst unsafe.Pointer, ldd int, from unsafe.Pointer, ldf int, a unsafe.Pointer, lda int, panel unsafe.Pointer, first, m, k int) {
	for i := 0; i < m; i += tileRows {
		c00, c01, c02, c03 := load16((*[panelCols]float32)(unsafe.Add(from, 4*i*ldf)))
		c10, c11, c12, c13 := load16((*[panelCols]float32)(unsafe.Add(from, 4*(i+1)*ldf)))
		p0, p1, b := unsafe.Add(a, 4*i*lda), unsafe.Add(a, 4*(i+1)*lda), unsafe.Add(panel, 4*panelCols*first)
		for range k {
			b0, b1, b2, b3 := load16((*[panelCols]float32)(b))
			c00, c01, c02, c03 = mulAdd16(*(*float32)(p0), b0, b1, b2, b3, c00, c01, c02, c03)
			c10, c11, c12, c13 = mulAdd16(*(*float32)(p1), b0, b1, b2, b3, c10, c11, c12, c13)
			b = unsafe.Add(b, 4*panelCols)
			p0, p1 = unsafe.Add(p0, 4), unsafe.Add(p1, 4)
		}
		store16((*[panelCols]float32)(unsafe.Add(dst, 4*i*ldd)), c00, c01, c02, c03)
		store16((*[panelCols]float32)(unsafe.Add(dst, 4*(i+1)*ldd)), c10, c11, c12, c13)
	}
}

// The three below are inlined.

func load16(p *[panelCols]float32) (v0, v1, v2, v3 archsimd.Float32x4) {
	v0 = archsimd.LoadFloat32x4Array((*[4]float32)(p[0:4]))
	v1 = archsimd.LoadFloat32x4Array((*[4]float32)(p[4:8]))
	v2 = archsimd.LoadFloat32x4Array((*[4]float32)(p[8:12]))
	v3 = archsimd.LoadFloat32x4Array((*[4]float32)(p[12:16]))
	return v0, v1, v2, v3
}

func store16(p *[panelCols]float32, v0, v1, v2, v3 archsimd.Float32x4) {
	v0.StoreArray((*[4]float32)(p[0:4]))
	v1.StoreArray((*[4]float32)(p[4:8]))
	v2.StoreArray((*[4]float32)(p[8:12]))
	v3.StoreArray((*[4]float32)(p[12:16]))
}

// mulAdd16 returns x·b + c, the product rounded.
func mulAdd16(x float32, b0, b1, b2, b3, c0, c1, c2, c3 archsimd.Float32x4) (_, _, _, _ archsimd.Float32x4) {
	t := archsimd.BroadcastFloat32x4(x)
	return t.Mul(b0).Add(c0), t.Mul(b1).Add(c1), t.Mul(b2).Add(c2), t.Mul(b3).Add(c3)
}
