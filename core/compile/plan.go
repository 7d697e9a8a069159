// Package nn holds the layers of a network: each owns its packed weights and knows how to plan itself.
//
// A network is planned once per (batch, height, width) into a flat list of operations over one arena; a pass runs
// the list. Everything is decided and allocated while planning: the order, the places, the closures. A layer's
// Plan method allocates its result in the arena and appends what computes it; the caller releases the tensors it
// no longer needs, and their places are used again by what is planned later.
package compile

import "tintype/core/tensor"

// OpKind says what an operation spends its time on: a profile adds up by kind.
type OpKind uint8

// The kinds of operation.
const (
	OpConv       OpKind = iota // 3x3 convolutions, with Winograd's transforms
	OpMatMul                   // 1x1 convolutions, linear layers, the two products of attention
	OpNorm                     // group normalisation
	OpActivation               // SiLU, and a norm applied with it
	OpSoftmax                  // the rows of attention
	OpArithmetic               // sums, scales
	OpMove                     // padding, packing, concatenation, resampling
	OpEmbed                    // time and class inputs
	opKinds
)

var kindNames = [opKinds]string{"conv", "matmul", "norm", "activation", "softmax", "arithmetic", "move", "embed"}

func (k OpKind) String() string {
	if k >= opKinds {
		return "unknown"
	}
	return kindNames[k]
}

// Op is one step of a pass: a bounded piece of one layer's work.
type Op struct {
	Name  string // the layer's, as the checkpoint spells it
	Kind  OpKind
	FLOPs int64 // a multiplication and an addition count two; 0 where nothing is multiplied by weights; a 3x3 convolution counts its definition
	Run   func()
}

// Plan collects the operations of a pass and the places of its tensors. The zero value is an empty plan.
type Plan struct {
	arena tensor.Arena
	ops   []Op
}

// New plans a place for an NHWC tensor. Its Data is nil until Commit, so operations must read it when they run.
func (p *Plan) New(n, h, w, c int) *tensor.Tensor { return p.arena.New(n, h, w, c) }

// Scratch plans a place for count floats that are no layer's result.
func (p *Plan) Scratch(count int) *tensor.Tensor { return p.arena.Scratch(count) }

// Release lets tensors planned from now on use t's place: operations appended so far are its last readers.
func (p *Plan) Release(t *tensor.Tensor) { p.arena.Release(t) }

// Add appends an operation.
func (p *Plan) Add(op Op) { p.ops = append(p.ops, op) }

// opFLOPs bounds one operation, so that a pass can be left soon whatever the layer: about 3 ms of WebAssembly
// SIMD and 30 ms of scalar WebAssembly.
const opFLOPs = 1 << 26

// split appends operations that together do units of work, each of op.FLOPs and independent of the others;
// run does units [from, to).
func (p *Plan) split(op Op, units int, run func(from, to int)) {
	step := units
	if op.FLOPs > 0 {
		step = int(max(1, opFLOPs/op.FLOPs))
	}
	unit := op.FLOPs
	for from := 0; from < units; from += step {
		to := min(from+step, units)
		op.FLOPs = unit * int64(to-from)
		op.Run = func() { run(from, to) }
		p.Add(op)
	}
}

// perPicture appends one operation per picture of a batch of n.
func (p *Plan) perPicture(name string, kind OpKind, n int, run func(i int)) {
	for i := range n {
		p.Add(Op{Name: name, Kind: kind, Run: func() { run(i) }})
	}
}

// Bytes is what Commit will allocate, or has allocated.
func (p *Plan) Bytes() int64 { return 4 * int64(p.arena.Use().Size) }

// Use is what the places of the tensors add up to, in float32s.
func (p *Plan) Use() tensor.Use { return p.arena.Use() }

// Commit allocates the arena: the plan is complete.
func (p *Plan) Commit() { p.arena.Commit() }

// Ops is the list of operations in order.
func (p *Plan) Ops() []Op { return p.ops }

// Run runs the operations in order and calls between (nil allowed) after each; its error ends the pass and is
// returned. Nothing is allocated.
func (p *Plan) Run(between func() error) error {
	for i := range p.ops {
		p.ops[i].Run()
		if between != nil {
			if err := between(); err != nil {
				return err
			}
		}
	}
	return nil
}

// picture is the data of picture i of t.
func picture(t *tensor.Tensor, i int) []float32 {
	size := t.H * t.W * t.C
	return t.Data[i*size : (i+1)*size]
}
