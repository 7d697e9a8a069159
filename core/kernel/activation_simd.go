//go:build goexperiment.simd && !purego

package kernel

import (
	"math"
	"simd"
	"unsafe"
)

// pow2Generic in every lane, in two parts that each fit the compiler's budget
// for inlining. The constants are read from a table before a loop: V8 would make
// a splat of a constant anew wherever it is used.

// pow2Table holds each constant of pow2Generic in every lane.
var pow2Table = func() (table [9][maxLanes]float32) {
	for i, c := range [...]float32{pow2Shift, 1, pow2C1, pow2C2, pow2C3, pow2C4, pow2C5, pow2Zero, pow2Inf} {
		for j := range table[i] {
			table[i][j] = c
		}
	}
	return table
}()

func pow2Constants() (shift, one, c1, c2, c3, c4, c5 simd.Float32s, lo, hi simd.Int32s) {
	p := unsafe.Pointer(&pow2Table)
	shift, one, c1, c2 = load(p, 0), load(p, maxLanes), load(p, 2*maxLanes), load(p, 3*maxLanes)
	c3, c4, c5 = load(p, 4*maxLanes), load(p, 5*maxLanes), load(p, 6*maxLanes)
	lo, hi = load(p, 7*maxLanes).ToBits().BitsToInt32(), load(p, 8*maxLanes).ToBits().BitsToInt32()
	return shift, one, c1, c2, c3, c4, c5, lo, hi
}

// pow2Poly returns 2^f.
func pow2Poly(f, one, c1, c2, c3, c4, c5 simd.Float32s) simd.Float32s {
	g := f.Mul(f)
	p := c5.Mul(f).Add(c4).Mul(g).Add(c3.Mul(f).Add(c2))
	return p.Mul(g).Add(c1.Mul(f).Add(one))
}

// pow2Join returns p·2ⁿ with n from t, kept from lo to hi.
func pow2Join(p, t simd.Float32s, lo, hi simd.Int32s) simd.Float32s {
	n := t.ToBits().BitsToInt32().Max(lo).Min(hi)
	return p.Mul(n.ShiftAllLeft(23).ToBits().BitsToFloat32())
}

func silu(dst, x []float32) {
	shift, one, c1, c2, c3, c4, c5, lo, hi := pow2Constants()
	k := simd.BroadcastFloat32s(-log2e)
	d, p := base(dst), base(x)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		v := load(p, i)
		s := v.Mul(k)
		t := s.Add(shift)
		e := pow2Join(pow2Poly(s.Sub(t.Sub(shift)), one, c1, c2, c3, c4, c5), t, lo, hi)
		store(d, i, v.Div(one.Add(e)))
	}
	siluGeneric(dst[i:], x[i:])
}

func siluGrad(dst, x, dy []float32) {
	shift, one, c1, c2, c3, c4, c5, lo, hi := pow2Constants()
	k, zero := simd.BroadcastFloat32s(-log2e), simd.BroadcastFloat32s(0)
	d, p, g := base(dst), base(x), base(dy)
	w, i := lanes(), 0
	for ; i+w <= len(dst); i += w {
		v := load(p, i)
		s := v.Abs().Mul(k)
		t := s.Add(shift)
		e := pow2Join(pow2Poly(s.Sub(t.Sub(shift)), one, c1, c2, c3, c4, c5), t, lo, hi)
		q := one.Div(one.Add(e))
		r := e.Mul(q)
		store(d, i, load(g, i).Mul(v.Mul(r.Mul(q)).Add(q.IfElse(v.GreaterEqual(zero), r))))
	}
	siluGradGeneric(dst[i:], x[i:], dy[i:])
}

func affineSiLU(dst, x, a, b []float32, ld, pixels int) {
	shift, one, c1, c2, c3, c4, c5, lo, hi := pow2Constants()
	k := simd.BroadcastFloat32s(-log2e)
	g, h, n, w := base(a), base(b), len(a), lanes()
	whole := n / w * w
	for y := 0; y < pixels && whole > 0; y++ {
		d, p, i := unsafe.Add(base(dst), 4*y*ld), unsafe.Add(base(x), 4*y*n), 0
		for { // a basic block, as in winograd_simd.go
			v := load(p, i).Mul(load(g, i)).Add(load(h, i))
			s := v.Mul(k)
			t := s.Add(shift)
			e := pow2Join(pow2Poly(s.Sub(t.Sub(shift)), one, c1, c2, c3, c4, c5), t, lo, hi)
			store(d, i, v.Div(one.Add(e)))
			if i += w; i == whole {
				break
			}
		}
	}
	affineSiLUTail(dst, x, a, b, ld, pixels, whole)
}

func softmaxRow(dst, x []float32, s float32) {
	d, p, w, k := base(dst), base(x), lanes(), s*log2e
	// whole is a multiple of every vector length, so that the tail starts at
	// partial sum 0 whatever the length.
	whole := len(dst) / softmaxLanes * softmaxLanes
	var part [softmaxLanes]float32
	q := base(part[:])
	vtop := simd.BroadcastFloat32s(float32(math.Inf(-1)))
	for i := 0; i < whole; i += w {
		v := load(p, i)
		vtop = v.IfElse(v.Greater(vtop), vtop)
	}
	store(q, 0, vtop)
	scalarNext()
	top := softmaxTop(x[whole:], softmaxTop(part[:w], float32(math.Inf(-1))))
	clear(part[:])
	vk := simd.BroadcastFloat32s(k)
	vtop = simd.BroadcastFloat32s(top)
	least, zero := simd.BroadcastFloat32s(softmaxLeast), simd.BroadcastFloat32s(0)
	shift, one, c1, c2, c3, c4, c5, lo, hi := pow2Constants()
	for i := 0; i < whole; i += w {
		s := load(p, i).Sub(vtop).Mul(vk)
		t := s.Add(shift)
		e := pow2Join(pow2Poly(s.Sub(t.Sub(shift)), one, c1, c2, c3, c4, c5), t, lo, hi)
		e = zero.IfElse(s.Less(least), e)
		store(d, i, e)
		l := i % softmaxLanes
		store(q, l, load(q, l).Add(e))
	}
	scalarNext()
	softmaxExp(dst[whole:], x[whole:], top, k, &part)
	scale(dst, dst, 1/fold(&part))
	scalarNext()
}
