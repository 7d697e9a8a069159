package kernel

// gemmPanelGeneric multiplies m rows of a by one packed panel of the given
// width, of which cols columns are wanted. width is a multiple of 4.
func gemmPanelGeneric(dst []float32, ldd int, a []float32, lda int, panel []float32, m, cols, k int, accumulate bool, width int) {
	for i := 0; i < m; i++ {
		out := dst[i*ldd : i*ldd+cols]
		row := a[min(i*lda, len(a)):]
		row = row[:k]
		for j := 0; j < cols; j += 4 {
			var s [4]float32
			if accumulate {
				copy(s[:], out[j:])
			}
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			for p, v := range row {
				b := panel[p*width+j:][:4]
				s0 = float32(v*b[0]) + s0
				s1 = float32(v*b[1]) + s1
				s2 = float32(v*b[2]) + s2
				s3 = float32(v*b[3]) + s3
			}
			s = [4]float32{s0, s1, s2, s3}
			copy(out[j:], s[:])
		}
	}
}
