package onnx

import (
	"fmt"
	"math"
)

// feature is a value inside the network with its size: NCHW with N = 1, as torch lays it out.
type feature struct {
	value   string
	c, h, w int
}

func (f feature) dims() []int64 { return []int64{1, int64(f.c), int64(f.h), int64(f.w)} }

// with is f's size with another value.
func (f feature) with(value string) feature { f.value = value; return f }

// layers appends torch's layers to a model, each as the operators that torch exports it as.
type layers struct {
	*Model
	groups  int
	epsilon float32
}

// conv is Conv2d with padding size/2.
func (l layers) conv(name string, x feature, out, size, stride int) feature {
	k, s, pad := int64(size), int64(stride), int64(size/2)
	w := l.weight(Weight{name + ".weight", []int{out, x.c, size, size}}, false, int64(out), int64(x.c), k, k)
	b := l.weight(Weight{name + ".bias", []int{out}}, false, int64(out))
	y := l.node(name, "Conv", []string{x.value, w, b}, attrInts("dilations", 1, 1), attrInt("group", 1),
		attrInts("kernel_shape", k, k), attrInts("pads", pad, pad, pad, pad), attrInts("strides", s, s))
	return feature{y, out, x.h / stride, x.w / stride}
}

// groupNorm is GroupNorm over value of dims [1, channels, ...]. The groups are made channels, which leaves the
// affine part to two operators more.
func (l layers) groupNorm(name, value string, dims ...int64) string {
	g := int64(l.groups)
	ones, zeros := make([]float32, g), make([]float32, g)
	for i := range ones {
		ones[i] = 1
	}
	cut := l.node(name, "Reshape", []string{value, l.int64s(0, g, -1)})
	norm := l.node(name, "InstanceNormalization",
		[]string{cut, l.floats(fmt.Sprint("ones ", g), ones, g), l.floats(fmt.Sprint("zeros ", g), zeros, g)}, attrFloat("epsilon", l.epsilon))
	whole := l.node(name, "Reshape", []string{norm, l.int64s(dims...)})
	row := []int64{dims[1]} // broadcast over all dimensions behind the channels
	for range dims[2:] {
		row = append(row, 1)
	}
	shape := []int{int(dims[1])}
	scaled := l.node(name, "Mul", []string{whole, l.weight(Weight{name + ".weight", shape}, false, row...)})
	return l.node(name, "Add", []string{scaled, l.weight(Weight{name + ".bias", shape}, false, row...)})
}

func (l layers) silu(name, value string) string {
	return l.node(name, "Mul", []string{value, l.node(name, "Sigmoid", []string{value})})
}

// gemm is Linear over a matrix.
func (l layers) gemm(name, value string, in, out int) string {
	w := l.weight(Weight{name + ".weight", []int{out, in}}, false, int64(out), int64(in))
	b := l.weight(Weight{name + ".bias", []int{out}}, false, int64(out))
	return l.node(name, "Gemm", []string{value, w, b}, attrFloat("alpha", 1), attrFloat("beta", 1), attrInt("transB", 1))
}

// matMul is Linear over [1, tokens, in]; the exporter folds the weight's transposition.
func (l layers) matMul(name, value string, in, out int) string {
	w := l.weight(Weight{name + ".weight", []int{out, in}}, true, int64(in), int64(out))
	b := l.weight(Weight{name + ".bias", []int{out}}, false, int64(out))
	return l.node(name, "Add", []string{b, l.node(name, "MatMul", []string{value, w})})
}

func (l layers) transpose(name, value string, perm ...int64) string {
	return l.node(name, "Transpose", []string{value}, attrInts("perm", perm...))
}

// divideByOne is diffusers' division by output_scale_factor, which stays in the graph.
func (l layers) divideByOne(name, value string) string {
	return l.node(name, "Div", []string{value, l.floats("one", []float32{1})})
}

// resnet is diffusers' ResnetBlock2D over x and the activated time embedding emb [1, time].
func (l layers) resnet(name string, x feature, emb string, time, out int) feature {
	h := x.with(l.silu(name, l.groupNorm(name+".norm1", x.value, x.dims()...)))
	h = l.conv(name+".conv1", h, out, 3, 1)
	row := l.gemm(name+".time_emb_proj", emb, time, out)
	row = l.node(name, "Unsqueeze", []string{row, l.int64s(2)})
	row = l.node(name, "Unsqueeze", []string{row, l.int64s(3)})
	h = h.with(l.node(name, "Add", []string{h.value, row}))
	h = h.with(l.silu(name, l.groupNorm(name+".norm2", h.value, h.dims()...)))
	h = l.conv(name+".conv2", h, out, 3, 1)
	if x.c != out {
		x = l.conv(name+".conv_shortcut", x, out, 1, 1)
	}
	return h.with(l.divideByOne(name, l.node(name, "Add", []string{x.value, h.value})))
}

// attention is diffusers' Attention with one head over the pixels of x, by scaled_dot_product_attention.
func (l layers) attention(name string, x feature) feature {
	c, tokens := int64(x.c), int64(x.h*x.w)
	flat := l.node(name, "Reshape", []string{x.value, l.int64s(1, c, tokens)})
	rows := l.transpose(name, l.groupNorm(name+".group_norm", flat, 1, c, tokens), 0, 2, 1)
	head := func(part string, perm ...int64) string {
		y := l.matMul(name+part, rows, x.c, x.c)
		y = l.node(name+part, "Reshape", []string{y, l.int64s(1, -1, 1, c)})
		return l.transpose(name+part, y, perm...)
	}
	q, k, v := head(".to_q", 0, 2, 1, 3), head(".to_k", 0, 2, 3, 1), head(".to_v", 0, 2, 1, 3)

	// Half of the scale goes into each factor.
	root := l.floats(fmt.Sprint("attention scale of ", c), []float32{float32(math.Sqrt(1 / math.Sqrt(float64(c))))})
	q, k = l.node(name, "Mul", []string{q, root}), l.node(name, "Mul", []string{k, root})
	scores := l.node(name, "Softmax", []string{l.node(name, "MatMul", []string{q, k})}, attrInt("axis", -1))
	o := l.transpose(name, l.node(name, "MatMul", []string{scores, v}), 0, 2, 1, 3)
	o = l.node(name, "Reshape", []string{o, l.int64s(1, -1, c)})
	o = l.transpose(name, l.matMul(name+".to_out.0", o, x.c, x.c), 0, 2, 1)
	o = l.node(name, "Reshape", []string{o, l.int64s(x.dims()...)})
	return x.with(l.divideByOne(name, l.node(name, "Add", []string{o, x.value})))
}

// double is interpolate with scale factor 2 and mode nearest.
func (l layers) double(name string, x feature) feature {
	scales := l.floats("double", []float32{1, 1, 2, 2}, 4)
	y := l.node(name, "Resize", []string{x.value, "", scales}, attrText("coordinate_transformation_mode", "asymmetric"),
		attrFloat("cubic_coeff_a", -0.75), attrText("mode", "nearest"), attrText("nearest_mode", "floor"))
	return feature{y, x.c, 2 * x.h, 2 * x.w}
}
