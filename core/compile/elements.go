package compile

import (
	"tintype/core/graph"
	"tintype/core/kernel"
)

// What the kinds without products do to one item. dst may be x where a number of the
// result depends on the one at its own place alone.

// affine computes dst = x·mul + add, the product rounded.
func affine(dst, x []float32, mul, add float32) {
	kernel.Scale(dst, x, mul)
	for i := range dst {
		dst[i] += add
	}
}

// concat writes pixels of ca and cb channels side by side.
func concat(dst, a, b []float32, ca, cb int) {
	for len(a) > 0 {
		copy(dst, a[:ca])
		copy(dst[ca:], b[:cb])
		dst, a, b = dst[ca+cb:], a[ca:], b[cb:]
	}
}

// slice copies channels from to to of pixels of c.
func slice(dst, x []float32, c, from, to int) {
	for ; len(x) > 0; dst, x = dst[to-from:], x[c:] {
		copy(dst, x[from:to])
	}
}

// multiply computes dst = x·y, y a row for every pixel if row is set.
func multiply(dst, x, y []float32, row bool) {
	if !row {
		kernel.Mul(dst, x, y)
		return
	}
	for c := len(y); len(x) >= c; dst, x = dst[c:], x[c:] {
		kernel.Mul(dst[:c], x[:c], y)
	}
}

// modulate computes dst = x·(1 + scale) + shift; both are as x, or a row.
func modulate(dst, x, scale, shift []float32) {
	c := len(scale)
	for ; len(x) >= c; dst, x = dst[c:], x[c:] {
		for j, v := range x[:c] {
			dst[j] = float32(v*(1+scale[j])) + shift[j]
		}
	}
}

// mean writes the mean over the pixels: their sum, in order, times 1/n.
func mean(dst, x []float32) {
	c := len(dst)
	n := len(x) / c
	clear(dst)
	for ; len(x) >= c; x = x[c:] {
		kernel.Add(dst, dst, x[:c])
	}
	kernel.Scale(dst, dst, 1/float32(n))
}

// unshuffle moves blocks of f x f pixels of x [h,w,c] into channels.
func unshuffle(dst, x []float32, h, w, c, f int) {
	at := 0
	for y := 0; y < h; y += f {
		for left := 0; left < w; left += f {
			for ch := range c {
				for k := range f * f {
					dst[at] = x[((y+k/f)*w+left+k%f)*c+ch]
					at++
				}
			}
		}
	}
}

// shuffle moves channels into blocks of pixels of dst [h,w,c].
func shuffle(dst, x []float32, h, w, c int, op graph.Shuffle) {
	f, at := op.Factor, 0
	for y := 0; y < h; y += f {
		for left := 0; left < w; left += f {
			for k := range f * f {
				for ch := range c {
					from := ch*f*f + k
					if op.Last {
						from = k*c + ch
					}
					dst[((y+k/f)*w+left+k%f)*c+ch] = x[at+from]
				}
			}
			at += c * f * f
		}
	}
}
