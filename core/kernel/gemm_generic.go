package kernel

// runs says where the elements of a row of a lie: count runs of k floats each,
// the starts stride apart. A matrix row is one run; the window of a 3x3
// convolution is three, one for each row of the filter.
type runs struct{ k, count, stride int }

// gemmPanelGeneric multiplies m rows of a, whose starts are lda apart, by one
// packed panel of the given width, of which cols columns are wanted. width is
// a multiple of 4.
func gemmPanelGeneric(dst []float32, ldd int, a []float32, lda int, panel []float32, m, cols int, r runs, accumulate bool, width int) {
	for i := range m {
		out := dst[i*ldd:][:cols]
		for j := 0; j < cols; j += 4 {
			var s [4]float32
			if accumulate {
				copy(s[:], out[j:])
			}
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			at := j
			for run := range r.count {
				for _, v := range a[i*lda+run*r.stride:][:r.k] {
					b := panel[at:][:4]
					at += width
					s0 = float32(v*b[0]) + s0
					s1 = float32(v*b[1]) + s1
					s2 = float32(v*b[2]) + s2
					s3 = float32(v*b[3]) + s3
				}
			}
			s = [4]float32{s0, s1, s2, s3}
			copy(out[j:], s[:])
		}
	}
}
