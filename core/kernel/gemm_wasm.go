//go:build goexperiment.simd && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// The tile is 2 rows by 16 columns: eight accumulators, two broadcasts of a, a
// vector of b and two products fit the 15 registers that an amd64 browser has. K is
// unrolled by 8. Each float of a is loaded and broadcast right before its products,
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

// tiles2x16 writes m rows of 16 columns, two at a time: those of from plus the
// products of k floats of a with the rows of panel from first on. Rows of dst, from
// and a are ldd, ldf and lda floats apart; m is even, k a multiple of unroll,
// neither is 0.
//
// A loop that tests at its end, steps by one number and calls and checks nothing is
// a single basic block. Go's compiler keeps the order of the source in such a
// block; in others it puts sums for the next round behind all products, and runs
// out of vectors. internal/postlink makes it a loop of WebAssembly's. Pointers out
// of unsafe.Add and arrays of known length need no checks.
func tiles2x16(dst unsafe.Pointer, ldd int, from unsafe.Pointer, ldf int, a unsafe.Pointer, lda int, panel unsafe.Pointer, first, m, k int) {
	i := 0
	for {
		c00, c01, c02, c03 := load16((*[panelCols]float32)(unsafe.Add(from, 4*i*ldf)))
		c10, c11, c12, c13 := load16((*[panelCols]float32)(unsafe.Add(from, 4*(i+1)*ldf)))
		p0, p1 := unsafe.Add(a, 4*i*lda), unsafe.Add(a, 4*(i+1)*lda)
		at := 0
		for {
			w := (*[unroll * panelCols]float32)(unsafe.Add(panel, 4*panelCols*(first+at)))
			r0, r1 := (*[unroll]float32)(unsafe.Add(p0, 4*at)), (*[unroll]float32)(unsafe.Add(p1, 4*at))
			t0, t1 := archsimd.BroadcastFloat32x4(r0[0]), archsimd.BroadcastFloat32x4(r1[0])
			v := archsimd.LoadFloat32x4Array((*[4]float32)(w[0:4]))
			x, y := t0.Mul(v), t1.Mul(v)
			c00, c10 = x.Add(c00), y.Add(c10)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[4:8]))
			x, y = t0.Mul(v), t1.Mul(v)
			c01, c11 = x.Add(c01), y.Add(c11)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[8:12]))
			x, y = t0.Mul(v), t1.Mul(v)
			c02, c12 = x.Add(c02), y.Add(c12)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[12:16]))
			x, y = t0.Mul(v), t1.Mul(v)
			c03, c13 = x.Add(c03), y.Add(c13)
			t0, t1 = archsimd.BroadcastFloat32x4(r0[1]), archsimd.BroadcastFloat32x4(r1[1])
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[16:20]))
			x, y = t0.Mul(v), t1.Mul(v)
			c00, c10 = x.Add(c00), y.Add(c10)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[20:24]))
			x, y = t0.Mul(v), t1.Mul(v)
			c01, c11 = x.Add(c01), y.Add(c11)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[24:28]))
			x, y = t0.Mul(v), t1.Mul(v)
			c02, c12 = x.Add(c02), y.Add(c12)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[28:32]))
			x, y = t0.Mul(v), t1.Mul(v)
			c03, c13 = x.Add(c03), y.Add(c13)
			t0, t1 = archsimd.BroadcastFloat32x4(r0[2]), archsimd.BroadcastFloat32x4(r1[2])
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[32:36]))
			x, y = t0.Mul(v), t1.Mul(v)
			c00, c10 = x.Add(c00), y.Add(c10)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[36:40]))
			x, y = t0.Mul(v), t1.Mul(v)
			c01, c11 = x.Add(c01), y.Add(c11)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[40:44]))
			x, y = t0.Mul(v), t1.Mul(v)
			c02, c12 = x.Add(c02), y.Add(c12)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[44:48]))
			x, y = t0.Mul(v), t1.Mul(v)
			c03, c13 = x.Add(c03), y.Add(c13)
			t0, t1 = archsimd.BroadcastFloat32x4(r0[3]), archsimd.BroadcastFloat32x4(r1[3])
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[48:52]))
			x, y = t0.Mul(v), t1.Mul(v)
			c00, c10 = x.Add(c00), y.Add(c10)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[52:56]))
			x, y = t0.Mul(v), t1.Mul(v)
			c01, c11 = x.Add(c01), y.Add(c11)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[56:60]))
			x, y = t0.Mul(v), t1.Mul(v)
			c02, c12 = x.Add(c02), y.Add(c12)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[60:64]))
			x, y = t0.Mul(v), t1.Mul(v)
			c03, c13 = x.Add(c03), y.Add(c13)
			t0, t1 = archsimd.BroadcastFloat32x4(r0[4]), archsimd.BroadcastFloat32x4(r1[4])
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[64:68]))
			x, y = t0.Mul(v), t1.Mul(v)
			c00, c10 = x.Add(c00), y.Add(c10)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[68:72]))
			x, y = t0.Mul(v), t1.Mul(v)
			c01, c11 = x.Add(c01), y.Add(c11)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[72:76]))
			x, y = t0.Mul(v), t1.Mul(v)
			c02, c12 = x.Add(c02), y.Add(c12)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[76:80]))
			x, y = t0.Mul(v), t1.Mul(v)
			c03, c13 = x.Add(c03), y.Add(c13)
			t0, t1 = archsimd.BroadcastFloat32x4(r0[5]), archsimd.BroadcastFloat32x4(r1[5])
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[80:84]))
			x, y = t0.Mul(v), t1.Mul(v)
			c00, c10 = x.Add(c00), y.Add(c10)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[84:88]))
			x, y = t0.Mul(v), t1.Mul(v)
			c01, c11 = x.Add(c01), y.Add(c11)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[88:92]))
			x, y = t0.Mul(v), t1.Mul(v)
			c02, c12 = x.Add(c02), y.Add(c12)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[92:96]))
			x, y = t0.Mul(v), t1.Mul(v)
			c03, c13 = x.Add(c03), y.Add(c13)
			t0, t1 = archsimd.BroadcastFloat32x4(r0[6]), archsimd.BroadcastFloat32x4(r1[6])
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[96:100]))
			x, y = t0.Mul(v), t1.Mul(v)
			c00, c10 = x.Add(c00), y.Add(c10)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[100:104]))
			x, y = t0.Mul(v), t1.Mul(v)
			c01, c11 = x.Add(c01), y.Add(c11)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[104:108]))
			x, y = t0.Mul(v), t1.Mul(v)
			c02, c12 = x.Add(c02), y.Add(c12)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[108:112]))
			x, y = t0.Mul(v), t1.Mul(v)
			c03, c13 = x.Add(c03), y.Add(c13)
			t0, t1 = archsimd.BroadcastFloat32x4(r0[7]), archsimd.BroadcastFloat32x4(r1[7])
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[112:116]))
			x, y = t0.Mul(v), t1.Mul(v)
			c00, c10 = x.Add(c00), y.Add(c10)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[116:120]))
			x, y = t0.Mul(v), t1.Mul(v)
			c01, c11 = x.Add(c01), y.Add(c11)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[120:124]))
			x, y = t0.Mul(v), t1.Mul(v)
			c02, c12 = x.Add(c02), y.Add(c12)
			v = archsimd.LoadFloat32x4Array((*[4]float32)(w[124:128]))
			x, y = t0.Mul(v), t1.Mul(v)
			c03, c13 = x.Add(c03), y.Add(c13)
			if at += unroll; at == k {
				break
			}
		}
		store16((*[panelCols]float32)(unsafe.Add(dst, 4*i*ldd)), c00, c01, c02, c03)
		store16((*[panelCols]float32)(unsafe.Add(dst, 4*(i+1)*ldd)), c10, c11, c12, c13)
		if i += tileRows; i == m {
			break
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
