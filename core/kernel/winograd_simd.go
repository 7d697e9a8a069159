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
// columns, wrote where the tile's points are. The input transform with tiles of 4
// is no loop: two of them take half as long again.

func winogradIn4(v, d []float32, plane, line, c int) {
	// The two passes meet in t, [6][6] vectors.
	var t [36 * maxLanes]float32
	w := lanes()
	if c < w {
		winogradIn4Generic(v, d, plane, line, c)
		return
	}
	for at := 0; at < c; at += w {
		l := min(at, c-w) // the last vector may overlap the one before
		q, x := base(t[:]), base(d[l:])
		{
			d0, d1, d2 := load(x, 0), load(x, line), load(x, 2*line)
			d3, d4, d5 := load(x, 3*line), load(x, 4*line), load(x, 5*line)
			v0, v1, v2, v3, v4, v5 := winogradInVector(d0, d1, d2, d3, d4, d5)
			store(q, 0, v0)
			store(q, 6*maxLanes, v1)
			store(q, 12*maxLanes, v2)
			store(q, 18*maxLanes, v3)
			store(q, 24*maxLanes, v4)
			store(q, 30*maxLanes, v5)
			d0, d1, d2 = load(x, c), load(x, c+line), load(x, c+2*line)
			d3, d4, d5 = load(x, c+3*line), load(x, c+4*line), load(x, c+5*line)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(q, maxLanes, v0)
			store(q, 7*maxLanes, v1)
			store(q, 13*maxLanes, v2)
			store(q, 19*maxLanes, v3)
			store(q, 25*maxLanes, v4)
			store(q, 31*maxLanes, v5)
			d0, d1, d2 = load(x, 2*c), load(x, 2*c+line), load(x, 2*c+2*line)
			d3, d4, d5 = load(x, 2*c+3*line), load(x, 2*c+4*line), load(x, 2*c+5*line)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(q, 2*maxLanes, v0)
			store(q, 8*maxLanes, v1)
			store(q, 14*maxLanes, v2)
			store(q, 20*maxLanes, v3)
			store(q, 26*maxLanes, v4)
			store(q, 32*maxLanes, v5)
			d0, d1, d2 = load(x, 3*c), load(x, 3*c+line), load(x, 3*c+2*line)
			d3, d4, d5 = load(x, 3*c+3*line), load(x, 3*c+4*line), load(x, 3*c+5*line)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(q, 3*maxLanes, v0)
			store(q, 9*maxLanes, v1)
			store(q, 15*maxLanes, v2)
			store(q, 21*maxLanes, v3)
			store(q, 27*maxLanes, v4)
			store(q, 33*maxLanes, v5)
			d0, d1, d2 = load(x, 4*c), load(x, 4*c+line), load(x, 4*c+2*line)
			d3, d4, d5 = load(x, 4*c+3*line), load(x, 4*c+4*line), load(x, 4*c+5*line)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(q, 4*maxLanes, v0)
			store(q, 10*maxLanes, v1)
			store(q, 16*maxLanes, v2)
			store(q, 22*maxLanes, v3)
			store(q, 28*maxLanes, v4)
			store(q, 34*maxLanes, v5)
			d0, d1, d2 = load(x, 5*c), load(x, 5*c+line), load(x, 5*c+2*line)
			d3, d4, d5 = load(x, 5*c+3*line), load(x, 5*c+4*line), load(x, 5*c+5*line)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(q, 5*maxLanes, v0)
			store(q, 11*maxLanes, v1)
			store(q, 17*maxLanes, v2)
			store(q, 23*maxLanes, v3)
			store(q, 29*maxLanes, v4)
			store(q, 35*maxLanes, v5)
		}
		q, o := base(t[:]), base(v[l:])
		{
			d0, d1, d2 := load(q, 0), load(q, maxLanes), load(q, 2*maxLanes)
			d3, d4, d5 := load(q, 3*maxLanes), load(q, 4*maxLanes), load(q, 5*maxLanes)
			v0, v1, v2, v3, v4, v5 := winogradInVector(d0, d1, d2, d3, d4, d5)
			store(o, 0, v0)
			store(o, plane, v1)
			store(o, 2*plane, v2)
			store(o, 3*plane, v3)
			store(o, 4*plane, v4)
			store(o, 5*plane, v5)
			d0, d1, d2 = load(q, 6*maxLanes), load(q, 7*maxLanes), load(q, 8*maxLanes)
			d3, d4, d5 = load(q, 9*maxLanes), load(q, 10*maxLanes), load(q, 11*maxLanes)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(o, 6*plane, v0)
			store(o, 7*plane, v1)
			store(o, 8*plane, v2)
			store(o, 9*plane, v3)
			store(o, 10*plane, v4)
			store(o, 11*plane, v5)
			d0, d1, d2 = load(q, 12*maxLanes), load(q, 13*maxLanes), load(q, 14*maxLanes)
			d3, d4, d5 = load(q, 15*maxLanes), load(q, 16*maxLanes), load(q, 17*maxLanes)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(o, 12*plane, v0)
			store(o, 13*plane, v1)
			store(o, 14*plane, v2)
			store(o, 15*plane, v3)
			store(o, 16*plane, v4)
			store(o, 17*plane, v5)
			d0, d1, d2 = load(q, 18*maxLanes), load(q, 19*maxLanes), load(q, 20*maxLanes)
			d3, d4, d5 = load(q, 21*maxLanes), load(q, 22*maxLanes), load(q, 23*maxLanes)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(o, 18*plane, v0)
			store(o, 19*plane, v1)
			store(o, 20*plane, v2)
			store(o, 21*plane, v3)
			store(o, 22*plane, v4)
			store(o, 23*plane, v5)
			d0, d1, d2 = load(q, 24*maxLanes), load(q, 25*maxLanes), load(q, 26*maxLanes)
			d3, d4, d5 = load(q, 27*maxLanes), load(q, 28*maxLanes), load(q, 29*maxLanes)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(o, 24*plane, v0)
			store(o, 25*plane, v1)
			store(o, 26*plane, v2)
			store(o, 27*plane, v3)
			store(o, 28*plane, v4)
			store(o, 29*plane, v5)
			d0, d1, d2 = load(q, 30*maxLanes), load(q, 31*maxLanes), load(q, 32*maxLanes)
			d3, d4, d5 = load(q, 33*maxLanes), load(q, 34*maxLanes), load(q, 35*maxLanes)
			v0, v1, v2, v3, v4, v5 = winogradInVector(d0, d1, d2, d3, d4, d5)
			store(o, 30*plane, v0)
			store(o, 31*plane, v1)
			store(o, 32*plane, v2)
			store(o, 33*plane, v3)
			store(o, 34*plane, v4)
			store(o, 35*plane, v5)
		}
	}
}

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

