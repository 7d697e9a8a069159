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
	for ; len(x) >= c; x = x[c:] {
		for j := range sum {
			sum[j] += x[j]
		}
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
			s := square(x0[j]-mu) + square(x1[j]-mu)
			sum[j] += s + (square(x2[j]-mu) + square(x3[j]-mu))
		}
	}
	for ; len(x) >= c; x = x[c:] {
		for j, mu := range mean {
			sum[j] += square(x[j] - mu)
		}
	}
}

// square rounds its product, so that no caller's sum fuses with it.
func square(x float32) float32 { return float32(x * x) }
