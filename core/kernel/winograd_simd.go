//go:build goexperiment.simd && !purego

package kernel

import (
	"simd"
	"unsafe"
)

// Each function is its generic twin for whole vectors of channels.

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
	var t [16 * maxLanes]float32
	w := lanes()
	if c < w {
		winogradIn2Generic(v, d, plane, line, c)
		return
	}
	for at := 0; at < c; at += w {
		l := min(at, c-w) // the last vector may overlap the one before
		q, x := base(t[:]), base(d[l:])
		for j := 0; j < 4; j++ {
			d0, d1, d2, d3 := load(x, 0), load(x, line), load(x, 2*line), load(x, 3*line)
			store(q, 0, d2.Sub(d0))
			store(q, 4*maxLanes, d2.Add(d1))
			store(q, 8*maxLanes, d2.Sub(d1))
			store(q, 12*maxLanes, d3.Sub(d1))
			q, x = unsafe.Add(q, 4*maxLanes), unsafe.Add(x, 4*c)
		}
		q, o := base(t[:]), base(v[l:])
		// o stays: after the last pass it would point behind v, which the collector must not meet.
		for j := 0; j < 4; j++ {
			d0, d1, d2, d3 := load(q, 0), load(q, maxLanes), load(q, 2*maxLanes), load(q, 3*maxLanes)
			store(o, (4*j+0)*plane, d2.Sub(d0))
			store(o, (4*j+1)*plane, d2.Add(d1))
			store(o, (4*j+2)*plane, d2.Sub(d1))
			store(o, (4*j+3)*plane, d3.Sub(d1))
			q = unsafe.Add(q, 4*4*maxLanes)
		}
	}
}

func winogradOut(dst, m, row, res []float32, scale float32, tile, plane, line, pixel int) {
	width := panelWidth()
	if tile == 2 {
		winogradOut2x2(dst, m, row, res, scale, plane, line, pixel, width)
	} else {
		winogradOut4x4(dst, m, row, res, scale, plane, line, pixel, width)
	}
}

func winogradOut4x4(dst, m, row, res []float32, scale float32, plane, line, pixel, width int) {
	var t [24 * maxLanes]float32 // [4][6] vectors
	s := simd.BroadcastFloat32s(scale)
	for l := 0; l < width; l += s.Len() {
		q, x := base(t[:]), base(m[l:])
		for j := 0; j < 6; j++ {
			m0, m1, m2 := load(x, 0), load(x, 6*plane), load(x, 12*plane)
			m3, m4, m5 := load(x, 18*plane), load(x, 24*plane), load(x, 30*plane)
			y0, y1, y2, y3 := winogradOutVector(m0, m1, m2, m3, m4, m5)
			store(q, 0, y0)
			store(q, 6*maxLanes, y1)
			store(q, 12*maxLanes, y2)
			store(q, 18*maxLanes, y3)
			q, x = unsafe.Add(q, 4*maxLanes), unsafe.Add(x, 4*plane)
		}
		q, r := base(t[:]), load(base(row[l:]), 0)
		for i := 0; i < 4; i++ {
			m0, m1, m2 := load(q, 0), load(q, maxLanes), load(q, 2*maxLanes)
			m3, m4, m5 := load(q, 3*maxLanes), load(q, 4*maxLanes), load(q, 5*maxLanes)
			y0, y1, y2, y3 := winogradOutVector(m0, m1, m2, m3, m4, m5)
			y0, y1, y2, y3 = y0.Add(r), y1.Add(r), y2.Add(r), y3.Add(r)
			if res != nil {
				p := base(res[i*line+l:])
				y0, y1 = y0.Add(load(p, 0)).Mul(s), y1.Add(load(p, pixel)).Mul(s)
				y2, y3 = y2.Add(load(p, 2*pixel)).Mul(s), y3.Add(load(p, 3*pixel)).Mul(s)
			}
			p := base(dst[i*line+l:])
			store(p, 0, y0)
			store(p, pixel, y1)
			store(p, 2*pixel, y2)
			store(p, 3*pixel, y3)
			q = unsafe.Add(q, 4*6*maxLanes)
		}
	}
}

func winogradOutVector(m0, m1, m2, m3, m4, m5 simd.Float32s) (y0, y1, y2, y3 simd.Float32s) {
	ea, oa, eb, ob := m1.Add(m2), m1.Sub(m2), m3.Add(m4), m3.Sub(m4)
	y0 = ea.Add(eb).Add(m0)
	y1 = simd.BroadcastFloat32s(wa).Mul(oa).Add(simd.BroadcastFloat32s(wb).Mul(ob))
	y2 = simd.BroadcastFloat32s(wa2).Mul(ea).Add(simd.BroadcastFloat32s(wb2).Mul(eb))
	y3 = simd.BroadcastFloat32s(wa3).Mul(oa).Add(simd.BroadcastFloat32s(wb3).Mul(ob)).Add(m5)
	return y0, y1, y2, y3
}

func winogradOut2x2(dst, m, row, res []float32, scale float32, plane, line, pixel, width int) {
	var t [8 * maxLanes]float32 // [2][4] vectors
	s := simd.BroadcastFloat32s(scale)
	for l := 0; l < width; l += s.Len() {
		q, x := base(t[:]), base(m[l:])
		for j := 0; j < 4; j++ {
			m0, m1, m2, m3 := load(x, 0), load(x, 4*plane), load(x, 8*plane), load(x, 12*plane)
			store(q, 0, m1.Add(m2).Add(m0))
			store(q, 4*maxLanes, m1.Sub(m2).Add(m3))
			q, x = unsafe.Add(q, 4*maxLanes), unsafe.Add(x, 4*plane)
		}
		q, r := base(t[:]), load(base(row[l:]), 0)
		for i := 0; i < 2; i++ {
			m0, m1, m2, m3 := load(q, 0), load(q, maxLanes), load(q, 2*maxLanes), load(q, 3*maxLanes)
			y0, y1 := m1.Add(m2).Add(m0).Add(r), m1.Sub(m2).Add(m3).Add(r)
			if res != nil {
				p := base(res[i*line+l:])
				y0, y1 = y0.Add(load(p, 0)).Mul(s), y1.Add(load(p, pixel)).Mul(s)
			}
			p := base(dst[i*line+l:])
			store(p, 0, y0)
			store(p, pixel, y1)
			q = unsafe.Add(q, 4*4*maxLanes)
		}
	}
}