func winogradOut4x4(dst, m unsafe.Pointer, row simd.Float32s, res unsafe.Pointer, scale float32, plane, line, pixel int) {
	a, a2, a3 := simd.BroadcastFloat32s(wa), simd.BroadcastFloat32s(wa2), simd.BroadcastFloat32s(wa3)
	b, b2, b3 := simd.BroadcastFloat32s(wb), simd.BroadcastFloat32s(wb2), simd.BroadcastFloat32s(wb3)
	q1, q2, q3 := unsafe.Add(m, 24*plane), unsafe.Add(m, 48*plane), unsafe.Add(m, 72*plane)
	q4, q5 := unsafe.Add(m, 96*plane), unsafe.Add(m, 120*plane)
	j := 0
	for {
		m1, m2, m3, m4 := load(q1, j), load(q2, j), load(q3, j), load(q4, j)
		ea, oa, eb, ob := m1.Add(m2), m1.Sub(m2), m3.Add(m4), m3.Sub(m4)
		store(m, j, ea.Add(eb).Add(load(m, j)))
		store(q1, j, a.Mul(oa).Add(b.Mul(ob)))
		store(q2, j, a2.Mul(ea).Add(b2.Mul(eb)))
		store(q3, j, a3.Mul(oa).Add(b3.Mul(ob)).Add(load(q5, j)))
		if j += plane; j == 6*plane {
			break
		}
	}
	q1, q2, q3 = unsafe.Add(m, 4*plane), unsafe.Add(m, 8*plane), unsafe.Add(m, 12*plane)
	q4, q5 = unsafe.Add(m, 16*plane), unsafe.Add(m, 20*plane)
	d1, d2, d3 := unsafe.Add(dst, 4*pixel), unsafe.Add(dst, 8*pixel), unsafe.Add(dst, 12*pixel)
	i := 0
	if res == nil {
		for {
			j := 6 * i * plane
			m1, m2, m3, m4 := load(q1, j), load(q2, j), load(q3, j), load(q4, j)
			ea, oa, eb, ob := m1.Add(m2), m1.Sub(m2), m3.Add(m4), m3.Sub(m4)
			store(dst, i*line, ea.Add(eb).Add(load(m, j)).Add(row))
			store(d1, i*line, a.Mul(oa).Add(b.Mul(ob)).Add(row))
			store(d2, i*line, a2.Mul(ea).Add(b2.Mul(eb)).Add(row))
			store(d3, i*line, a3.Mul(oa).Add(b3.Mul(ob)).Add(load(q5, j)).Add(row))
			if i++; i == 4 {
				break
			}
		}
		return
	}
	s := simd.BroadcastFloat32s(scale)
	r1, r2, r3 := unsafe.Add(res, 4*pixel), unsafe.Add(res, 8*pixel), unsafe.Add(res, 12*pixel)
	for {
		j := 6 * i * plane
		m1, m2, m3, m4 := load(q1, j), load(q2, j), load(q3, j), load(q4, j)
		ea, oa, eb, ob := m1.Add(m2), m1.Sub(m2), m3.Add(m4), m3.Sub(m4)
		store(dst, i*line, ea.Add(eb).Add(load(m, j)).Add(row).Add(load(res, i*line)).Mul(s))
		store(d1, i*line, a.Mul(oa).Add(b.Mul(ob)).Add(row).Add(load(r1, i*line)).Mul(s))
		store(d2, i*line, a2.Mul(ea).Add(b2.Mul(eb)).Add(row).Add(load(r2, i*line)).Mul(s))
		store(d3, i*line, a3.Mul(oa).Add(b3.Mul(ob)).Add(load(q5, j)).Add(row).Add(load(r3, i*line)).Mul(s))
		if i++; i == 4 {
			break
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
