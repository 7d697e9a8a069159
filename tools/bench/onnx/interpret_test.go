package onnx

import (
	"math"
	"testing"
)

// run computes the graph's output, each operator as ONNX's specification defines it.
func (g graph) run(t *testing.T, inputs map[string]array) array {
	t.Helper()
	values := map[string]array{"": {}}
	for name, dims := range g.inputs {
		a, ok := inputs[name]
		if !ok || a.count() != len(a.f) {
			t.Fatalf("input %s: wanted %v", name, dims)
		}
		values[name] = a
	}
	for name, a := range g.constants {
		values[name] = a
	}
	for _, o := range g.operators {
		var in []array
		for _, name := range o.inputs {
			a, ok := values[name]
			if !ok {
				t.Fatalf("%s reads %s before it is computed", o.output, name)
			}
			in = append(in, a)
		}
		values[o.output] = o.run(t, in)
	}
	return values[g.output]
}

func (o operator) run(t *testing.T, in []array) array {
	switch o.kind {
	case "Add":
		return broadcast(in[0], in[1], func(a, b float32) float32 { return a + b })
	case "Mul":
		return broadcast(in[0], in[1], func(a, b float32) float32 { return a * b })
	case "Div":
		return broadcast(in[0], in[1], func(a, b float32) float32 { return a / b })
	case "Sigmoid":
		return each(in[0], func(x float64) float64 { return 1 / (1 + math.Exp(-x)) })
	case "Sin":
		return each(in[0], math.Sin)
	case "Cos":
		return each(in[0], math.Cos)
	case "Conv":
		return o.conv(in[0], in[1], in[2])
	case "InstanceNormalization":
		return o.instanceNorm(in[0], in[1], in[2])
	case "Reshape":
		return reshape(in[0], in[1].i)
	case "Unsqueeze":
		at := int(in[1].i[0])
		dims := append(append(append([]int{}, in[0].dims[:at]...), 1), in[0].dims[at:]...)
		return array{dims: dims, f: in[0].f}
	case "Transpose":
		return transpose(in[0], o.ints["perm"])
	case "Concat":
		return concat(in[0], in[1], int(o.ints["axis"][0]))
	case "Slice":
		from, to := int(in[1].i[0]), int(min(in[2].i[0], int64(in[0].dims[1])))
		if in[3].i[0] != 1 || in[0].dims[0] != 1 {
			t.Fatal("Slice: only columns of one row")
		}
		return array{dims: []int{1, to - from}, f: in[0].f[from:to]}
	case "Gemm":
		if o.ints["transB"][0] != 1 {
			t.Fatal("Gemm: only with transB")
		}
		return broadcast(matMul(in[0], transpose(in[1], []int64{1, 0})), in[2], func(a, b float32) float32 { return a + b })
	case "MatMul":
		return matMul(in[0], in[1])
	case "Softmax":
		return softmax(in[0])
	case "Resize":
		if o.texts["mode"] != "nearest" || o.texts["nearest_mode"] != "floor" || o.texts["coordinate_transformation_mode"] != "asymmetric" {
			t.Fatal("Resize: only nearest")
		}
		return resize(in[0], in[2].f)
	}
	t.Fatalf("no operator %s in ONNX, or none that these networks need", o.kind)
	return array{}
}

func each(x array, f func(float64) float64) array {
	y := array{dims: x.dims, f: make([]float32, len(x.f))}
	for i, v := range x.f {
		y.f[i] = float32(f(float64(v)))
	}
	return y
}

// broadcast: dimensions are aligned at the end, and one of 1 is repeated.
func broadcast(a, b array, f func(a, b float32) float32) array {
	rank := max(len(a.dims), len(b.dims))
	pad := func(x array) []int {
		dims := make([]int, rank)
		for i := range dims {
			dims[i] = 1
		}
		copy(dims[rank-len(x.dims):], x.dims)
		return dims
	}
	da, db := pad(a), pad(b)
	y := array{dims: make([]int, rank)}
	for i := range y.dims {
		y.dims[i] = max(da[i], db[i])
	}
	y.f = make([]float32, y.count())
	for i := range y.f {
		ia, ib, strideA, strideB, rest := 0, 0, 1, 1, i
		for d := rank - 1; d >= 0; d-- {
			at := rest % y.dims[d]
			rest /= y.dims[d]
			ia, ib = ia+at%da[d]*strideA, ib+at%db[d]*strideB
			strideA, strideB = strideA*da[d], strideB*db[d]
		}
		y.f[i] = f(a.f[ia], b.f[ib])
	}
	return y
}

