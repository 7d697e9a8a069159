package kernel

// channelSumsGeneric writes the sum over hw pixels of the first len(sum) > 0
// channels of x to sum; the pixels start ld apart.
func channelSumsGeneric(sum, x []float32, hw, ld int) {
	c := len(sum)
	clear(sum)
	i := 0
	for ; i+4 <= hw; i += 4 {
		x0, x1, x2, x3 := x[i*ld:][:c], x[(i+1)*ld:][:c], x[(i+2)*ld:][:c], x[(i+3)*ld:][:c]
		for j := range sum {
			sum[j] += (x0[j] + x1[j]) + (x2[j] + x3[j])
		}
	}
	for ; i < hw; i++ {
		addGeneric(sum, sum, x[i*ld:][:c])
	}
}

// channelSquaresGeneric writes the sum over the pixels of (x−mean)² to sum; as
// channelSumsGeneric, and mean is as long as sum.
func channelSquaresGeneric(sum, x, mean []float32, hw, ld int) {
	c := len(sum)
	clear(sum)
	i := 0
	for ; i+4 <= hw; i += 4 {
		x0, x1, x2, x3 := x[i*ld:][:c], x[(i+1)*ld:][:c], x[(i+2)*ld:][:c], x[(i+3)*ld:][:c]
		for j, mu := range mean {
			sum[j] += squares(x0[j]-mu, x1[j]-mu, x2[j]-mu, x3[j]-mu)
		}
	}
	addSquares(sum, x, mean, i, hw, ld)
}

// addSquares adds (x−mean)² of pixels [i, hw) to sum, one pixel at a time.
func addSquares(sum, x, mean []float32, i, hw, ld int) {
	for ; i < hw; i++ {
		for j, mu := range mean {
			d := x[i*ld+j] - mu
			sum[j] += float32(d * d)
		}
	}
}

// squares returns (a²+b²)+(c²+d²), each product rounded.
func squares(a, b, c, d float32) float32 {
	return (float32(a*a) + float32(b*b)) + (float32(c*c) + float32(d*d))
}
