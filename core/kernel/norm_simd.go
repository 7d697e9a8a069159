//go:build goexperiment.simd && !purego

package kernel

import "simd"

// Each function is its generic twin for whole vectors of channels, with the
// twin's loop over what channels are left.

func channelSums(sum, x []float32) {
	var v simd.Float32s
	w, c := v.Len(), len(sum)
	clear(sum)
	for ; len(x) >= 4*c; x = x[4*c:] {
		x0, x1, x2, x3 := x[:c], x[c:2*c], x[2*c:3*c], x[3*c:4*c]
		j := 0
		for ; j+w <= c; j += w {
			s := simd.LoadFloat32s(x0[j:]).Add(simd.LoadFloat32s(x1[j:]))
			t := simd.LoadFloat32s(x2[j:]).Add(simd.LoadFloat32s(x3[j:]))
			simd.LoadFloat32s(sum[j:]).Add(s.Add(t)).Store(sum[j:])
		}
		for ; j < c; j++ {
			sum[j] += (x0[j] + x1[j]) + (x2[j] + x3[j])
		}
	}
	addPixels(sum, x)
}

func channelSquares(sum, x, mean []float32) {
	var v simd.Float32s
	w, c := v.Len(), len(sum)
	clear(sum)
	for ; len(x) >= 4*c; x = x[4*c:] {
		x0, x1, x2, x3 := x[:c], x[c:2*c], x[2*c:3*c], x[3*c:4*c]
		j := 0
		for ; j+w <= c; j += w {
			mu := simd.LoadFloat32s(mean[j:])
			d0, d1 := simd.LoadFloat32s(x0[j:]).Sub(mu), simd.LoadFloat32s(x1[j:]).Sub(mu)
			d2, d3 := simd.LoadFloat32s(x2[j:]).Sub(mu), simd.LoadFloat32s(x3[j:]).Sub(mu)
			s := d0.Mul(d0).Add(d1.Mul(d1)).Add(d2.Mul(d2).Add(d3.Mul(d3)))
			simd.LoadFloat32s(sum[j:]).Add(s).Store(sum[j:])
		}
		for ; j < c; j++ {
			sum[j] += squares(x0[j]-mean[j], x1[j]-mean[j], x2[j]-mean[j], x3[j]-mean[j])
		}
	}
	addSquares(sum, x, mean)
}