func (o operator) conv(x, w, bias array) array {
	c, h, width := x.dims[1], x.dims[2], x.dims[3]
	out, k, pad, stride := w.dims[0], w.dims[2], int(o.ints["pads"][0]), int(o.ints["strides"][0])
	ho, wo := (h+2*pad-k)/stride+1, (width+2*pad-k)/stride+1
	y := array{dims: []int{1, out, ho, wo}, f: make([]float32, out*ho*wo)}
	for n := range y.f {
		m, i, j := n/(ho*wo), n/wo%ho, n%wo
		sum := float64(bias.f[m])
		for ci := range c {
			for ky := range k {
				for kx := range k {
					yy, xx := i*stride+ky-pad, j*stride+kx-pad
					if yy >= 0 && yy < h && xx >= 0 && xx < width {
						sum += float64(x.f[(ci*h+yy)*width+xx]) * float64(w.f[((m*c+ci)*k+ky)*k+kx])
					}
				}
			}
		}
		y.f[n] = float32(sum)
	}
	return y
}

func (o operator) instanceNorm(x, scale, bias array) array {
	y := array{dims: x.dims, f: make([]float32, len(x.f))}
	size := len(x.f) / x.dims[1]
	for c := range x.dims[1] {
		part := x.f[c*size : (c+1)*size]
		mean, square := 0.0, 0.0
		for _, v := range part {
			mean += float64(v) / float64(size)
		}
		for _, v := range part {
			square += (float64(v) - mean) * (float64(v) - mean) / float64(size)
		}
		for i, v := range part {
			norm := (float64(v) - mean) / math.Sqrt(square+float64(o.numbers["epsilon"]))
			y.f[c*size+i] = float32(norm*float64(scale.f[c]) + float64(bias.f[c]))
		}
	}
	return y
}

// reshape: 0 keeps a dimension, -1 is what is left.
func reshape(x array, shape []int64) array {
	y := array{dims: make([]int, len(shape)), f: x.f}
	known, open := 1, -1
	for i, d := range shape {
		switch d {
		case 0:
			y.dims[i] = x.dims[i]
		case -1:
			open = i
			continue
		default:
			y.dims[i] = int(d)
		}
		known *= y.dims[i]
	}
	if open >= 0 {
		y.dims[open] = len(x.f) / known
	}
	return y
}

func transpose(x array, perm []int64) array {
	rank := len(x.dims)
	strides := make([]int, rank)
	for d, s := rank-1, 1; d >= 0; d-- {
		strides[d], s = s, s*x.dims[d]
	}
	y := array{dims: make([]int, rank), f: make([]float32, len(x.f))}
	for d, p := range perm {
		y.dims[d] = x.dims[p]
	}
	for i := range y.f {
		from, rest := 0, i
		for d := rank - 1; d >= 0; d-- {
			from += rest % y.dims[d] * strides[perm[d]]
			rest /= y.dims[d]
		}
		y.f[i] = x.f[from]
	}
	return y
}

// concat joins along axis 1 or the last of two, N being 1: one behind the other.
func concat(a, b array, axis int) array {
	if axis < 0 {
		axis += len(a.dims)
	}
	y := array{dims: append([]int{}, a.dims...), f: append(append([]float32{}, a.f...), b.f...)}
	y.dims[axis] += b.dims[axis]
	return y
}

// matMul multiplies the last two dimensions; b may have fewer dimensions than a.
func matMul(a, b array) array {
	m, k := a.dims[len(a.dims)-2], a.dims[len(a.dims)-1]
	n := b.dims[len(b.dims)-1]
	y := array{dims: append(append([]int{}, a.dims[:len(a.dims)-1]...), n), f: make([]float32, len(a.f)/k*n)}
	for i := range y.f {
		row, column, matrix := i/n, i%n, i/(m*n)
		sum := 0.0
		for j := range k {
			sum += float64(a.f[row*k+j]) * float64(b.f[(matrix*k*n)%len(b.f)+j*n+column])
		}
		y.f[i] = float32(sum)
	}
	return y
}

// softmax is over the last dimension.
func softmax(x array) array {
	n := x.dims[len(x.dims)-1]
	y := each(x, math.Exp)
	for i := 0; i < len(y.f); i += n {
		sum := float32(0)
		for _, v := range y.f[i : i+n] {
			sum += v
		}
		for j := i; j < i+n; j++ {
			y.f[j] /= sum
		}
	}
	return y
}

func resize(x array, scales []float32) array {
	y := array{dims: make([]int, 4)}
	for d := range y.dims {
		y.dims[d] = int(float32(x.dims[d]) * scales[d])
	}
	h, w := y.dims[2], y.dims[3]
	y.f = make([]float32, y.count())
	for i := range y.f {
		c, yy, xx := i/(h*w), i/w%h, i%w
		y.f[i] = x.f[(c*x.dims[2]+int(float32(yy)/scales[2]))*x.dims[3]+int(float32(xx)/scales[3])]
	}
	return y
}
