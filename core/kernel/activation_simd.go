//go:build goexperiment.simd && !purego

package kernel

import (
	"math"
	"simd"
)

// expVec is expGeneric in every lane.
func expVec(x simd.Float32s) simd.Float32s {
	shift := simd.BroadcastFloat32s(expShift)
	t := x.Mul(simd.BroadcastFloat32s(log2e)).Add(shift)
	n := t.Sub(shift)
	r := x.Sub(n.Mul(simd.BroadcastFloat32s(ln2Hi)))
	r = r.Sub(n.Mul(simd.BroadcastFloat32s(ln2Lo)))
	p := simd.BroadcastFloat32s(expC6).Mul(r).Add(simd.BroadcastFloat32s(expC5))
	p = p.Mul(r).Add(simd.BroadcastFloat32s(expC4))
	p = p.Mul(r).Add(simd.BroadcastFloat32s(expC3))
	p = p.Mul(r).Add(simd.BroadcastFloat32s(expC2))
	p = p.Mul(r).Mul(r).Add(r)
	y := p.Add(simd.BroadcastFloat32s(1)).Mul(t.ToBits().ShiftAllLeft(23).BitsToFloat32())
	return simd.BroadcastFloat32s(0).IfElse(x.Less(simd.BroadcastFloat32s(expMin)), y)
}

func silu(dst, x []float32) {
	one, zero := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(0)
	w, i := one.Len(), 0
	for ; i+w <= len(dst); i += w {
		v := simd.LoadFloat32s(x[i:])
		e := expVec(v.Abs().Neg())
		v.IfElse(v.GreaterEqual(zero), v.Mul(e)).Div(one.Add(e)).Store(dst[i:])
	}
	siluGeneric(dst[i:], x[i:])
}

func softmaxRow(dst, x []float32, s float32) {
	vs, top := simd.BroadcastFloat32s(s), simd.BroadcastFloat32s(float32(math.Inf(-1)))
	w := vs.Len()
	// whole is a multiple of every vector length, so that the tail starts at
	// partial sum 0 whatever the length.
	whole := len(dst) / softmaxLanes * softmaxLanes
	for i := 0; i < whole; i += w {
		v := simd.LoadFloat32s(x[i:]).Mul(vs)
		v.Store(dst[i:])
		top = v.IfElse(v.Greater(top), top)
	}
	var part [softmaxLanes]float32
	top.Store(part[:])
	m := softmaxTop(dst[whole:], x[whole:], s, part[0])
	for _, v := range part[1:w] {
		if v > m {
			m = v
		}
	}
	clear(part[:])
	vm := simd.BroadcastFloat32s(m)
	for i := 0; i < whole; i += softmaxLanes {
		for l := 0; l < softmaxLanes; l += w {
			e := expVec(simd.LoadFloat32s(dst[i+l:]).Sub(vm))
			e.Store(dst[i+l:])
			simd.LoadFloat32s(part[l:]).Add(e).Store(part[l:])
		}
	}
	softmaxExp(dst[whole:], m, &part)
	scale(dst, dst, 1/fold(&part))
}
