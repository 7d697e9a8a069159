package main

import "fmt"

// points is how many points a tile of 4x4 pixels has in a line and in a column.
const points = 6

// winograd writes both transforms of tiles of 4x4.
func winograd(t *text) {
	t.line("import (\n\"simd\"\n\"unsafe\"\n)\n")
	winogradIn(t)
	winogradOut(t)
}

// winogradIn writes winogradIn4: the transform over the columns, and that over the
// rows of what it gave.
func winogradIn(t *text) {
	t.line(`// winogradIn4 is winogradIn4Generic for whole vectors of channels. It is no loop: two
// of them take half as long again.
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
		{`)
	for j := range points {
		transform(t, j == 0,
			func(i int) string { return "x, " + plus(times(j, "c"), times(i, "line")) },
			func(i int) string { return "q, " + times(points*i+j, "maxLanes") })
	}
	t.line("}\nq, o := base(t[:]), base(v[l:])\n{")
	for i := range points {
		transform(t, i == 0,
			func(j int) string { return "q, " + times(points*i+j, "maxLanes") },
			func(j int) string { return "o, " + times(points*i+j, "plane") })
	}
	t.line("}\n}\n}")
}

// transform writes one transform of six vectors: from and to say where each is.
func transform(t *text, first bool, from, to func(int) string) {
	set := "="
	if first {
		set = ":="
	}
	t.line("d0, d1, d2 %s load(%s), load(%s), load(%s)", set, from(0), from(1), from(2))
	t.line("d3, d4, d5 %s load(%s), load(%s), load(%s)", set, from(3), from(4), from(5))
	t.line("v0, v1, v2, v3, v4, v5 %s winogradInVector(d0, d1, d2, d3, d4, d5)", set)
	for i := range points {
		t.line("store(%s, v%d)", to(i), i)
	}
}

// winogradOut writes winogradOut4x4. Its second pass stands twice, with and without
// a residual: a branch inside would undo the single basic block.
func winogradOut(t *text) {
	t.line(`
// winogradOut4x4 is winogradOutGeneric for a tile of 4 and one vector of channels.
func winogradOut4x4(dst, m unsafe.Pointer, row simd.Float32s, res unsafe.Pointer, scale float32, plane, line, pixel int) {
	a, a2, a3 := simd.BroadcastFloat32s(wa), simd.BroadcastFloat32s(wa2), simd.BroadcastFloat32s(wa3)
	b, b2, b3 := simd.BroadcastFloat32s(wb), simd.BroadcastFloat32s(wb2), simd.BroadcastFloat32s(wb3)
	q1, q2, q3 := unsafe.Add(m, 24*plane), unsafe.Add(m, 48*plane), unsafe.Add(m, 72*plane)
	q4, q5 := unsafe.Add(m, 96*plane), unsafe.Add(m, 120*plane)
	j := 0
	for {`)
	lines(t, [4]string{"m", "q1", "q2", "q3"}, "j", "")
	t.line(`if j += plane; j == 6*plane {
			break
		}
	}
	q1, q2, q3 = unsafe.Add(m, 4*plane), unsafe.Add(m, 8*plane), unsafe.Add(m, 12*plane)
	q4, q5 = unsafe.Add(m, 16*plane), unsafe.Add(m, 20*plane)
	d1, d2, d3 := unsafe.Add(dst, 4*pixel), unsafe.Add(dst, 8*pixel), unsafe.Add(dst, 12*pixel)
	i := 0
	if res == nil {`)
	pixels(t, ".Add(row)")
	t.line(`return
	}
	s := simd.BroadcastFloat32s(scale)
	r1, r2, r3 := unsafe.Add(res, 4*pixel), unsafe.Add(res, 8*pixel), unsafe.Add(res, 12*pixel)`)
	pixels(t, ".Add(row).Add(load(%s, i*line)).Mul(s)")
	t.line("}")
}

// pixels writes the second pass with an epilogue behind each sum.
func pixels(t *text, epilogue string) {
	t.line("for {\nj := 6 * i * plane")
	lines(t, [4]string{"dst", "d1", "d2", "d3"}, "i*line", epilogue)
	t.line("if i++; i == 4 {\nbreak\n}\n}")
}

// lines writes the transform of the six vectors at j of m and q1 to q5 into four,
// each at a place of its own; the epilogue may name where its residual is.
func lines(t *text, to [4]string, at, epilogue string) {
	t.line("m1, m2, m3, m4 := load(q1, j), load(q2, j), load(q3, j), load(q4, j)")
	t.line("ea, oa, eb, ob := m1.Add(m2), m1.Sub(m2), m3.Add(m4), m3.Sub(m4)")
	for i, sum := range []string{
		"ea.Add(eb).Add(load(m, j))",
		"a.Mul(oa).Add(b.Mul(ob))",
		"a2.Mul(ea).Add(b2.Mul(eb))",
		"a3.Mul(oa).Add(b3.Mul(ob)).Add(load(q5, j))",
	} {
		behind := epilogue
		if behind != "" && behind != ".Add(row)" {
			behind = fmt.Sprintf(epilogue, [4]string{"res", "r1", "r2", "r3"}[i])
		}
		t.line("store(%s, %s, %s%s)", to[i], at, sum, behind)
	}
}
