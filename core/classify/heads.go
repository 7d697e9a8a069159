package classify

import (
	"fmt"

	"tintype/core/exact"
	"tintype/core/schedule"
)

// LogProbGrad writes the gradient of log p(labels[i] | x_i) with respect to x to dst, and the log probabilities to
// logp [N] (nil: not wanted). With outputs f and p = softmax(f):
//
//	log p(y|x) = f_y - log Σ_k e^{f_k};  its gradient at f is 1_y - p
//
// dst and x are [N,H,W,InChannels] at level l and may be the same; labels is [N].
func (p *Pass) LogProbGrad(dst, logp, x []float32, l schedule.Level, labels []int32) error {
	classes := p.net.cfg.Outputs
	if len(dst) != p.x.Len() || len(labels) != p.x.N || logp != nil && len(logp) != p.x.N {
		return fmt.Errorf("classifier: %d values, %d labels: expected %d and %d", len(dst), len(labels), p.x.Len(), p.x.N)
	}
	for i, y := range labels {
		if y < 0 || int(y) >= classes {
			return fmt.Errorf("classifier: label %d is %d, expected 0 to %d", i, y, classes-1)
		}
	}
	out, err := p.Forward(x, l)
	if err != nil {
		return err
	}
	for i, y := range labels {
		v := logSoftmax(p.probs, out[i*classes:][:classes], int(y))
		if logp != nil {
			logp[i] = float32(v)
		}
		row := p.dout.Data[i*classes:][:classes]
		for k, q := range p.probs {
			row[k] = float32(-q)
		}
		row[y] = float32(1 - p.probs[y])
	}
	return p.back(dst, l)
}

// dotGrad writes the gradient of f(x_i)·g_i to dst, and the products to dots [N] (nil: not wanted). Where f is the
// encoder of pictures and g that of words, both trained to agree, this is CLIP guidance on noisy pictures (A. Nichol
// et al., arXiv 2112.10741, eq. 5). rows is [N,Outputs].
func (p *Pass) dotGrad(dst, dots, x []float32, l schedule.Level, rows []float32) error {
	if len(dst) != p.x.Len() || len(rows) != p.dout.Len() || dots != nil && len(dots) != p.x.N {
		return fmt.Errorf("classifier: %d values, embeddings of %d: expected %d and %d", len(dst), len(rows), p.x.Len(), p.dout.Len())
	}
	out, err := p.Forward(x, l)
	if err != nil {
		return err
	}
	copy(p.dout.Data, rows)
	for i := range dots {
		sum := 0.0
		for k := i * p.dout.C; k < (i+1)*p.dout.C; k++ {
			sum += float64(float64(out[k]) * float64(rows[k]))
		}
		dots[i] = float32(sum)
	}
	return p.back(dst, l)
}

// logSoftmax writes softmax(f) to probs and returns the logarithm of entry y, in float64, k ascending.
func logSoftmax(probs []float64, f []float32, y int) float64 {
	top := f[0]
	for _, v := range f {
		if v > top {
			top = v
		}
	}
	sum := 0.0
	for k, v := range f {
		probs[k] = exact.Exp(float64(v) - float64(top))
		sum += probs[k]
	}
	for k := range probs {
		probs[k] /= sum
	}
	return float64(f[y]) - float64(top) - exact.Log(sum)
}
