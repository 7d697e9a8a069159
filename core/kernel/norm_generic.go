package kernel

// channelSumsGeneric writes the sum over the pixels of x [hw,c] to sum [c],
// c > 0.
func channelSumsGeneric(sum, x []float32) {
	c := len(sum)
	clear(sum)
	for ; len(x) >= 4*c; x = x[4*c:] {
		x0, x1, x2, x3 := x[:c], x[c:2*c], x[2*c:3*c], x[3*c:4*c]
		for j := range sum {
			sum[j] += (x0[j] + x1[j]) + (x2[j] + x3[j])
		}
	}
	addPixels(sum, x)
}

// addPixels adds the pixels of x [any,c] to sum [c], one at a time.
func addPixels(sum, x []float32) {
	for c := len(sum); len(x) >= c; x = x[c:] {
		addGeneric(sum, sum, x[:c])
	}
}

// channelSquaresGeneric writes the sum over the pixels of (x−mean)² to sum [c],
// c > 0; mean is [c].
func channelSquaresGeneric(sum, x, mean []float32) {
	c := len(sum)
	clear(sum)
	for ; len(x) >= 4*c; x = x[4*c:] {
		x0, x1, x2, x3 := x[:c], x[c:2*c], x[2*c:3*c], x[3*c:4*c]
		for j, mu := range mean {
			sum[j] += squares(x0[j]-mu, x1[j]-mu, x2[j]-mu, x3[j]-mu)
		}
	}
	addSquares(sum, x, mean)
}

// addSquares adds (x−mean)² to sum [c], one pixel of x [any,c] at a time.
func addSquares(sum, x, mean []float32) {
	for c := len(sum); len(x) >= c; x = x[c:] {
		for j, mu := range mean {
			d := x[j] - mu
			sum[j] += float32(d * d)
		}
	}
}

// squares returns (a²+b²)+(c²+d²), each product rounded.
func squares(a, b, c, d float32) float32 {
	return (float32(a*a) + float32(b*b)) + (float32(c*c) + float32(d*d))
}
