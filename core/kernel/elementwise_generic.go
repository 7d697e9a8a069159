package kernel

func addGeneric(dst, a, b []float32) {
	for i, v := range a {
		dst[i] = v + b[i]
	}
}

func scaleGeneric(dst, x []float32, s float32) {
	for i, v := range x {
		dst[i] = v * s
	}
}

// addRowsGeneric adds row to each consecutive run of len(row) > 0 floats.
func addRowsGeneric(dst, x, row []float32) {
	for ; len(x) >= len(row); dst, x = dst[len(row):], x[len(row):] {
		addGeneric(dst[:len(row)], x[:len(row)], row)
	}
}

// affineRowsGeneric computes dst = x·a + b over runs of len(a) > 0 floats that
// start ld apart; the last run may end the slice.
func affineRowsGeneric(dst, x, a, b []float32, ld int) {
	for {
		for j, v := range x[:len(a)] {
			dst[j] = float32(v*a[j]) + b[j]
		}
		if len(x) < ld+len(a) {
			return
		}
		dst, x = dst[ld:], x[ld:]
	}
}
