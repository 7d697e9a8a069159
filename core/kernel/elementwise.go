package kernel

// Elementwise operations. dst may be the very slice of an input, at the same
// offset; otherwise they do not overlap.

// Add computes dst[i] = a[i] + b[i]. The three lengths are equal.
func Add(dst, a, b []float32) {
	if len(a) != len(dst) || len(b) != len(dst) {
		panic("kernel: Add: lengths differ")
	}
	add(dst, a, b)
}

// Scale computes dst[i] = x[i]·s. The two lengths are equal.
func Scale(dst, x []float32, s float32) {
	if len(x) != len(dst) {
		panic("kernel: Scale: lengths differ")
	}
	scale(dst, x, s)
}

// AddBias adds bias [cols] to every row of dst [rows,cols].
func AddBias(dst, bias []float32, rows, cols int) {
	if rows < 0 || cols < 0 || len(dst) < rows*cols || len(bias) < cols {
		panic("kernel: AddBias: slice too short")
	}
	if cols > 0 {
		addRows(dst[:rows*cols], dst[:rows*cols], bias[:cols])
	}
}

// AddRow adds one row per picture, such as a time embedding, to every pixel:
// dst, x [n,hw,c], row [n,c], with n = len(dst)/(hw·c).
func AddRow(dst, x, row []float32, hw, c int) {
	n := pictures("kernel: AddRow: lengths disagree", dst, x, hw, c)
	if len(row) != n*c {
		panic("kernel: AddRow: lengths disagree")
	}
	for i := range n {
		p, q := i*hw*c, (i+1)*hw*c
		addRows(dst[p:q], x[p:q], row[i*c:(i+1)*c])
	}
}

// ScaleShift computes x·(1+scale) + shift with one row per picture: dst, x
// [n,hw,c], scale, shift [n,c], with n = len(dst)/(hw·c).
func ScaleShift(dst, x, scale, shift []float32, hw, c int) {
	n := pictures("kernel: ScaleShift: lengths disagree", dst, x, hw, c)
	if len(scale) != n*c || len(shift) != n*c {
		panic("kernel: ScaleShift: lengths disagree")
	}
	var gain [64]float32
	for i := range n {
		out, in := dst[i*hw*c:(i+1)*hw*c], x[i*hw*c:(i+1)*hw*c]
		for j := 0; j < c; j += len(gain) {
			a := gain[:min(len(gain), c-j)]
			for l := range a {
				a[l] = 1 + scale[i*c+j+l]
			}
			affineRows(out[j:], in[j:], a, shift[i*c+j:][:len(a)], c)
		}
	}
}

// pictures returns how many [hw,c] pictures dst and x both hold.
func pictures(msg string, dst, x []float32, hw, c int) int {
	if hw < 0 || c < 0 || len(x) != len(dst) {
		panic(msg)
	}
	if hw*c == 0 {
		if len(dst) != 0 {
			panic(msg)
		}
		return 0
	}
	if len(dst)%(hw*c) != 0 {
		panic(msg)
	}
	return len(dst) / (hw * c)
}
