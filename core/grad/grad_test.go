package grad

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tintype/core/compile"
	"tintype/core/tensor"
)

// Every gradient is held to central differences of the layer's definition in float64.

// stored is a Source of random weights of known shapes.
type stored map[string][]int

func (s stored) Tensor(name string) ([]int, compile.DType, []byte, error) {
	shape, ok := s[name]
	if !ok {
		return nil, compile.F32, nil, errors.New("absent")
	}
	count := 1
	for _, d := range shape {
		count *= d
	}
	var raw []byte
	for _, v := range noise(uint64(len(name))+7, count) {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v/2+0.3))
	}
	return shape, compile.F32, raw, nil
}

func noise(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// A layerTest plans a layer forwards and back, with the weights' gradients, and knows its definition: define computes
// y from x and the values of the weights.
type layerTest struct {
	shape   [4]int // of x
	weights []*Weight
	plan    func(p *compile.Plan, x *tensor.Tensor, dy func(y *tensor.Tensor) *tensor.Tensor) (dx *tensor.Tensor)
	define  func(x []float64, w [][]float64) []float64
}

// check compares dx and the weights' gradients of L = Σ c·y, c random, with differences of the definition.
func (l layerTest) check(t *testing.T) {
	t.Helper()
	x := tensor.New(l.shape[0], l.shape[1], l.shape[2], l.shape[3])
	copy(x.Data, noise(1, x.Len()))
	for _, w := range l.weights {
		w.Grad = make([]float32, len(w.Value))
	}
	var p compile.Plan
	var y, dy *tensor.Tensor
	dx := l.plan(&p, x, func(out *tensor.Tensor) *tensor.Tensor {
		y, dy = out, tensor.New(out.N, out.H, out.W, out.C)
		copy(dy.Data, noise(2, dy.Len()))
		return dy
	})
	p.Commit()
	var result []float32
	run := func() {
		for _, w := range l.weights {
			clear(w.Grad)
		}
		p.Run(nil)
	}
	run()
	result = dx.Data

	x64, w64 := widened(x.Data), [][]float64{}
	for _, w := range l.weights {
		w64 = append(w64, widened(w.Value))
	}
	loss := func() (sum float64) {
		for i, v := range l.define(x64, w64) {
			sum += v * float64(dy.Data[i])
		}
		return sum
	}
	if len(l.define(x64, w64)) != y.Len() {
		t.Fatalf("y has %d values, its definition %d", y.Len(), len(l.define(x64, w64)))
	}
	compare(t, "dx", result, x64, loss)
	for i, w := range l.weights {
		compare(t, w.Name, w.Grad, w64[i], loss)
	}
	if n := testing.AllocsPerRun(10, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// compare holds every element of a gradient to 1e-4 of the largest.
func compare(t *testing.T, name string, got []float32, at []float64, loss func() float64) {
	t.Helper()
	want, largest := make([]float64, len(at)), 0.0
	for i, v := range at {
		const h = 1e-5
		at[i] = v + h
		up := loss()
		at[i] = v - h
		want[i] = (up - loss()) / (2 * h)
		at[i] = v
		largest = max(largest, math.Abs(want[i]))
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= 1e-4*largest) {
			t.Fatalf("%s[%d] = %v, differences give %v (largest %v)", name, i, got[i], w, largest)
		}
	}
}

func widened(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func TestConv(t *testing.T) {
	for _, c := range []struct{ n, h, w, in, out int }{{1, 1, 1, 1, 1}, {2, 4, 5, 3, 2}, {1, 6, 4, 1, 17}, {2, 2, 3, 5, 1}} {
		for _, bias := range []bool{true, false} {
			t.Run(fmt.Sprint(c, bias), func(t *testing.T) {
				s := stored{"x.weight": {c.out, c.in, 3, 3}, "x.bias": {c.out}}
				conv, err := NewConv(compile.NewLoader(s), "x", c.in, c.out, bias)
				if err != nil {
					t.Fatal(err)
				}
				rows := tensor.New(c.n, 1, 1, c.out)
				copy(rows.Data, noise(3, rows.Len()))
				test := layerTest{shape: [4]int{c.n, c.h, c.w, c.in}, weights: []*Weight{conv.W}}
				if bias {
					test.weights, rows = append(test.weights, conv.B), nil
				}
				test.plan = func(p *compile.Plan, x *tensor.Tensor, dy func(*tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
					d := dy(conv.Forward(p, x, rows))
					conv.Gradient(p, x, d)
					return conv.Backward(p, d)
				}
				test.define = func(x []float64, w [][]float64) (y []float64) {
					for at := range c.n * c.h * c.w * c.out {
						o, col, row, n := at%c.out, at/c.out%c.w, at/c.out/c.w%c.h, at/c.out/c.w/c.h
						sum := 0.0
						if bias {
							sum = w[1][o]
						} else {
							sum = float64(rows.Data[n*c.out+o])
						}
						for k := range 9 {
							py, px := row+k/3-1, col+k%3-1
							if py < 0 || px < 0 || py >= c.h || px >= c.w {
								continue
							}
							for i := range c.in {
								sum += x[((n*c.h+py)*c.w+px)*c.in+i] * w[0][(o*c.in+i)*9+k]
							}
						}
						y = append(y, sum)
					}
					return y
				}
				test.check(t)
			})
		}
	}
}

func TestNormSiLU(t *testing.T) {
	for _, c := range []struct{ n, h, w, channels, groups int }{{1, 1, 1, 4, 1}, {2, 3, 5, 6, 3}, {1, 4, 4, 8, 8}, {2, 2, 2, 17, 1}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			const eps = 1e-3
			norm, err := NewNormSiLU(compile.NewLoader(stored{"x.weight": {c.channels}, "x.bias": {c.channels}}), "x", c.channels, c.groups, eps)
			if err != nil {
				t.Fatal(err)
			}
			test := layerTest{shape: [4]int{c.n, c.h, c.w, c.channels}, weights: []*Weight{norm.Gamma, norm.Beta}}
			test.plan = func(p *compile.Plan, x *tensor.Tensor, dy func(*tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
				d := norm.Forward(p, x)
				return norm.Backward(p, d, dy(d.Y))
			}
			test.define = func(x []float64, w [][]float64) []float64 {
				y := make([]float64, len(x))
				per, hw := c.channels/c.groups, c.h*c.w
				for n := range c.n {
					for first := 0; first < c.channels; first += per {
						each := func(visit func(at, j int)) {
							for p := range hw {
								for j := first; j < first+per; j++ {
									visit((n*hw+p)*c.channels+j, j)
								}
							}
						}
						mean, square, count := 0.0, 0.0, float64(hw*per)
						each(func(at, _ int) { mean += x[at] / count })
						each(func(at, _ int) { square += (x[at] - mean) * (x[at] - mean) / count })
						each(func(at, j int) { y[at] = silu(w[0][j]*(x[at]-mean)/math.Sqrt(square+eps) + w[1][j]) })
					}
				}
				return y
			}
			test.check(t)
		})
	}
}

func silu(z float64) float64 { return z / (1 + math.Exp(-z)) }

func TestLinear(t *testing.T) {
	for _, c := range []struct{ n, in, out int }{{1, 1, 1}, {3, 5, 2}, {5, 18, 33}} {
		layer, err := NewLinear(compile.NewLoader(stored{"x.weight": {c.out, c.in}, "x.bias": {c.out}}), "x", c.in, c.out)
		if err != nil {
			t.Fatal(err)
		}
		layerTest{[4]int{c.n, 1, 1, c.in}, []*Weight{layer.W, layer.B},
			func(p *compile.Plan, x *tensor.Tensor, dy func(*tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
				d := dy(layer.Forward(p, x))
				layer.Gradient(p, x, d)
				return layer.Backward(p, d)
			},
			func(x []float64, w [][]float64) (y []float64) {
				for at := range c.n * c.out {
					n, o := at/c.out, at%c.out
					sum := w[1][o]
					for i := range c.in {
						sum += x[n*c.in+i] * w[0][o*c.in+i]
					}
					y = append(y, sum)
				}
				return y
			}}.check(t)
	}
}

func TestPlainLayers(t *testing.T) {
	shape := [4]int{2, 4, 6, 3}
	at := func(n, y, x, c int) int { return ((n*4+y)*6+x)*3 + c }
	layerTest{shape, nil,
		func(p *compile.Plan, x *tensor.Tensor, dy func(*tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
			return SiLUBack(p, "x", x, dy(SiLU(p, "x", x)))
		},
		func(x []float64, _ [][]float64) (y []float64) {
			for _, v := range x {
				y = append(y, silu(v))
			}
			return y
		}}.check(t)
	layerTest{shape, nil,
		func(p *compile.Plan, x *tensor.Tensor, dy func(*tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
			return AvgPoolBack(p, "x", dy(AvgPool(p, "x", x)))
		},
		func(x []float64, _ [][]float64) (y []float64) {
			for i := range 2 * 2 * 3 * 3 {
				c, col, row, n := i%3, i/3%3*2, i/9%2*2, i/18
				y = append(y, (x[at(n, row, col, c)]+x[at(n, row, col+1, c)]+x[at(n, row+1, col, c)]+x[at(n, row+1, col+1, c)])/4)
			}
			return y
		}}.check(t)
	layerTest{shape, nil,
		func(p *compile.Plan, x *tensor.Tensor, dy func(*tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
			return MeanBack(p, "x", dy(Mean(p, "x", x)), x.H, x.W)
		},
		func(x []float64, _ [][]float64) (y []float64) {
			y = make([]float64, 6)
			for i, v := range x {
				y[i/72*3+i%3] += v / 24
			}
			return y
		}}.check(t)
}

// Changed weights count once Pack was called, in both directions.
func TestPack(t *testing.T) {
	conv, err := NewConv(compile.NewLoader(stored{"x.weight": {2, 1, 3, 3}, "x.bias": {2}}), "x", 1, 2, true)
	if err != nil {
		t.Fatal(err)
	}
	clear(conv.W.Value)
	clear(conv.B.Value)
	conv.W.Value[4], conv.W.Value[9+5] = 3, 2 // itself; the pixel to the right
	conv.Pack()
	x := tensor.New(1, 1, 3, 1)
	copy(x.Data, []float32{1, 10, 100})
	var p compile.Plan
	y := conv.Forward(&p, x, nil)
	dx := conv.Backward(&p, y)
	p.Commit()
	p.Run(nil)
	if fmt.Sprint(y.Data) != "[3 20 30 200 300 0]" {
		t.Errorf("y = %v", y.Data)
	}
	if fmt.Sprint(dx.Data) != "[9 130 1300]" { // 3·3; 3·30 + 2·20; 3·300 + 2·200
		t.Errorf("dx = %v", dx.Data)
	}
}
