//go:build goexperiment.simd && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// The tile is 2 rows by 16 columns: eight accumulators, two broadcasts of a, a
// vector of b and a product fit the 15 registers that an amd64 browser has. K is
// unrolled by 8, because each jump goes through Go's dispatch loop on wasm. Each
// float of a is loaded and broadcast right before its products, which the step
// after linking (internal/postlink) makes one instruction.
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
		tiles2x16(unsafe.Pointer(&out[0]), ldd, unsafe.Pointer(unsafe.SliceData(a)), lda, b, i, r, accumulate)
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
		tiles2x16(unsafe.Pointer(&edge[0]), panelCols, unsafe.Pointer(unsafe.SliceData(a[i*lda:])), lda*(rows-1), b, tileRows, r, accumulate)
		for l := range rows {
			copy(dst[(i+l)*ldd:][:cols], edge[l*panelCols:])
		}
	}
}

// tiles2x16 computes m rows of 16 columns, two at a time. Rows of dst are ldd
// apart, those of a lda; panel points to r.count·r.k rows. One pointer per row and
// pass, and arrays of known length, keep checks out of the loop. All rows are one
// call: a call for each tile costs 5 % with k = 64.
func tiles2x16(dst unsafe.Pointer, ldd int, a unsafe.Pointer, lda int, panel unsafe.Pointer, m int, r runs, accumulate bool) {
	for i := 0; i < m; i += tileRows {
		var c00, c01, c02, c03, c10, c11, c12, c13 archsimd.Float32x4
		if accumulate {
			c00, c01, c02, c03 = load16((*[panelCols]float32)(unsafe.Add(dst, 4*i*ldd)))
			c10, c11, c12, c13 = load16((*[panelCols]float32)(unsafe.Add(dst, 4*(i+1)*ldd)))
		}
		b := panel
		for run := 0; run < r.count; run++ {
			p0, p1 := unsafe.Add(a, 4*(i*lda+run*r.stride)), unsafe.Add(a, 4*((i+1)*lda+run*r.stride))
			k := r.k
			for ; k >= unroll; k -= unroll {
				w := (*[unroll * panelCols]float32)(b)
				r0, r1 := (*[unroll]float32)(p0), (*[unroll]float32)(p1)
				t0, t1 := archsimd.BroadcastFloat32x4(r0[0]), archsimd.BroadcastFloat32x4(r1[0])
				v := archsimd.LoadFloat32x4Array((*[4]float32)(w[0:4]))
				c00, c10 = t0.Mul(v).Add(c00), t1.Mul(v).Add(c10)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[4:8]))
				c01, c11 = t0.Mul(v).Add(c01), t1.Mul(v).Add(c11)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[8:12]))
				c02, c12 = t0.Mul(v).Add(c02), t1.Mul(v).Add(c12)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[12:16]))
				c03, c13 = t0.Mul(v).Add(c03), t1.Mul(v).Add(c13)
				t0, t1 = archsimd.BroadcastFloat32x4(r0[1]), archsimd.BroadcastFloat32x4(r1[1])
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[16:20]))
				c00, c10 = t0.Mul(v).Add(c00), t1.Mul(v).Add(c10)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[20:24]))
				c01, c11 = t0.Mul(v).Add(c01), t1.Mul(v).Add(c11)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[24:28]))
				c02, c12 = t0.Mul(v).Add(c02), t1.Mul(v).Add(c12)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[28:32]))
				c03, c13 = t0.Mul(v).Add(c03), t1.Mul(v).Add(c13)
				t0, t1 = archsimd.BroadcastFloat32x4(r0[2]), archsimd.BroadcastFloat32x4(r1[2])
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[32:36]))
				c00, c10 = t0.Mul(v).Add(c00), t1.Mul(v).Add(c10)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[36:40]))
				c01, c11 = t0.Mul(v).Add(c01), t1.Mul(v).Add(c11)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[40:44]))
				c02, c12 = t0.Mul(v).Add(c02), t1.Mul(v).Add(c12)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[44:48]))
				c03, c13 = t0.Mul(v).Add(c03), t1.Mul(v).Add(c13)
				t0, t1 = archsimd.BroadcastFloat32x4(r0[3]), archsimd.BroadcastFloat32x4(r1[3])
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[48:52]))
				c00, c10 = t0.Mul(v).Add(c00), t1.Mul(v).Add(c10)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[52:56]))
				c01, c11 = t0.Mul(v).Add(c01), t1.Mul(v).Add(c11)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[56:60]))
				c02, c12 = t0.Mul(v).Add(c02), t1.Mul(v).Add(c12)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[60:64]))
				c03, c13 = t0.Mul(v).Add(c03), t1.Mul(v).Add(c13)
				t0, t1 = archsimd.BroadcastFloat32x4(r0[4]), archsimd.BroadcastFloat32x4(r1[4])
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[64:68]))
				c00, c10 = t0.Mul(v).Add(c00), t1.Mul(v).Add(c10)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[68:72]))
				c01, c11 = t0.Mul(v).Add(c01), t1.Mul(v).Add(c11)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[72:76]))
				c02, c12 = t0.Mul(v).Add(c02), t1.Mul(v).Add(c12)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[76:80]))
				c03, c13 = t0.Mul(v).Add(c03), t1.Mul(v).Add(c13)
				t0, t1 = archsimd.BroadcastFloat32x4(r0[5]), archsimd.BroadcastFloat32x4(r1[5])
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[80:84]))
				c00, c10 = t0.Mul(v).Add(c00), t1.Mul(v).Add(c10)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[84:88]))
				c01, c11 = t0.Mul(v).Add(c01), t1.Mul(v).Add(c11)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[88:92]))
				c02, c12 = t0.Mul(v).Add(c02), t1.Mul(v).Add(c12)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[92:96]))
				c03, c13 = t0.Mul(v).Add(c03), t1.Mul(v).Add(c13)
				t0, t1 = archsimd.BroadcastFloat32x4(r0[6]), archsimd.BroadcastFloat32x4(r1[6])
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[96:100]))
				c00, c10 = t0.Mul(v).Add(c00), t1.Mul(v).Add(c10)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[100:104]))
				c01, c11 = t0.Mul(v).Add(c01), t1.Mul(v).Add(c11)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[104:108]))
				c02, c12 = t0.Mul(v).Add(c02), t1.Mul(v).Add(c12)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[108:112]))
				c03, c13 = t0.Mul(v).Add(c03), t1.Mul(v).Add(c13)
				t0, t1 = archsimd.BroadcastFloat32x4(r0[7]), archsimd.BroadcastFloat32x4(r1[7])
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[112:116]))
				c00, c10 = t0.Mul(v).Add(c00), t1.Mul(v).Add(c10)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[116:120]))
				c01, c11 = t0.Mul(v).Add(c01), t1.Mul(v).Add(c11)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[120:124]))
				c02, c12 = t0.Mul(v).Add(c02), t1.Mul(v).Add(c12)
				v = archsimd.LoadFloat32x4Array((*[4]float32)(w[124:128]))
				c03, c13 = t0.Mul(v).Add(c03), t1.Mul(v).Add(c13)
				b = unsafe.Add(b, 4*unroll*panelCols)
				p0, p1 = unsafe.Add(p0, 4*unroll), unsafe.Add(p1, 4*unroll)
			}
			for ; k > 0; k-- {
				b0, b1, b2, b3 := load16((*[panelCols]float32)(b))
				c00, c01, c02, c03 = mulAdd16(*(*float32)(p0), b0, b1, b2, b3, c00, c01, c02, c03)
				c10, c11, c12, c13 = mulAdd16(*(*float32)(p1), b0, b1, b2, b3, c10, c11, c12, c13)
				b = unsafe.Add(b, 4*panelCols)
				p0, p1 = unsafe.Add(p0, 4), unsafe.Add(p1, 4)
			}
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
