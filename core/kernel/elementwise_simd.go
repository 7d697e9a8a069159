//go:build goexperiment.simd && !purego

package kernel

import "simd"

// Each function is its generic twin for whole vectors, and calls the twin for
// what is left.

func add(dst, a, b []float32) {
	var v simd.Float32s
	w, i := v.Len(), 0
	for ; i+w <= len(dst); i += w {
		simd.LoadFloat32s(a[i:]).Add(simd.LoadFloat32s(b[i:])).Store(dst[i:])
	}
	addGeneric(dst[i:], a[i:], b[i:])
}

func scale(dst, x []float32, s float32) {
	v := simd.BroadcastFloat32s(s)
	w, i := v.Len(), 0
	for ; i+w <= len(dst); i += w {
		simd.LoadFloat32s(x[i:]).Mul(v).Store(dst[i:])
	}
	scaleGeneric(dst[i:], x[i:], s)
}

func addRows(dst, x, row []float32) {
	c := len(row)
	for ; len(x) >= c; dst, x = dst[c:], x[c:] {
		add(dst[:c], x[:c], row)
	}
}

func affineRows(dst, x, a, b []float32, ld int) {
	var v simd.Float32s
	w, c := v.Len(), len(a)
	for {
		i := 0
		for ; i+w <= c; i += w {
			simd.LoadFloat32s(x[i:]).Mul(simd.LoadFloat32s(a[i:])).Add(simd.LoadFloat32s(b[i:])).Store(dst[i:])
		}
		if i < c {
			affineRowsGeneric(dst[i:c], x[i:c], a[i:], b[i:], ld)
		}
		if len(x) < ld+c {
			return
		}
		dst, x = dst[ld:], x[ld:]
	}
}

func avgPixels(dst, top, bottom []float32) {
	quarter := simd.BroadcastFloat32s(0.25)
	w, c := quarter.Len(), len(dst)
	i := 0
	for ; i+w <= c; i += w {
		t := simd.LoadFloat32s(top[i:]).Add(simd.LoadFloat32s(top[c+i:]))
		u := simd.LoadFloat32s(bottom[i:]).Add(simd.LoadFloat32s(bottom[c+i:]))
		t.Add(u).Mul(quarter).Store(dst[i:])
	}
	avgTail(dst, top, bottom, i)
}
