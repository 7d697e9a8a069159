package kernel

// channelMomentsGeneric writes Σ (x−first) and Σ (x−first)² of the first
// len(sum) > 0 channels of x over some pixels, which start ld apart, to sum and
// square. square and first are as long as sum.
func channelMomentsGeneric(sum, square, x, first []float32, pixels, ld int) {
	quads := pixels / 4 * 4
	channelMomentsOf(sum, square, x, first, quads, ld, 0)
	channelMomentsRest(sum, square, x, first, quads, pixels, ld)
}

// channelMomentsOf sums channels from from on, pixels by fours.
func channelMomentsOf(sum, square, x, first []float32, quads, ld, from int) {
	for j := from; j < len(sum); j++ {
		s, q, f := float32(0), float32(0), first[j]
		for i := 0; i < quads; i += 4 {
			d0, d1, d2, d3 := x[i*ld+j]-f, x[(i+1)*ld+j]-f, x[(i+2)*ld+j]-f, x[(i+3)*ld+j]-f
			s += (d0 + d1) + (d2 + d3)
			q += (float32(d0*d0) + float32(d1*d1)) + (float32(d2*d2) + float32(d3*d3))
		}
		sum[j], square[j] = s, q
	}
}

// channelMomentsRest adds pixels [i, pixels), one at a time.
func channelMomentsRest(sum, square, x, first []float32, i, pixels, ld int) {
	for ; i < pixels; i++ {
		for j, f := range first {
			d := x[i*ld+j] - f
			sum[j] += d
			square[j] += float32(d * d)
		}
	}
}
