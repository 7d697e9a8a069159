package kernel

// Pack transforms a torch weight w [Cout][Cin][3][3] in float64, rounds once
// and writes panels [panel][point][Cin][width], the last padded with zeros.
func (s Winograd) Pack(dst, w []float32) {
	if len(dst) < s.PackedLen() || len(w) < 9*s.Cin*s.Cout {
		panic("kernel: Winograd.Pack: slice too short")
	}
	filterSlot.run(filterJob{s, dst, w}, s.Panels(), s.points()*s.Cin*s.Cout*workPack)
}

// filterJob is a Pack by panels.
type filterJob struct {
	s      Winograd
	dst, w []float32
}

var filterSlot slot[filterJob]

// packBlock is how many floats of each point are transformed before they go to
// their places: points are so far apart that a filter at a time would fetch a
// line of the cache for every single number. It is as wide as the widest panel.
const packBlock = 32

func (j filterJob) share(from, to int) {
	s, width := &j.s, panelWidth()
	points, channels := s.points(), packBlock/width
	size := points * s.Cin * width
	var u [36 * packBlock]float32 // [point][channel][width]
	for panel := from; panel < to; panel++ {
		out, first := j.dst[panel*size:][:size], panel*width
		filters := min(width, s.Cout-first)
		if filters < width {
			u = [36 * packBlock]float32{}
		}
		for c := 0; c < s.Cin; c += channels {
			end := min(c+channels, s.Cin)
			for o := range filters {
				w := j.w[((first+o)*s.Cin+c)*9:][:(end-c)*9]
				for at := o; len(w) >= 9; at += width {
					if s.Tile == 4 {
						winogradFilter4(&u, at, (*[9]float32)(w))
					} else {
						winogradFilter2(&u, at, (*[9]float32)(w))
					}
					w = w[9:]
				}
			}
			for p := range points {
				copy(out[(p*s.Cin+c)*width:(p*s.Cin+end)*width], u[p*packBlock:])
			}
		}
	}
}

// winogradFilter4 writes G g Gᵀ for m = 4 to number at of each point.
func winogradFilter4(u *[36 * packBlock]float32, at int, g *[9]float32) {
	var t [18]float64 // G g, [6][3]
	for x := range 3 {
		q := t[x:][:16]
		q[0], q[3], q[6], q[9], q[12], q[15] = winogradG4(float64(g[x]), float64(g[3+x]), float64(g[6+x]))
	}
	for i := range 6 {
		q := u[6*i*packBlock+at:][:5*packBlock+1]
		u0, u1, u2, u3, u4, u5 := winogradG4(t[3*i], t[3*i+1], t[3*i+2])
		q[0], q[packBlock], q[2*packBlock] = float32(u0), float32(u1), float32(u2)
		q[3*packBlock], q[4*packBlock], q[5*packBlock] = float32(u3), float32(u4), float32(u5)
	}
}

// winogradG4 returns G·(g0, g1, g2) for m = 4.
func winogradG4(g0, g1, g2 float64) (u0, u1, u2, u3, u4, u5 float64) {
	// v(±a) = 2a²(a²−b²), v(±b) = 2b²(b²−a²), v(0) = a²b².
	const va, vb = 2 * wa2 * (wa2 - wb2), 2 * wb2 * (wb2 - wa2)
	ea, oa := g0+float64(wa2*g2), float64(wa*g1)
	eb, ob := g0+float64(wb2*g2), float64(wb*g1)
	return g0 / wProd, (ea + oa) / va, (ea - oa) / va, (eb + ob) / vb, (eb - ob) / vb, g2
}

// winogradFilter2 writes G g Gᵀ for m = 2 to number at of each point.
func winogradFilter2(u *[36 * packBlock]float32, at int, g *[9]float32) {
	var t [12]float64 // G g, [4][3]
	for x := range 3 {
		t[x], t[3+x], t[6+x], t[9+x] = winogradG2(float64(g[x]), float64(g[3+x]), float64(g[6+x]))
	}
	for i := range 4 {
		q := u[4*i*packBlock+at:][:3*packBlock+1]
		u0, u1, u2, u3 := winogradG2(t[3*i], t[3*i+1], t[3*i+2])
		q[0], q[packBlock], q[2*packBlock], q[3*packBlock] = float32(u0), float32(u1), float32(u2), float32(u3)
	}
}

// winogradG2 returns G·(g0, g1, g2) for m = 2.
func winogradG2(g0, g1, g2 float64) (u0, u1, u2, u3 float64) {
	e, o := (g0+g2)/2, g1/2
	return -g0, e + o, e - o, g2
}
