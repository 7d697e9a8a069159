package main

import "fmt"

// The tile of core/kernel/gemm_wasm.go: rows by vectors of accumulators, unroll
// steps of k a round.
const (
	rows    = 2
	vectors = 4
	lanes   = 4
	unroll  = 8
	columns = vectors * lanes
)

// tile writes tiles2x16.
func tile(t *text) {
	t.line(`import (
	"simd/archsimd"
	"unsafe"
)

// tiles2x16 writes m rows of %[1]d columns, %[2]d at a time: those of from plus the
// products of k floats of a with the rows of panel from first on. Rows of dst, from
// and a are ldd, ldf and lda floats apart; m is a multiple of tileRows, k of unroll,
// neither is 0.
//
// A loop that tests at its end, steps by one number and calls and checks nothing is
// a single basic block. Go's compiler keeps the order of the source in such a
// block; in others it puts sums for the next round behind all products, and runs
// out of vectors. internal/postlink makes it a loop of WebAssembly's. Pointers out
// of unsafe.Add and arrays of known length need no checks.
func tiles2x16(dst unsafe.Pointer, ldd int, from unsafe.Pointer, ldf int, a unsafe.Pointer, lda int, panel unsafe.Pointer, first, m, k int) {
	i := 0
	for {`, columns, rows)
	for r := range rows {
		t.line("%s := load16((*[panelCols]float32)(unsafe.Add(from, %s)))", accumulators(r), row(r, "ldf"))
	}
	t.line("p0, p1 := unsafe.Add(a, %s), unsafe.Add(a, %s)", row(0, "lda"), row(1, "lda"))
	t.line(`at := 0
		for {
			w := (*[unroll * panelCols]float32)(unsafe.Add(panel, 4*panelCols*(first+at)))
			r0, r1 := (*[unroll]float32)(unsafe.Add(p0, 4*at)), (*[unroll]float32)(unsafe.Add(p1, 4*at))`)
	for step := range unroll {
		products(t, step)
	}
	t.line(`if at += unroll; at == k {
				break
			}
		}`)
	for r := range rows {
		t.line("store16((*[panelCols]float32)(unsafe.Add(dst, %s)), %s)", row(r, "ldd"), accumulators(r))
	}
	t.line(`if i += tileRows; i == m {
			break
		}
	}
}`)
}

// products writes one step of k: a product, a product, a sum, a sum is worth 5 %
// over product, sum, product, sum.
func products(t *text, step int) {
	set := func(first bool) string {
		if first {
			return ":="
		}
		return "="
	}
	t.line("t0, t1 %s archsimd.BroadcastFloat32x4(r0[%[2]d]), archsimd.BroadcastFloat32x4(r1[%[2]d])", set(step == 0), step)
	for v := range vectors {
		at := step*columns + v*lanes
		first := step == 0 && v == 0
		t.line("v %s archsimd.LoadFloat32x4Array((*[4]float32)(w[%d:%d]))", set(first), at, at+lanes)
		t.line("x, y %s t0.Mul(v), t1.Mul(v)", set(first))
		t.line("c0%[1]d, c1%[1]d = x.Add(c0%[1]d), y.Add(c1%[1]d)", v)
	}
}

// accumulators names those of a row.
func accumulators(row int) string {
	s := ""
	for v := range vectors {
		if v > 0 {
			s += ", "
		}
		s += fmt.Sprintf("c%d%d", row, v)
	}
	return s
}

// row is where row i+r begins, in bytes, of rows that are so many floats apart.
func row(r int, apart string) string {
	if r == 0 {
		return "4*i*" + apart
	}
	return fmt.Sprintf("4*(i+%d)*%s", r, apart)
}
