//go:build goexperiment.simd && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// The tile is 2 rows by 16 columns: eight accumulators, four vectors of b and
// one broadcast of a fit the 16 registers that an amd64 browser has. K is
// unrolled by 4, because each jump goes through Go's dispatch loop on wasm.
const (
	tileRows  = 2
	panelCols = 16
	unroll    = 4
)

func panelWidth() int { return panelCols }

// gemmPanel is gemmPanelGeneric for this build's width.
func gemmPanel(dst []float32, ldd int, a []float32, lda int, panel []float32, m, cols int, r runs, accumulate bool) {
	b := unsafe.Pointer(unsafe.SliceData(panel))
	var edge [tileRows * panelCols]float32
	for i := 0; i < m; i += tileRows {
		a0 := unsafe.Pointer(unsafe.SliceData(a[i*lda:]))
		if cols == panelCols && i+tileRows <= m {
			out := dst[i*ldd : (i+1)*ldd+panelCols]
			tile2x16(unsafe.Pointer(&out[0]), unsafe.Pointer(&out[ldd]), a0, unsafe.Add(a0, 4*lda), b, r, accumulate)
			continue
		}
		// An edge tile goes through a copy; a missing second row repeats the first.
		rows := min(tileRows, m-i)
		if accumulate {
			for l := range rows {
				copy(edge[l*panelCols:], dst[(i+l)*ldd:][:cols])
			}
		}
		tile2x16(unsafe.Pointer(&edge[0]), unsafe.Pointer(&edge[panelCols]), a0, unsafe.Add(a0, 4*lda*(rows-1)), b, r, accumulate)
		for l := range rows {
			copy(dst[(i+l)*ldd:][:cols], edge[l*panelCols:])
		}
	}
}

