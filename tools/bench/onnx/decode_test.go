package onnx

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// array is a value of a graph: float32 or int64.
type array struct {
	dims []int
	f    []float32
	i    []int64
}

func (a array) count() int {
	n := 1
	for _, d := range a.dims {
		n *= d
	}
	return n
}

// operator is a decoded node.
type operator struct {
	kind    string
	inputs  []string
	output  string
	ints    map[string][]int64 // attributes
	numbers map[string]float32
	texts   map[string]string
}

// graph is a decoded model.
type graph struct {
	opset     int64
	inputs    map[string][]int
	output    string
	constants map[string]array
	operators []operator
}

// written is m as it is read back from its file.
func written(t *testing.T, m *Model, weights Weights) (g graph) {
	t.Helper()
	var file bytes.Buffer
	if err := m.Write(&file, weights); err != nil {
		t.Fatal(err)
	}
	g = graph{inputs: map[string][]int{}, constants: map[string]array{}}
	for _, f := range decode(t, file.Bytes()) {
		switch f.number {
		case 7:
			g.read(t, f.bytes)
		case 8:
			for _, o := range decode(t, f.bytes) {
				if o.number == 2 {
					g.opset = int64(o.value)
				}
			}
		}
	}
	return g
}

func (g *graph) read(t *testing.T, raw []byte) {
	for _, f := range decode(t, raw) {
		switch f.number {
		case 1:
			g.operators = append(g.operators, readOperator(t, f.bytes))
		case 5:
			name, a := readTensor(t, f.bytes)
			g.constants[name] = a
		case 11:
			name, dims := readPort(t, f.bytes)
			g.inputs[name] = dims
		case 12:
			g.output, _ = readPort(t, f.bytes)
		}
	}
}

func readOperator(t *testing.T, raw []byte) operator {
	o := operator{ints: map[string][]int64{}, numbers: map[string]float32{}, texts: map[string]string{}}
	for _, f := range decode(t, raw) {
		switch f.number {
		case 1:
			o.inputs = append(o.inputs, string(f.bytes))
		case 2:
			o.output = string(f.bytes)
		case 4:
			o.kind = string(f.bytes)
		case 5:
			name := ""
			for _, a := range decode(t, f.bytes) {
				switch a.number {
				case 1:
					name = string(a.bytes)
				case 2:
					o.numbers[name] = math.Float32frombits(uint32(a.value))
				case 3, 8:
					o.ints[name] = append(o.ints[name], int64(a.value))
				case 4:
					o.texts[name] = string(a.bytes)
				}
			}
		}
	}
	return o
}

func readTensor(t *testing.T, raw []byte) (name string, a array) {
	var kind uint64
	for _, f := range decode(t, raw) {
		switch f.number {
		case 1:
			for packed := f.bytes; len(packed) > 0; {
				d, n := binary.Uvarint(packed)
				a.dims, packed = append(a.dims, int(d)), packed[n:]
			}
		case 2:
			kind = f.value
		case 8:
			name = string(f.bytes)
		case 9:
			raw = f.bytes
		}
	}
	size := 4
	if kind == typeInt64 {
		size = 8
	}
	if len(raw) != size*a.count() {
		t.Fatalf("constant %s: %d bytes for dimensions %v", name, len(raw), a.dims)
	}
	for ; len(raw) > 0; raw = raw[size:] {
		if kind == typeInt64 {
			a.i = append(a.i, int64(binary.LittleEndian.Uint64(raw)))
		} else {
			a.f = append(a.f, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		}
	}
	return name, a
}

func readPort(t *testing.T, raw []byte) (name string, dims []int) {
	for _, f := range decode(t, raw) {
		switch f.number {
		case 1:
			name = string(f.bytes)
		case 2:
			tensor := decode(t, decode(t, f.bytes)[0].bytes)
			for _, d := range decode(t, tensor[slices.IndexFunc(tensor, func(f field) bool { return f.number == 2 })].bytes) {
				dims = append(dims, int(decode(t, d.bytes)[0].value))
			}
		}
	}
	return name, dims
}
