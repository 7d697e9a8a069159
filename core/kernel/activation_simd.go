//go:build goexperiment.simd && !purego

package kernel

import (
	"math"
	"simd"
)

// expGeneric in every lane, in three parts that each fit the compiler's budget
// for inlining: e^x is expJoin(x, t, expPoly(r)) with t, r = expSplit(x).

func expSplit(x simd.Float32s) (t, r simd.Float32s) {
	shift := simd.BroadcastFloat32s(expShift)
	t = x.Mul(simd.BroadcastFloat32s(log2e)).Add(shift)
	n := t.Sub(shift)
	r = x.Sub(n.Mul(simd.BroadcastFloat32s(ln2Hi)))
	return t, r.Sub(n.Mul(simd.BroadcastFloat32s(ln2Lo)))
}

func expPoly(r simd.Float32s) simd.Float32s {
	p := simd.BroadcastFloat32s(expC6).Mul(r).Add(simd.BroadcastFloat32s(expC5))
	p = p.Mul(r).Add(simd.BroadcastFloat32s(expC4))
	p = p.Mul(r).Add(simd.BroadcastFloat32s(expC3))
	p = p.Mul(r).Add(simd.BroadcastFloat32s(expC2))
	return p.Mul(r).Mul(r).Add(r).Add(simd.BroadcastFloat32s(1))
}

func expJoin(x, t, p simd.Float32s) simd.Float32s {
	y := p.Mul(t.ToBits().ShiftAllLeft(23).BitsToFloat32())
	return simd.BroadcastFloat32s(0).IfElse(x.Less(simd.BroadcastFloat32s(expMin)), y)
}

func silu(dst, x []float32) {
	one, zero := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(0)
	d, p := base(dst), base(x)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		v := load(p, i)
		u := v.Abs().Neg()
		t, r := expSplit(u)
		e := expJoin(u, t, expPoly(r))
		store(d, i, v.IfElse(v.GreaterEqual(zero), v.Mul(e)).Div(one.Add(e)))
	}
	siluGeneric(dst[i:], x[i:])
}

func siluGrad(dst, x, dy []float32) {
	one, zero := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(0)
	d, p, g := base(dst), base(x), base(dy)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		v := load(p, i)
		u := v.Abs().Neg()
		t, r := expSplit(u)
		e := expJoin(u, t, expPoly(r))
		q := one.Div(one.Add(e))
		s := e.Mul(q)
		store(d, i, load(g, i).Mul(v.Mul(s.Mul(q)).Add(q.IfElse(v.GreaterEqual(zero), s))))
	}
	siluGradGeneric(dst[i:], x[i:], dy[i:])
}

func affineSiLU(dst, x, a, b []float32, ld, pixels int) {
	one, zero := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(0)
	g, h, c, w := base(a), base(b), len(a), lanes()
	i := 0
	for k := 0; k < pixels; k++ {
		d, p := base(dst[k*ld:]), base(x[k*c:])
		// Four vectors at a time share the constants, half of the work of one on wasm.
		for i = 0; i+4*w <= c; i += 4 * w {
			v0 := load(p, i).Mul(load(g, i)).Add(load(h, i))
			u0 := v0.Abs().Neg()
			t0, r0 := expSplit(u0)
			e0 := expJoin(u0, t0, expPoly(r0))
			store(d, i, v0.IfElse(v0.GreaterEqual(zero), v0.Mul(e0)).Div(one.Add(e0)))
			v1 := load(p, i+w).Mul(load(g, i+w)).Add(load(h, i+w))
			u1 := v1.Abs().Neg()
			t1, r1 := expSplit(u1)
			e1 := expJoin(u1, t1, expPoly(r1))
			store(d, i+w, v1.IfElse(v1.GreaterEqual(zero), v1.Mul(e1)).Div(one.Add(e1)))
			v2 := load(p, i+2*w).Mul(load(g, i+2*w)).Add(load(h, i+2*w))
			u2 := v2.Abs().Neg()
			t2, r2 := expSplit(u2)
			e2 := expJoin(u2, t2, expPoly(r2))
			store(d, i+2*w, v2.IfElse(v2.GreaterEqual(zero), v2.Mul(e2)).Div(one.Add(e2)))
			v3 := load(p, i+3*w).Mul(load(g, i+3*w)).Add(load(h, i+3*w))
			u3 := v3.Abs().Neg()
			t3, r3 := expSplit(u3)
			e3 := expJoin(u3, t3, expPoly(r3))
			store(d, i+3*w, v3.IfElse(v3.GreaterEqual(zero), v3.Mul(e3)).Div(one.Add(e3)))
		}
		for ; i+w <= c; i += w {
			v := load(p, i).Mul(load(g, i)).Add(load(h, i))
			u := v.Abs().Neg()
			t, r := expSplit(u)
			e := expJoin(u, t, expPoly(r))
			store(d, i, v.IfElse(v.GreaterEqual(zero), v.Mul(e)).Div(one.Add(e)))
		}
	}
	affineSiLUTail(dst, x, a, b, ld, pixels, i)
}

func softmaxRow(dst, x []float32, s float32) {
	d, p, w := base(dst), base(x), lanes()
	// whole is a multiple of every vector length, so that the tail starts at
	// partial sum 0 whatever the length.
	whole := len(dst) / softmaxLanes * softmaxLanes
	vs, vtop := simd.BroadcastFloat32s(s), simd.BroadcastFloat32s(float32(math.Inf(-1)))
	for i := 0; i < whole; i += w {
		v := load(p, i).Mul(vs)
		store(d, i, v)
		vtop = v.IfElse(v.Greater(vtop), vtop)
	}
	var part [softmaxLanes]float32
	q := base(part[:])
	store(q, 0, vtop)
	top := part[0]
	for _, v := range part[1:w] {
		if v > top {
			top = v
		}
	}
	top = softmaxTop(dst[whole:], x[whole:], s, top)
	clear(part[:])
	vtop = simd.BroadcastFloat32s(top)
	for i := 0; i < whole; i += w {
		u := load(d, i).Sub(vtop)
		t, r := expSplit(u)
		e := expJoin(u, t, expPoly(r))
		store(d, i, e)
		l := i % softmaxLanes
		store(q, l, load(q, l).Add(e))
	}
	softmaxExp(dst[whole:], top, &part)
	scale(dst, dst, 1/fold(&part))
}
