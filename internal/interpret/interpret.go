// Package interpret computes networks slowly and obviously: the oracle of the fast
// passes and of their gradients.
package interpret

import (
	"fmt"
	"math"

	"tintype/core/graph"
)

// Values are what a network is given and what it has learned, by name: numbers of all
// items of an input, whole ones as numbers too, or of a learned tensor.
type Values map[string][]float64

// Outputs computes the outputs of a network over n items, in float64, each kind of
// node by its definition and nothing else.
func Outputs(g *graph.Graph, n int, inputs, params Values) ([][]float64, error) {
	made := make(map[*graph.Node][]float64, len(g.Nodes))
	for _, node := range g.Nodes {
		e := eval{Node: node, n: n, out: make([]float64, n*node.Shape.Len())}
		for _, in := range node.In {
			e.in = append(e.in, made[in])
		}
		for _, p := range node.Params() {
			v, ok := params[p.Name]
			if !ok || len(v) != p.Len() {
				return nil, fmt.Errorf("tensor %s: expected %d numbers, found %d", p.Name, p.Len(), len(v))
			}
			e.params = append(e.params, v)
		}
		if _, ok := node.Op.(graph.Input); ok {
			if e.out = inputs[node.Name]; len(e.out) != n*node.Shape.Len() {
				return nil, fmt.Errorf("input %s: expected %d numbers, found %d", node.Name, n*node.Shape.Len(), len(e.out))
			}
		} else if err := e.run(); err != nil {
			return nil, fmt.Errorf("%s: %w", node.Name, err)
		}
		made[node] = e.out
	}
	var outputs [][]float64
	for _, node := range g.Outputs {
		outputs = append(outputs, made[node])
	}
	return outputs, nil
}

// eval is one node at work.
type eval struct {
	*graph.Node
	n      int
	in     [][]float64
	params [][]float64
	out    []float64
}

// x reads channel c of pixel (y, x) of item i of input k, 0 outside the picture.
func (e *eval) x(k, i, y, x, c int) float64 {
	s := e.Node.In[k].Shape
	if y < 0 || y >= s.H || x < 0 || x >= s.W {
		return 0
	}
	return e.in[k][((i*s.H+y)*s.W+x)*s.C+c]
}

// row reads input k where it has the result's shape, or is a row for every pixel of it.
func (e *eval) row(k, i, y, x, c int) float64 {
	if e.Node.In[k].Shape != e.Shape {
		y, x = 0, 0
	}
	return e.x(k, i, y, x, c)
}

// each sets every number of the result.
func (e *eval) each(f func(i, y, x, c int) float64) error {
	s, at := e.Shape, 0
	for i := range e.n {
		for y := range s.H {
			for x := range s.W {
				for c := range s.C {
					e.out[at] = f(i, y, x, c)
					at++
				}
			}
		}
	}
	return nil
}

func (e *eval) run() error {
	switch op := e.Op.(type) {
	case graph.Apply:
		return e.each(func(i, y, x, c int) float64 { return apply(op.Function, e.x(0, i, y, x, c)) })
	case graph.Add:
		return e.each(func(i, y, x, c int) float64 { return (e.x(0, i, y, x, c) + e.row(1, i, y, x, c)) * float64(op.Scale) })
	case graph.Mul:
		return e.each(func(i, y, x, c int) float64 { return e.x(0, i, y, x, c) * e.row(1, i, y, x, c) })
	case graph.Affine:
		return e.each(func(i, y, x, c int) float64 { return e.x(0, i, y, x, c)*float64(op.Mul) + float64(op.Add) })
	case graph.Modulate:
		return e.each(func(i, y, x, c int) float64 {
			return e.x(0, i, y, x, c)*(1+e.row(1, i, y, x, c)) + e.row(2, i, y, x, c)
		})
	case graph.Divide:
		return e.each(func(i, y, x, c int) float64 { return e.x(0, i, y, x, c) / e.in[1][i] })
	case graph.Concat:
		first := e.Node.In[0].Shape.C
		return e.each(func(i, y, x, c int) float64 {
			if c < first {
				return e.x(0, i, y, x, c)
			}
			return e.x(1, i, y, x, c-first)
		})
	case graph.Slice:
		return e.each(func(i, y, x, c int) float64 { return e.x(0, i, y, x, op.From+c) })
	case graph.AvgPool:
		return e.each(func(i, y, x, c int) float64 {
			return (e.x(0, i, 2*y, 2*x, c) + e.x(0, i, 2*y, 2*x+1, c) + e.x(0, i, 2*y+1, 2*x, c) + e.x(0, i, 2*y+1, 2*x+1, c)) / 4
		})
	case graph.Upsample:
		return e.each(func(i, y, x, c int) float64 { return e.x(0, i, y/2, x/2, c) })
	case graph.Unshuffle:
		f := op.Factor
		return e.each(func(i, y, x, c int) float64 { return e.x(0, i, y*f+c/f%f, x*f+c%f, c/f/f) })
	case graph.Shuffle:
		f := op.Factor
		return e.each(func(i, y, x, c int) float64 {
			block := y%f*f + x%f
			if op.Last {
				return e.x(0, i, y/f, x/f, block*e.Shape.C+c)
			}
			return e.x(0, i, y/f, x/f, c*f*f+block)
		})
	}
	return e.runLayer()
}

func (e *eval) runLayer() error {
	switch op := e.Op.(type) {
	case graph.Conv:
		e.conv(op)
	case graph.Linear:
		e.linear(op)
	case graph.GroupNorm:
		e.groupNorm(op)
	case graph.LayerNorm:
		e.layerNorm(op)
	case graph.Mean:
		e.mean()
	case graph.Attention:
		e.attention(op)
	case graph.Lookup:
		return e.each(func(i, y, x, c int) float64 { return e.params[0][int(e.x(0, i, y, x, 0))*op.Width+c] })
	case graph.Learned:
		return e.each(func(i, y, x, c int) float64 { return e.x(0, i, y, x, c) + e.params[0][(y*e.Shape.W+x)*e.Shape.C+c] })
	case graph.AddTable:
		return e.each(func(i, y, x, c int) float64 {
			return e.x(0, i, y, x, c) + float64(op.Table[(y*e.Shape.W+x)*e.Shape.C+c])
		})
	case graph.Quantise:
		e.quantise(op)
	case graph.Sinusoid:
		return e.sinusoid(op)
	case graph.Fourier:
		return e.each(func(i, _, _, c int) float64 {
			angle := 2 * math.Pi * e.params[0][c%op.Count] * math.Log(e.in[0][i])
			if c < op.Count {
				return math.Sin(angle)
			}
			return math.Cos(angle)
		})
	default:
		return fmt.Errorf("no definition of %T", op)
	}
	return nil
}

// apply is the function of one number.
func apply(f graph.Function, x float64) float64 {
	switch f {
	case graph.SiLU:
		return x / (1 + math.Exp(-x))
	case graph.ReLU:
		return math.Max(x, 0)
	case graph.GELU:
		return x * (1 + math.Erf(x/math.Sqrt2)) / 2
	case graph.GELUTanh:
		return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	case graph.QuickGELU:
		return x / (1 + math.Exp(-1.702*x))
	}
	return math.Tanh(x)
}
