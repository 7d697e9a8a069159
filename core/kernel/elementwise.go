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
