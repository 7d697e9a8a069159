//go:build goexperiment.simd && !purego

package kernel

import "simd"

// Each function is its generic twin for whole vectors, and calls the twin for
// what is left.

func add(dst, a, b []float32) {
	d, p, q := base(dst), base(a), base(b)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		store(d, i, load(p, i).Add(load(q, i)))
	}
	addGeneric(dst[i:], a[i:], b[i:])
}

func scale(dst, x []float32, s float32) {
	v := simd.BroadcastFloat32s(s)
	d, p := base(dst), base(x)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		store(d, i, load(p, i).Mul(v))
	}
	scaleGeneric(dst[i:], x[i:], s)
}

func addRows(dst, x, row []float32) {
	b, c, w := base(row), len(row), lanes()
	for ; len(x) >= c; dst, x = dst[c:], x[c:] {
		d, p := base(dst), base(x)
		i := 0
		for ; i+w <= c; i += w {
			store(d, i, load(p, i).Add(load(b, i)))
		}
		if i < c {
			addGeneric(dst[i:c], x[i:c], row[i:])
		}
	}
}

func affineRows(dst, x, a, b []float32, ld int) {
	g, h, c, w := base(a), base(b), len(a), lanes()
	for {
		d, p := base(dst), base(x)
		i := 0
		for ; i+w <= c; i += w {
			store(d, i, load(p, i).Mul(load(g, i)).Add(load(h, i)))
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
	d, p, q := base(dst), base(top), base(bottom)
	c, w, i := len(dst), lanes(), 0
	for ; i+w <= c; i += w {
		s := load(p, i).Add(load(p, c+i))
		store(d, i, s.Add(load(q, i).Add(load(q, c+i))).Mul(quarter))
	}
	avgTail(dst, top, bottom, i)
}

func finite(x []float32) bool {
	var s simd.Float32s
	p, w, i := base(x), s.Len(), 0
	for ; i+w <= len(x); i += w {
		v := load(p, i)
		s = s.Add(v.Sub(v))
	}
	var part [maxLanes]float32
	store(base(part[:]), 0, s)
	return finiteGeneric(part[:]) && finiteGeneric(x[i:])
}
