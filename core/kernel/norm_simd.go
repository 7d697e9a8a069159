//go:build goexperiment.simd && !purego

package kernel

import "simd"

// Each function is its generic twin for whole vectors of channels, with the
// twin's loop over what channels are left.

func channelSums(sum, x []float32) {
	var v simd.Float32s
	q, c, w := base(sum), len(sum), v.Len()
	clear(sum)
	for ; len(x) >= 4*c; x = x[4*c:] {
		p := base(x)
		j := 0
		for ; j+w <= c; j += w {
			s := load(p, j).Add(load(p, c+j))
			t := load(p, 2*c+j).Add(load(p, 3*c+j))
			store(q, j, load(q, j).Add(s.Add(t)))
		}
		for ; j < c; j++ {
			sum[j] += (x[j] + x[c+j]) + (x[2*c+j] + x[3*c+j])
		}
	}
	addPixels(sum, x)
}

func channelSquares(sum, x, mean []float32) {
	var mu simd.Float32s
	q, m, c, w := base(sum), base(mean), len(sum), mu.Len()
	clear(sum)
	for ; len(x) >= 4*c; x = x[4*c:] {
		p := base(x)
		j := 0
		for ; j+w <= c; j += w {
			mu = load(m, j)
			d0, d1 := load(p, j).Sub(mu), load(p, c+j).Sub(mu)
			d2, d3 := load(p, 2*c+j).Sub(mu), load(p, 3*c+j).Sub(mu)
			s := d0.Mul(d0).Add(d1.Mul(d1)).Add(d2.Mul(d2).Add(d3.Mul(d3)))
			store(q, j, load(q, j).Add(s))
		}
		for ; j < c; j++ {
			mu := mean[j]
			sum[j] += squares(x[j]-mu, x[c+j]-mu, x[2*c+j]-mu, x[3*c+j]-mu)
		}
	}
	addSquares(sum, x, mean)
}
