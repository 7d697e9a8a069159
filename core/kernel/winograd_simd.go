//go:build goexperiment.simd && !purego

package kernel

import (
	"simd"
	"unsafe"
)

// Each function is its generic twin for whole vectors of channels.
//
// A loop tests at its end and steps by one number, so that it is a single basic
// block: internal/postlink makes it a loop of WebAssembly's, whose vectors stay in
// registers. In such loops the second pass finds what the first one, over the
// columns, wrote where the tile's points are. tools/unroll writes winogradIn4 and
// winogradOut4x4.

func winogradInVector(d0, d1, d2, d3, d4, d5 simd.Float32s) (v0, v1, v2, v3, v4, v5 simd.Float32s) {
	prod, sum := simd.BroadcastFloat32s(wProd), simd.BroadcastFloat32s(wSum)
	a2, b2 := simd.BroadcastFloat32s(wa2), simd.BroadcastFloat32s(wb2)
	v0 = prod.Mul(d0).Sub(sum.Mul(d2)).Add(d4)
	v5 = prod.Mul(d1).Sub(sum.Mul(d3)).Add(d5)
	e, o := d4.Sub(b2.Mul(d2)), simd.BroadcastFloat32s(wa).Mul(d3.Sub(b2.Mul(d1)))
	v1, v2 = e.Add(o), e.Sub(o)
	e, o = d4.Sub(a2.Mul(d2)), simd.BroadcastFloat32s(wb).Mul(d3.Sub(a2.Mul(d1)))
	v3, v4 = e.Add(o), e.Sub(o)
	return v0, v1, v2, v3, v4, v5
}

func winogradIn2(v, d []float32, plane, line, c int) {
	w := lanes()
	if c < w {
		winogradIn2Generic(v, d, plane, line, c)
		return
	}
	for at := 0; at < c; at += w {
		l := min(at, c-w) // the last vector may overlap the one before
		x, o := unsafe.Add(base(d), 4*l), unsafe.Add(base(v), 4*l)
		j := 0
		for {
			d0, d1, d2, d3 := load(x, j*c), load(x, j*c+line), load(x, j*c+2*line), load(x, j*c+3*line)
			store(o, j*plane, d2.Sub(d0))
			store(o, (j+4)*plane, d2.Add(d1))
			store(o, (j+8)*plane, d2.Sub(d1))
			store(o, (j+12)*plane, d3.Sub(d1))
			if j++; j == 4 {
				break
			}
		}
		j = 0
		for {
			d0, d1, d2, d3 := load(o, j*plane), load(o, (j+1)*plane), load(o, (j+2)*plane), load(o, (j+3)*plane)
			store(o, j*plane, d2.Sub(d0))
			store(o, (j+1)*plane, d2.Add(d1))
			store(o, (j+2)*plane, d2.Sub(d1))
			store(o, (j+3)*plane, d3.Sub(d1))
			if j += 4; j == 16 {
				break
			}
		}
	}
}

func winogradOut(dst, m, row, res []float32, scale float32, tile, plane, line, pixel int) {
	d, p, r, w := base(dst), base(m), base(row), lanes()
	for l := 0; l < panelWidth(); l += w {
		var q unsafe.Pointer
		if res != nil {
			q = unsafe.Add(base(res), 4*l)
		}
		if tile == 2 {
			winogradOut2x2(unsafe.Add(d, 4*l), unsafe.Add(p, 4*l), load(r, l), q, scale, plane, line, pixel)
		} else {
			winogradOut4x4(unsafe.Add(d, 4*l), unsafe.Add(p, 4*l), load(r, l), q, scale, plane, line, pixel)
		}
	}
}

func winogradOut2x2(dst, m unsafe.Pointer, row simd.Float32s, res unsafe.Pointer, scale float32, plane, line, pixel int) {
	j := 0
	for {
		m1, m2 := load(m, j+4*plane), load(m, j+8*plane)
		store(m, j, m1.Add(m2).Add(load(m, j)))
		store(m, j+4*plane, m1.Sub(m2).Add(load(m, j+12*plane)))
		if j += plane; j == 4*plane {
			break
		}
	}
	s := simd.BroadcastFloat32s(scale)
	for i := 0; i < 2; i++ {
		p := unsafe.Add(m, 16*i*plane)
		m1, m2 := load(p, plane), load(p, 2*plane)
		y0, y1 := m1.Add(m2).Add(load(p, 0)).Add(row), m1.Sub(m2).Add(load(p, 3*plane)).Add(row)
		if res != nil {
			y0, y1 = y0.Add(load(res, i*line)).Mul(s), y1.Add(load(res, i*line+pixel)).Mul(s)
		}
		store(dst, i*line, y0)
		store(dst, i*line+pixel, y1)
	}
}
