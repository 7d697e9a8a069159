package kernel

// winogradIn4Generic writes Bᵀ d B of channels [0,c) for m = 4: d has rows line
// floats apart of pixels [c], point (i, j) goes to v[(6i+j)·plane].
func winogradIn4Generic(v, d []float32, plane, line, c int) {
	for l := range c {
		var t [36]float32
		for j := range 6 {
			x := d[j*c+l:]
			t[j], t[6+j], t[12+j], t[18+j], t[24+j], t[30+j] = winogradIn(x[0], x[line], x[2*line], x[3*line], x[4*line], x[5*line])
		}
		for i := 0; i < 36; i += 6 {
			o := v[i*plane+l:]
			o[0], o[plane], o[2*plane], o[3*plane], o[4*plane], o[5*plane] = winogradIn(t[i], t[i+1], t[i+2], t[i+3], t[i+4], t[i+5])
		}
	}
}

// winogradIn returns Bᵀ·(d0, …, d5) for m = 4, points 0, a, −a, b, −b, ∞.
func winogradIn(d0, d1, d2, d3, d4, d5 float32) (v0, v1, v2, v3, v4, v5 float32) {
	v0 = (float32(wProd*d0) - float32(wSum*d2)) + d4
	v5 = (float32(wProd*d1) - float32(wSum*d3)) + d5
	e, o := d4-float32(wb2*d2), float32(wa*(d3-float32(wb2*d1)))
	v1, v2 = e+o, e-o
	e, o = d4-float32(wa2*d2), float32(wb*(d3-float32(wa2*d1)))
	v3, v4 = e+o, e-o
	return v0, v1, v2, v3, v4, v5
}

// winogradIn2Generic is winogradIn4Generic for m = 2. Bᵀ has the rows d2−d0
// (point 0, the sign being in G), d1+d2, d2−d1 and d3−d1.
func winogradIn2Generic(v, d []float32, plane, line, c int) {
	for l := range c {
		var t [16]float32
		for j := range 4 {
			x := d[j*c+l:]
			d0, d1, d2, d3 := x[0], x[line], x[2*line], x[3*line]
			t[j], t[4+j], t[8+j], t[12+j] = d2-d0, d2+d1, d2-d1, d3-d1
		}
		for i := 0; i < 16; i += 4 {
			o := v[i*plane+l:]
			o[0], o[plane], o[2*plane], o[3*plane] = t[i+2]-t[i], t[i+2]+t[i+1], t[i+2]-t[i+1], t[i+3]-t[i+1]
		}
	}
}

// winogradOutGeneric writes Aᵀ m A of one tile and panel with its epilogue: point
// p of channel l is m[p·plane+l], pixel (y, x) goes to dst[y·line+x·pixel+l].
// res (nil: none) has dst's layout and may be dst. The columns' results replace
// the first rows of m.
func winogradOutGeneric(dst, m, row, res []float32, scale float32, tile, plane, line, pixel, width int) {
	next := (tile + 2) * plane // the point below
	for l := range width {
		for j := range tile + 2 {
			if x := m[j*plane+l:]; tile == 2 {
				x[0], x[next] = winogradOut2(x[0], x[next], x[2*next], x[3*next])
			} else {
				x[0], x[next], x[2*next], x[3*next] = winogradOut4(x[0], x[next], x[2*next], x[3*next], x[4*next], x[5*next])
			}
		}
		for i := range tile {
			var y [4]float32
			if u := m[i*next+l:]; tile == 2 {
				y[0], y[1] = winogradOut2(u[0], u[plane], u[2*plane], u[3*plane])
			} else {
				y[0], y[1], y[2], y[3] = winogradOut4(u[0], u[plane], u[2*plane], u[3*plane], u[4*plane], u[5*plane])
			}
			for j, s := range y[:tile] {
				at := i*line + j*pixel + l
				s += row[l]
				if res != nil {
					s = (s + res[at]) * scale
				}
				dst[at] = s
			}
		}
	}
}

// winogradOut4 returns Aᵀ·(m0, …, m5) for m = 4.
func winogradOut4(m0, m1, m2, m3, m4, m5 float32) (y0, y1, y2, y3 float32) {
	ea, oa, eb, ob := m1+m2, m1-m2, m3+m4, m3-m4
	y0 = (ea + eb) + m0
	y1 = float32(wa*oa) + float32(wb*ob)
	y2 = float32(wa2*ea) + float32(wb2*eb)
	y3 = (float32(wa3*oa) + float32(wb3*ob)) + m5
	return y0, y1, y2, y3
}

// winogradOut2 returns Aᵀ·(m0, …, m3) for m = 2.
func winogradOut2(m0, m1, m2, m3 float32) (y0, y1 float32) {
	return (m1 + m2) + m0, (m1 - m2) + m3
}
