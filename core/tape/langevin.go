package tape

import (
	"math"

	"tintype/core/schedule"
)

// Langevin emits a Langevin step of X at a level, with the estimate d and the noise z:
//
//	x <- x + ε·score + √(2ε)·z,  score = (a·D - x)/s²,  ε = c·(|z|/|score|)² of each picture
func (b *Builder) Langevin(d, z Buf, l schedule.Level, c float64) {
	b.add(Op{Kind: OpLangevin, Dst: X, Src: [MaxTerms]Buf{X, d, z}, Terms: 3,
		Coef: [MaxTerms]float64{c, l.A, 1 / float64(l.S*l.S)}})
}

// langevin executes an OpLangevin. The norms are sums in float64, in the order of a picture's values.
func (r *Run) langevin(op *Op, c *[MaxTerms]float32) {
	x, d, z := r.buf[op.Src[0]], r.buf[op.Src[1]], r.buf[op.Src[2]]
	per := len(x) / r.env.ShapeOf(len(x)).N
	for at := 0; at < len(x); at += per {
		x, d, z := x[at:][:per], d[at:][:per], z[at:][:per]
		noise, slope := 0.0, 0.0
		for i, v := range x {
			s := float64((float32(c[1]*d[i]) - v) * c[2])
			slope += float64(s * s)
			noise += float64(float64(z[i]) * float64(z[i]))
		}
		if slope == 0 {
			continue
		}
		step := float32(float64(c[0]) * (noise / slope))
		up := float32(math.Sqrt(2 * float64(step)))
		for i, v := range x {
			s := (float32(c[1]*d[i]) - v) * c[2]
			x[i] = v + float32(step*s) + float32(up*z[i])
		}
	}
}
