package interpret

import (
	"math"

	"tintype/core/graph"
)

// The definitions of the layers with learned tensors.

func (e *eval) conv(op graph.Conv) {
	w, in := e.params[0], e.Node.In[0].Shape.C
	e.each(func(i, y, x, o int) float64 {
		sum := 0.0
		if !op.NoBias {
			sum = e.params[1][o]
		}
		for c := range in {
			for k := range 9 {
				sum += w[(o*in+c)*9+k] * e.x(0, i, y*op.Stride+k/3-op.Margin.Top, x*op.Stride+k%3-op.Margin.Left, c)
			}
		}
		return sum
	})
}

func (e *eval) linear(op graph.Linear) {
	w, in := e.params[0], e.Node.In[0].Shape.C
	e.each(func(i, y, x, o int) float64 {
		sum := 0.0
		if !op.NoBias {
			sum = e.params[1][o]
		}
		for c := range in {
			sum += w[o*in+c] * e.x(0, i, y, x, c)
		}
		return sum
	})
}

// normalise brings the numbers at some places to mean 0 and variance 1.
func (e *eval) normalise(places []int, eps float64) {
	mean, square := 0.0, 0.0
	for _, at := range places {
		mean += e.in[0][at] / float64(len(places))
	}
	for _, at := range places {
		square += (e.in[0][at] - mean) * (e.in[0][at] - mean) / float64(len(places))
	}
	for _, at := range places {
		e.out[at] = (e.in[0][at] - mean) / math.Sqrt(square+eps)
	}
}

// scaled applies γ and β.
func (e *eval) scaled() {
	for at := range e.out {
		c := at % e.Shape.C
		e.out[at] = e.out[at]*e.params[0][c] + e.params[1][c]
	}
}

func (e *eval) groupNorm(op graph.GroupNorm) {
	s := e.Shape
	per := s.C / op.Groups
	for i := range e.n {
		for group := range op.Groups {
			var places []int
			for p := range s.Pixels() {
				for c := range per {
					places = append(places, (i*s.Pixels()+p)*s.C+group*per+c)
				}
			}
			e.normalise(places, float64(op.Eps))
		}
	}
	e.scaled()
}

func (e *eval) layerNorm(op graph.LayerNorm) {
	for at := 0; at < len(e.out); at += e.Shape.C {
		places := make([]int, e.Shape.C)
		for c := range places {
			places[c] = at + c
		}
		e.normalise(places, float64(op.Eps))
	}
	if !op.Plain {
		e.scaled()
	}
}

func (e *eval) mean() {
	s := e.Node.In[0].Shape
	e.each(func(i, _, _, c int) float64 {
		sum := 0.0
		for p := range s.Pixels() {
			sum += e.in[0][(i*s.Pixels()+p)*s.C+c]
		}
		return sum / float64(s.Pixels())
	})
}

func (e *eval) attention(op graph.Attention) {
	tokens, keys, c := e.Shape.Pixels(), e.Node.In[1].Shape.Pixels(), e.Shape.C
	dim := c / op.Heads
	weight := make([]float64, keys)
	for i := range e.n {
		for head := 0; head < c; head += dim {
			for t := range tokens {
				seen, total := keys, 0.0
				if op.Causal {
					seen = t + 1
				}
				for j := range seen {
					score := 0.0
					for d := head; d < head+dim; d++ {
						score += e.in[0][(i*tokens+t)*c+d] * e.in[1][(i*keys+j)*c+d]
					}
					weight[j] = math.Exp(score / math.Sqrt(float64(dim)))
					total += weight[j]
				}
				for d := head; d < head+dim; d++ {
					sum := 0.0
					for j := range seen {
						sum += weight[j] / total * e.in[2][(i*keys+j)*c+d]
					}
					e.out[(i*tokens+t)*c+d] = sum
				}
			}
		}
	}
}

func (e *eval) quantise(op graph.Quantise) {
	c := e.Shape.C
	for at := 0; at < len(e.out); at += c {
		least := math.Inf(1)
		for k := range op.Count {
			row, sum := e.params[0][k*c:][:c], 0.0
			for j, w := range row {
				sum += (e.in[0][at+j] - w) * (e.in[0][at+j] - w)
			}
			if sum < least {
				least = sum
				copy(e.out[at:], row)
			}
		}
	}
}

func (e *eval) sinusoid(op graph.Sinusoid) error {
	waves, err := op.Frequencies()
	if err != nil {
		return err
	}
	half := len(waves)
	return e.each(func(i, _, _, c int) float64 {
		t := e.in[0][i]
		if op.Scale != 0 {
			t *= float64(op.Scale)
		}
		if c >= 2*half {
			return 0
		}
		angle := float64(float32(t) * waves[c%half])
		if (c < half) != op.CosineFirst {
			return math.Sin(angle)
		}
		return math.Cos(angle)
	})
}
