// Package tape is what solvers compile to, and runs it.
//
// A tape is a list of affine operations over a few buffers, with every coefficient known beforehand in float64. It can
// be run on a network, counted, hashed, or interpreted over other values (tests run it on exact Gaussians). A Run
// executes one operation at a time and allocates nothing, so its owner can yield, stop or look at the picture between
// any two.
package tape

import "tintype/core/schedule"

// OpKind is what one operation of a tape does.
type OpKind uint8

// The operations.
const (
	OpEval          OpKind = iota // buf[Dst] = D(buf[Src[0]]) at Levels[Level]: one call of the network
	OpLin                         // buf[Dst] = Σ Coef[i]·buf[Src[i]] for i < Terms; Dst may be one of Src
	OpNoise                       // buf[Dst] = standard normal noise of stream Key
	OpUnconditional               // buf[Dst] = the unconditional half of the last OpEval, where it was guided
	OpArrive                      // a sampler step is done: buf[X] is at Levels[Level]

	OpJump     // OpEval of a network that is also told the end of the step, Levels[Key]
	OpSecond   // buf[Dst] = the network's second output at the latest evaluation
	OpMul      // buf[Dst] = buf[Src[0]]·buf[Src[1]], value by value
	OpExp      // buf[Dst] = exp(Coef[0] + Coef[1]·buf[Src[0]])
	OpSpread   // buf[Dst] = min(√(Coef[0] + Coef[1]·clamp(Coef[2]·buf[Src[0]], 0, 1)), Coef[3])
	OpApply    // buf[Dst] = Operators[Key] of buf[Src[0]]
	OpLangevin // buf[Dst] = a Langevin step from buf[Src[0]] with the estimate buf[Src[1]] and the noise buf[Src[2]]: see PC
)

// Buf names a buffer of a tape.
type Buf int16

// X is the buffer of the noisy picture: where a run begins and ends.
const X Buf = 0

// MaxTerms is the most terms of one Lin.
const MaxTerms = 6

// Op is one operation.
type Op struct {
	Kind  OpKind
	Terms uint8
	Dst   Buf
	Src   [MaxTerms]Buf
	Level int32
	Key   uint32 // of the noise stream: 0 is the noise a run begins with, then 1, 2, ... in the tape's order; or a number
	Coef  [MaxTerms]float64
}

// Tape is a compiled solver.
type Tape struct {
	Ops     []Op
	Levels  []schedule.Level // those of the grid, then those that the solver visits between them
	Buffers int              // how many the operations use
	NFE     int              // calls of the network
	Steps   int              // sampler steps
	Scale   float64          // what the noise that a run begins with is multiplied by

	Operators []Operator // of OpApply
}

// Term is one product of a linear combination.
type Term struct {
	Coef float64
	Src  Buf
}

// Builder collects the operations of a tape.
type Builder struct {
	tape    Tape
	streams uint32 // noise drawn so far
	next    Buf    // the buffer to name next
	first   int    // the grid's number of the stretch's first level
}

// AddLevel adds a level that is not one of the grid's, such as the middle of a step, and returns its number.
func (b *Builder) AddLevel(l schedule.Level) int {
	b.tape.Levels = append(b.tape.Levels, l)
	return len(b.tape.Levels) - 1 - b.first
}

// Level is the level of a number, as levels and AddLevel give them.
func (b *Builder) Level(level int) schedule.Level { return b.tape.Levels[b.first+level] }

// Stretch has emit write a part of the tape whose levels count from the given one. Its buffers are named anew afterwards:
// nothing of the part is read again.
func (b *Builder) Stretch(first int, emit func() error) error {
	next, before := b.next, b.first
	b.first += first
	err := emit()
	b.next, b.first = next, before
	return err
}

// Buffer names a buffer of its own.
func (b *Builder) Buffer() Buf {
	b.next++
	b.tape.Buffers = max(b.tape.Buffers, int(b.next))
	return b.next - 1
}

// Eval estimates the clean picture of src, which is at the given level, into dst.
func (b *Builder) Eval(dst, src Buf, level int) {
	b.add(Op{Kind: OpEval, Dst: dst, Src: [MaxTerms]Buf{src}, Terms: 1, Level: int32(b.first + level)})
	b.tape.NFE++
}

