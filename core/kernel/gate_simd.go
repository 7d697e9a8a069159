//go:build goexperiment.simd && !purego

package kernel

import "simd"

func gate(dst, x []float32, g *[gateTerms]float32) {
	shift, one, c1, c2, c3, c4, c5, lo, hi := pow2Constants()
	most := simd.BroadcastFloat32s(gateMost)
	g0, g1, g2, g3 := simd.BroadcastFloat32s(g[0]), simd.BroadcastFloat32s(g[1]), simd.BroadcastFloat32s(g[2]), simd.BroadcastFloat32s(g[3])
	g4, g5, g6 := simd.BroadcastFloat32s(g[4]), simd.BroadcastFloat32s(g[5]), simd.BroadcastFloat32s(g[6])
	d, p := base(dst), base(x)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		v := load(p, i)
		z := v.Mul(v)
		z = most.IfElse(z.Greater(most), z)
		q := g6.Mul(z).Add(g5).Mul(z).Add(g4).Mul(z).Add(g3)
		s := v.Mul(q.Mul(z).Add(g2).Mul(z).Add(g1).Mul(z).Add(g0))
		t := s.Add(shift)
		e := pow2Join(pow2Poly(s.Sub(t.Sub(shift)), one, c1, c2, c3, c4, c5), t, lo, hi)
		store(d, i, v.Div(one.Add(e)))
	}
	gateGeneric(dst[i:], x[i:], g)
}

func relu(dst, x []float32) {
	zero := simd.BroadcastFloat32s(0)
	d, p := base(dst), base(x)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		v := load(p, i)
		store(d, i, v.IfElse(v.Greater(zero), zero))
	}
	reluGeneric(dst[i:], x[i:])
}

func mul(dst, a, b []float32) {
	d, p, q := base(dst), base(a), base(b)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		store(d, i, load(p, i).Mul(load(q, i)))
	}
	mulGeneric(dst[i:], a[i:], b[i:])
}
