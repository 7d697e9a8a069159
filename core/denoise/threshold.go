package denoise

import (
	"math"

	"tintype/core/schedule"
)

// Threshold is dynamic thresholding (C. Saharia et al., arXiv 2205.11487, section 2.3): per picture,
//
//	s = the q-quantile of |D|, at least 1 and at most Max
//	D' = clamp(D, -s, s)/s
//
// for pictures in -1..1. The quantile is interpolated linearly between order statistics. Max +Inf is the paper's;
// Max 1 makes it a plain clip to -1..1. Thresholding stands in the place of Clip, outside of guidance.
type Threshold struct {
	den      Denoiser
	quantile float64
	most     float32
	scratch  []float32 // |D| of one picture
}

// NewThreshold thresholds pictures of per values each; quantile is in 0..1, most 1 or more.
func NewThreshold(den Denoiser, per int, quantile, most float64) *Threshold {
	return &Threshold{den, quantile, float32(most), make([]float32, per)}
}

// Floats is the number of float32s that it holds.
func (t *Threshold) Floats() int { return len(t.scratch) }

// Denoise estimates and thresholds. It allocates nothing.
func (t *Threshold) Denoise(dst, x []float32, l schedule.Level) error {
	if err := t.den.Denoise(dst, x, l); err != nil {
		return err
	}
	for k := 0; k < len(dst); k += len(t.scratch) {
		t.apply(dst[k:][:len(t.scratch)])
	}
	return nil
}

func (t *Threshold) apply(d []float32) {
	for i, v := range d {
		t.scratch[i] = math.Float32frombits(math.Float32bits(v) &^ (1 << 31))
	}
	at := float64(t.quantile * float64(len(d)-1))
	i := int(at)
	s := selectKth(t.scratch, i)
	if f := float32(at - float64(i)); f > 0 {
		// The values above i are now all at least s: the least of them is the next order statistic.
		next := t.scratch[i+1]
		for _, v := range t.scratch[i+2:] {
			if v < next {
				next = v
			}
		}
		s += float32(f * (next - s))
	}
	if s > t.most {
		s = t.most
	}
	if !(s > 1) {
		s = 1
	}
	for i, v := range d {
		if v > s {
			v = s
		}
		if v < -s {
			v = -s
		}
		d[i] = v / s
	}
}

// selectKth moves the k-th smallest value (from 0) to its place, with no larger one before it and no smaller one
// after it, and returns it (C. A. R. Hoare's FIND, 1961).
func selectKth(x []float32, k int) float32 {
	lo, hi := 0, len(x)-1
	for lo < hi {
		pivot := x[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for pivot < x[j] {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		if k <= j {
			hi = j
		} else if k >= i {
			lo = i
		} else {
			break
		}
	}
	return x[k]
}