// Unconditional sets dst to the unconditional half of the last Eval, or to its estimate if that was not guided; it costs no
// call of the network.
func (b *Builder) Unconditional(dst Buf) { b.add(Op{Kind: OpUnconditional, Dst: dst}) }

// Jump is Eval by a network that is also told at which level the step ends.
func (b *Builder) Jump(dst, src Buf, level, to int) {
	b.add(Op{Kind: OpJump, Dst: dst, Src: [MaxTerms]Buf{src}, Terms: 1, Level: int32(b.first + level), Key: uint32(b.first + to)})
	b.tape.NFE++
}

// Second copies the network's second output at the latest evaluation.
func (b *Builder) Second(dst Buf) { b.add(Op{Kind: OpSecond, Dst: dst}) }

// Mul sets dst to the product of two buffers, value by value.
func (b *Builder) Mul(dst, x, y Buf) {
	b.add(Op{Kind: OpMul, Dst: dst, Src: [MaxTerms]Buf{x, y}, Terms: 2})
}

// Exp sets dst to exp(c0 + c1·x).
func (b *Builder) Exp(dst, x Buf, c0, c1 float64) {
	b.add(Op{Kind: OpExp, Dst: dst, Src: [MaxTerms]Buf{x}, Terms: 1, Coef: [MaxTerms]float64{c0, c1}})
}

// Spread sets dst to the deviation min(√(v + w·clamp(r·x, 0, 1)), most).
func (b *Builder) Spread(dst, x Buf, v, w, r, most float64) {
	b.add(Op{Kind: OpSpread, Dst: dst, Src: [MaxTerms]Buf{x}, Terms: 1, Coef: [MaxTerms]float64{v, w, r, most}})
}

// Apply sets dst, which is not src, to an operator's result.
func (b *Builder) Apply(dst, src Buf, o Operator) {
	b.add(Op{Kind: OpApply, Dst: dst, Src: [MaxTerms]Buf{src}, Terms: 1, Key: uint32(len(b.tape.Operators))})
	b.tape.Operators = append(b.tape.Operators, o)
}

// Lin sets dst to a linear combination, summed in the order given. Terms of coefficient 0 are left out.
func (b *Builder) Lin(dst Buf, terms ...Term) {
	op := Op{Kind: OpLin, Dst: dst}
	for _, t := range terms {
		if t.Coef == 0 {
			continue
		}
		op.Src[op.Terms], op.Coef[op.Terms] = t.Src, t.Coef
		op.Terms++
	}
	b.add(op)
}

// Slope sets e to the slope (x - a·D)/s at a level.
func (b *Builder) Slope(e, x, d Buf, l schedule.Level) {
	b.Lin(e, Term{1 / l.S, x}, Term{-l.A / l.S, d})
}

// Noise fills dst with noise of the next stream.
func (b *Builder) Noise(dst Buf) {
	b.streams++
	b.add(Op{Kind: OpNoise, Dst: dst, Key: b.streams})
}

// Renoise sets X to a linear combination and noise·up times a fresh noise, which z is filled with; without up none is
// drawn.
func (b *Builder) Renoise(z Buf, up, noise float64, terms ...Term) {
	if up > 0 {
		b.Noise(z)
		terms = append(terms, Term{float64(noise * up), z})
	}
	b.Lin(X, terms...)
}

// Arrive says that X has reached the given level: the end of a sampler step.
func (b *Builder) Arrive(level int) {
	b.add(Op{Kind: OpArrive, Dst: X, Level: int32(b.first + level)})
	b.tape.Steps++
}

func (b *Builder) add(op Op) { b.tape.Ops = append(b.tape.Ops, op) }

// History is a ring of the last estimates: a multistep solver's memory, without copies.
type History struct {
	ring []Buf
	next int
}

// History makes a ring of n buffers.
func (b *Builder) History(n int) *History {
	h := &History{ring: make([]Buf, n)}
	for i := range h.ring {
		h.ring[i] = b.Buffer()
	}
	return h
}

// Push names the buffer of the newest entry; it was the oldest's.
func (h *History) Push() Buf {
	h.next++
	return h.Back(0)
}

// Back is the entry pushed i pushes before the newest.
func (h *History) Back(i int) Buf { return h.ring[(h.next-1-i+len(h.ring))%len(h.ring)] }
