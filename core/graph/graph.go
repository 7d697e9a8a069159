// Package graph describes networks as data: nodes of a few kinds, what each reads,
// what it computes and which learned tensors it needs.
//
// A network is described once, by package arch with the layers of package nn.
// Everything else reads the description: package compile makes the fast pass of it,
// internal/interpret the slow and obvious one that it is held to.
//
// Values are batches of items; all inputs of a pass have the same number of items,
// which is not part of a graph. An item is a picture [H,W,C], a sequence of tokens
// [1,T,C] or a row [1,1,C], contiguous in that order, as in package tensor.
package graph

import "fmt"

// Shape is that of one item of a batch.
type Shape struct{ H, W, C int }

// Len is the number of values of an item.
func (s Shape) Len() int { return s.H * s.W * s.C }

// Pixels is the number of pixels, or tokens, of an item.
func (s Shape) Pixels() int { return s.H * s.W }

func (s Shape) String() string { return fmt.Sprintf("[%d,%d,%d]", s.H, s.W, s.C) }

// Row is the shape of a row of c numbers.
func Row(c int) Shape { return Shape{1, 1, c} }

// Tokens is the shape of t rows of c numbers.
func Tokens(t, c int) Shape { return Shape{1, t, c} }

// A Node is one operation of a network, and its result.
type Node struct {
	Op
	Name  string // the layer's, as the checkpoint spells it
	In    []*Node
	Shape Shape
}

// An Op is what a node computes.
type Op interface {
	// result is the shape of the result of inputs of these shapes, or why there is none.
	result(in []Shape) (Shape, error)
	// Params lists the learned tensors of a layer of the given name over these inputs.
	Params(name string, in []Shape) []Param
}

// A Role says what a learned tensor is to its layer: training starts it and decays it by that.
type Role uint8

// The roles.
const (
	Weight Role = iota // of products; starts random, decays
	Bias               // starts at 0
	Gain               // of a norm; starts at 1
	Table              // rows that are looked up or added; starts random
)

// A Param is a learned tensor.
type Param struct {
	Name  string // as the checkpoint spells it
	Shape []int  // as the checkpoint stores it
	Role  Role
}

// Len is the number of its elements.
func (p Param) Len() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// A Graph is a network: nodes in an order in which each comes after what it reads.
type Graph struct {
	Nodes   []*Node
	Outputs []*Node
	err     error
}

// Add appends a node and returns it. If the inputs do not fit, Err says so, and
// the result has the shape of the first input, so that the description may go on.
func (g *Graph) Add(name string, op Op, in ...*Node) *Node {
	n := &Node{Op: op, Name: name, In: in}
	shape, err := op.result(shapes(in))
	if err != nil {
		if g.err == nil {
			g.err = fmt.Errorf("%s: %w", name, err)
		}
		if len(in) > 0 {
			shape = in[0].Shape
		}
	}
	n.Shape = shape
	g.Nodes = append(g.Nodes, n)
	return n
}

// Err is the first error of the description.
func (g *Graph) Err() error { return g.err }

// Input returns the input of the given name, nil if there is none.
func (g *Graph) Input(name string) *Node {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(Input); ok && n.Name == name {
			return n
		}
	}
	return nil
}

// Inputs lists the inputs in order.
func (g *Graph) Inputs() (all []*Node) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(Input); ok {
			all = append(all, n)
		}
	}
	return all
}

// Params lists the learned tensors in the order of the nodes, each once.
func (g *Graph) Params() (all []Param) {
	seen := map[string]bool{}
	for _, n := range g.Nodes {
		for _, p := range n.Params() {
			if !seen[p.Name] {
				seen[p.Name] = true
				all = append(all, p)
			}
		}
	}
	return all
}

// Params lists the node's learned tensors.
func (n *Node) Params() []Param { return n.Op.Params(n.Name, shapes(n.In)) }

func shapes(in []*Node) []Shape {
	all := make([]Shape, len(in))
	for i, n := range in {
		all[i] = n.Shape
	}
	return all
}