// tile2x16 computes two rows of 16 columns. d0 and d1 point to 16 floats, a0
// and a1 to the runs of a row, b to a panel of r.count·r.k rows.
func tile2x16(d0, d1, a0, a1, b unsafe.Pointer, r runs, accumulate bool) {
	var c00, c01, c02, c03, c10, c11, c12, c13 archsimd.Float32x4
	if accumulate {
		o0, o1 := (*[panelCols]float32)(d0), (*[panelCols]float32)(d1)
		c00, c01 = archsimd.LoadFloat32x4Array((*[4]float32)(o0[0:4])), archsimd.LoadFloat32x4Array((*[4]float32)(o0[4:8]))
		c02, c03 = archsimd.LoadFloat32x4Array((*[4]float32)(o0[8:12])), archsimd.LoadFloat32x4Array((*[4]float32)(o0[12:16]))
		c10, c11 = archsimd.LoadFloat32x4Array((*[4]float32)(o1[0:4])), archsimd.LoadFloat32x4Array((*[4]float32)(o1[4:8]))
		c12, c13 = archsimd.LoadFloat32x4Array((*[4]float32)(o1[8:12])), archsimd.LoadFloat32x4Array((*[4]float32)(o1[12:16]))
	}
	for run := 0; run < r.count; run++ {
		p0, p1 := unsafe.Add(a0, 4*run*r.stride), unsafe.Add(a1, 4*run*r.stride)
		k := r.k
		for ; k >= unroll; k -= unroll {
			w := (*[unroll * panelCols]float32)(b)
			x0, x1 := (*[unroll]float32)(p0), (*[unroll]float32)(p1)
			{
				b0, b1 := archsimd.LoadFloat32x4Array((*[4]float32)(w[0:4])), archsimd.LoadFloat32x4Array((*[4]float32)(w[4:8]))
				b2, b3 := archsimd.LoadFloat32x4Array((*[4]float32)(w[8:12])), archsimd.LoadFloat32x4Array((*[4]float32)(w[12:16]))
				t := archsimd.BroadcastFloat32x4(x0[0])
				c00, c01, c02, c03 = t.Mul(b0).Add(c00), t.Mul(b1).Add(c01), t.Mul(b2).Add(c02), t.Mul(b3).Add(c03)
				t = archsimd.BroadcastFloat32x4(x1[0])
				c10, c11, c12, c13 = t.Mul(b0).Add(c10), t.Mul(b1).Add(c11), t.Mul(b2).Add(c12), t.Mul(b3).Add(c13)
			}
			{
				b0, b1 := archsimd.LoadFloat32x4Array((*[4]float32)(w[16:20])), archsimd.LoadFloat32x4Array((*[4]float32)(w[20:24]))
				b2, b3 := archsimd.LoadFloat32x4Array((*[4]float32)(w[24:28])), archsimd.LoadFloat32x4Array((*[4]float32)(w[28:32]))
				t := archsimd.BroadcastFloat32x4(x0[1])
				c00, c01, c02, c03 = t.Mul(b0).Add(c00), t.Mul(b1).Add(c01), t.Mul(b2).Add(c02), t.Mul(b3).Add(c03)
				t = archsimd.BroadcastFloat32x4(x1[1])
				c10, c11, c12, c13 = t.Mul(b0).Add(c10), t.Mul(b1).Add(c11), t.Mul(b2).Add(c12), t.Mul(b3).Add(c13)
			}
			{
				b0, b1 := archsimd.LoadFloat32x4Array((*[4]float32)(w[32:36])), archsimd.LoadFloat32x4Array((*[4]float32)(w[36:40]))
				b2, b3 := archsimd.LoadFloat32x4Array((*[4]float32)(w[40:44])), archsimd.LoadFloat32x4Array((*[4]float32)(w[44:48]))
				t := archsimd.BroadcastFloat32x4(x0[2])
				c00, c01, c02, c03 = t.Mul(b0).Add(c00), t.Mul(b1).Add(c01), t.Mul(b2).Add(c02), t.Mul(b3).Add(c03)
				t = archsimd.BroadcastFloat32x4(x1[2])
				c10, c11, c12, c13 = t.Mul(b0).Add(c10), t.Mul(b1).Add(c11), t.Mul(b2).Add(c12), t.Mul(b3).Add(c13)
			}
			{
				b0, b1 := archsimd.LoadFloat32x4Array((*[4]float32)(w[48:52])), archsimd.LoadFloat32x4Array((*[4]float32)(w[52:56]))
				b2, b3 := archsimd.LoadFloat32x4Array((*[4]float32)(w[56:60])), archsimd.LoadFloat32x4Array((*[4]float32)(w[60:64]))
				t := archsimd.BroadcastFloat32x4(x0[3])
				c00, c01, c02, c03 = t.Mul(b0).Add(c00), t.Mul(b1).Add(c01), t.Mul(b2).Add(c02), t.Mul(b3).Add(c03)
				t = archsimd.BroadcastFloat32x4(x1[3])
				c10, c11, c12, c13 = t.Mul(b0).Add(c10), t.Mul(b1).Add(c11), t.Mul(b2).Add(c12), t.Mul(b3).Add(c13)
			}
			b = unsafe.Add(b, 4*unroll*panelCols)
			p0, p1 = unsafe.Add(p0, 4*unroll), unsafe.Add(p1, 4*unroll)
		}
		for ; k > 0; k-- {
			w := (*[panelCols]float32)(b)
			b0, b1 := archsimd.LoadFloat32x4Array((*[4]float32)(w[0:4])), archsimd.LoadFloat32x4Array((*[4]float32)(w[4:8]))
			b2, b3 := archsimd.LoadFloat32x4Array((*[4]float32)(w[8:12])), archsimd.LoadFloat32x4Array((*[4]float32)(w[12:16]))
			t := archsimd.BroadcastFloat32x4(*(*float32)(p0))
			c00, c01, c02, c03 = t.Mul(b0).Add(c00), t.Mul(b1).Add(c01), t.Mul(b2).Add(c02), t.Mul(b3).Add(c03)
			t = archsimd.BroadcastFloat32x4(*(*float32)(p1))
			c10, c11, c12, c13 = t.Mul(b0).Add(c10), t.Mul(b1).Add(c11), t.Mul(b2).Add(c12), t.Mul(b3).Add(c13)
			b = unsafe.Add(b, 4*panelCols)
			p0, p1 = unsafe.Add(p0, 4), unsafe.Add(p1, 4)
		}
	}
	o0, o1 := (*[panelCols]float32)(d0), (*[panelCols]float32)(d1)
	c00.StoreArray((*[4]float32)(o0[0:4]))
	c01.StoreArray((*[4]float32)(o0[4:8]))
	c02.StoreArray((*[4]float32)(o0[8:12]))
	c03.StoreArray((*[4]float32)(o0[12:16]))
	c10.StoreArray((*[4]float32)(o1[0:4]))
	c11.StoreArray((*[4]float32)(o1[4:8]))
	c12.StoreArray((*[4]float32)(o1[8:12]))
	c13.StoreArray((*[4]float32)(o1[12:16]))
}
