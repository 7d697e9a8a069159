// Package onnx writes networks as ONNX models, for the bench to run on other engines.
//
// The models hold the operators that torch.onnx.export (the TorchScript exporter) emits for the same network of
// diffusers, one for one, with constants folded as it folds them: a peer must be measured on the graph that its
// users have. The operator set is Opset.
package onnx

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Opset is the version of ONNX's operators that a model is written for. GroupNorm has no fast operator in it, and
// exporters write the InstanceNormalization form.
const Opset = 17

const irVersion = 8 // the file format's, of the ONNX release that Opset came with

// Element types, by TensorProto's numbers.
const (
	typeFloat = 1
	typeInt64 = 7
)

// Weight is a tensor that a model takes from a checkpoint.
type Weight struct {
	Name  string
	Shape []int
}

// Weights hands over the elements of a weight, in row-major order. They are read before the next call.
type Weights func(w Weight) []float32

// Model is a network as a graph of operators, its weights still to be filled in.
type Model struct {
	name      string
	nodes     []message
	constants []constant
	known     map[string]bool // names of constants
	inputs    []message
	outputs   []message
}

// constant is an initializer: a weight, or a few numbers of the graph's own.
type constant struct {
	name      string
	kind      int
	dims      []int64
	weight    *Weight // nil: raw holds the elements
	transpose bool    // of the weight's [out, in]
	raw       []byte
}

// Weights lists the checkpoint's tensors that the model asks for.
func (m *Model) Weights() []Weight {
	var list []Weight
	for _, c := range m.constants {
		if c.weight != nil {
			list = append(list, *c.weight)
		}
	}
	return list
}

// attribute sets one attribute of a node.
type attribute func(node *message)

// The types of attributes, by AttributeProto's numbers, and the fields that hold them.
func attrInt(name string, v int64) attribute {
	return attr(name, 2, func(a *message) { a.int(3, v) })
}
func attrFloat(name string, v float32) attribute {
	return attr(name, 1, func(a *message) { a.float(2, v) })
}
func attrText(name, v string) attribute {
	return attr(name, 3, func(a *message) { a.text(4, v) })
}
func attrInts(name string, v ...int64) attribute {
	return attr(name, 7, func(a *message) {
		for _, i := range v {
			a.int(8, i)
		}
	})
}

func attr(name string, kind int64, value func(a *message)) attribute {
	return func(node *message) {
		var a message
		a.text(1, name)
		value(&a)
		a.int(20, kind)
		node.bytes(5, a)
	}
}

// node appends an operator that stands in layer and returns the name of its result.
func (m *Model) node(layer, operator string, inputs []string, attributes ...attribute) string {
	result := fmt.Sprintf("%s/%s_%d", layer, operator, len(m.nodes))
	var n message
	for _, in := range inputs {
		n.text(1, in)
	}
	n.text(2, result)
	n.text(3, result)
	n.text(4, operator)
	for _, set := range attributes {
		set(&n)
	}
	m.nodes = append(m.nodes, n)
	return result
}

// weight adds a checkpoint's tensor, with the dimensions that the graph reads it in, and returns its name.
func (m *Model) weight(w Weight, transpose bool, dims ...int64) string {
	return m.constant(constant{name: w.Name, kind: typeFloat, dims: dims, weight: &w, transpose: transpose})
}

// floats adds numbers of the graph's own under a name that stands for their content.
func (m *Model) floats(name string, v []float32, dims ...int64) string {
	return m.constant(constant{name: name, kind: typeFloat, dims: dims, raw: RawFloats(v)})
}

// int64s adds whole numbers, such as a shape.
func (m *Model) int64s(v ...int64) string {
	var raw []byte
	for _, i := range v {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(i))
	}
	return m.constant(constant{name: fmt.Sprint("int64", v), kind: typeInt64, dims: []int64{int64(len(v))}, raw: raw})
}

// constant adds c once.
func (m *Model) constant(c constant) string {
	if m.known == nil {
		m.known = map[string]bool{}
	}
	if !m.known[c.name] {
		m.known[c.name] = true
		m.constants = append(m.constants, c)
	}
	return c.name
}

// port is an input or output of the graph, float32 of fixed dimensions.
func port(name string, dims ...int64) message {
	var shape, tensor, kind, p message
	for _, d := range dims {
		var dim message
		dim.int(1, d)
		shape.bytes(1, dim)
	}
	tensor.int(1, typeFloat)
	tensor.bytes(2, shape)
	kind.bytes(1, tensor)
	p.text(1, name)
	p.bytes(2, kind)
	return p
}

// Write writes the model with its weights.
func (m *Model) Write(w io.Writer, weights Weights) error {
	var graph message
	for _, n := range m.nodes {
		graph.bytes(1, n)
	}
	graph.text(2, m.name)
	for _, c := range m.constants {
		t, err := c.tensor(weights)
		if err != nil {
			return err
		}
		graph.bytes(5, t)
	}
	for _, p := range m.inputs {
		graph.bytes(11, p)
	}
	for _, p := range m.outputs {
		graph.bytes(12, p)
	}
	var opset, model message
	opset.text(1, "") // ONNX's own operators
	opset.int(2, Opset)
	model.int(1, irVersion)
	model.text(2, "tintype bench")
	model.bytes(8, opset)
	model.length(7, len(graph))
	if _, err := w.Write(model); err != nil {
		return err
	}
	_, err := w.Write(graph)
	return err
}

// tensor is c as a TensorProto.
func (c constant) tensor(weights Weights) (message, error) {
	raw := c.raw
	if c.weight != nil {
		count := 1
		for _, d := range c.weight.Shape {
			count *= d
		}
		values := weights(*c.weight)
		if len(values) != count {
			return nil, fmt.Errorf("weight %s: expected %d elements, found %d", c.name, count, len(values))
		}
		if c.transpose {
			values = transposed(values, c.weight.Shape[0], c.weight.Shape[1])
		}
		raw = RawFloats(values)
	}
	t := make(message, 0, len(raw)+len(c.name)+64)
	t.ints(1, c.dims)
	t.int(2, int64(c.kind))
	t.text(8, c.name)
	t.bytes(9, raw)
	return t, nil
}

// transposed is w [rows, columns] as [columns, rows].
func transposed(w []float32, rows, columns int) []float32 {
	t := make([]float32, len(w))
	for i := range rows {
		for j := range columns {
			t[j*rows+i] = w[i*columns+j]
		}
	}
	return t
}

// RawFloats is v as little-endian bytes.
func RawFloats(v []float32) []byte {
	raw := make([]byte, 4*len(v))
	for i, f := range v {
		binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(f))
	}
	return raw
}
