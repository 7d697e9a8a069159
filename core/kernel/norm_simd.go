//go:build goexperiment.simd && !purego

package kernel

import "simd"

// Each function is its generic twin for whole vectors of channels, with the
// twin's loop over what channels are left.

func channelSums(sum, x []float32, hw, ld int) {
	var v simd.Float32s
	q, c, w := base(sum), len(sum), v.Len()
	clear(sum)
	i := 0
	for ; i+4 <= hw; i += 4 {
		quad := x[i*ld : (i+3)*ld+c]
		p := base(quad)
		j := 0
		for ; j+w <= c; j += w {
			s := load(p, j).Add(load(p, ld+j))
			t := load(p, 2*ld+j).Add(load(p, 3*ld+j))
			store(q, j, load(q, j).Add(s.Add(t)))
		}
		for ; j < c; j++ {
			sum[j] += (quad[j] + quad[ld+j]) + (quad[2*ld+j] + quad[3*ld+j])
		}
	}
	for ; i < hw; i++ {
		add(sum, sum, x[i*ld:][:c])
	}
}

func channelSquares(sum, x, mean []float32, hw, ld int) {
	var mu simd.Float32s
	q, m, c, w := base(sum), base(mean), len(sum), mu.Len()
	clear(sum)
	i := 0
	for ; i+4 <= hw; i += 4 {
		quad := x[i*ld : (i+3)*ld+c]
		p := base(quad)
		j := 0
		for ; j+w <= c; j += w {
			mu = load(m, j)
			d0, d1 := load(p, j).Sub(mu), load(p, ld+j).Sub(mu)
			d2, d3 := load(p, 2*ld+j).Sub(mu), load(p, 3*ld+j).Sub(mu)
			s := d0.Mul(d0).Add(d1.Mul(d1)).Add(d2.Mul(d2).Add(d3.Mul(d3)))
			store(q, j, load(q, j).Add(s))
		}
		for ; j < c; j++ {
			mu := mean[j]
			sum[j] += squares(quad[j]-mu, quad[ld+j]-mu, quad[2*ld+j]-mu, quad[3*ld+j]-mu)
		}
	}
	addSquares(sum, x, mean, i, hw, ld)
}
