package postlink

// The instructions that the start function needs besides those in code.go.
const (
	opLoad8     = 0x2d // i32.load8_u
	opStore32   = 0x36 // i32.store
	opLessU     = 0x49 // i32.lt_u
	opI32Add    = 0x6a
	opI32Mul    = 0x6c
	opI32And    = 0x71
	opI32ShiftR = 0x76 // i32.shr_u
	opI64And    = 0x83
	opI64Or     = 0x84
	opI64Shift  = 0x86
	opI64ShiftR = 0x88 // i64.shr_u

	noResult = 0x40
)

// An assembler writes a function's instructions.
type assembler struct{ code []byte }

func (a *assembler) op(ops ...byte) { a.code = append(a.code, ops...) }

func (a *assembler) get(local byte) { a.op(opLocalGet, local) }
func (a *assembler) set(local byte) { a.op(opLocalSet, local) }

func (a *assembler) i32(v int) { a.code = appendS32(append(a.code, opI32Const), int32(v)) }
func (a *assembler) i64(v int) { a.code = appendS32(append(a.code, opI64Const), int32(v)) }

// add adds a constant to a local of 32 bits.
func (a *assembler) add(local byte, v int) {
	a.get(local)
	a.i32(v)
	a.op(opI32Add)
	a.set(local)
}

// load8 and store use the address plus a constant.
func (a *assembler) load8(offset int) { a.code = appendU32(append(a.code, opLoad8, 0), uint32(offset)) }
func (a *assembler) store(offset int) {
	a.code = appendU32(append(a.code, opStore32, 2), uint32(offset))
}

// count runs body for the local from 0 in steps below n, which is more than 0.
func (a *assembler) count(local byte, step, n int, body func()) {
	a.i32(0)
	a.set(local)
	a.op(opLoop, noResult)
	body()
	a.add(local, step)
	a.get(local)
	a.i32(n)
	a.op(opLessU, opBrIf, 0, opEnd)
}

// The start function's locals.
const (
	localFunction = iota // counts functions, and entries of the finder
	localField           // place of a field in a record
	localRecord
	localNext // place in the packed form
	localByte
	localHighest // value of the field before, 64 bits
	localValue
	localShift
)

// code is the body of the start function.
func (u unpacking) code() []byte {
	a := &assembler{code: []byte{2, localHighest, typeI32, localShift + 1 - localHighest, typeI64}}
	u.pairs(a)
	a.i32(u.packed + u.count)
	a.set(localNext)
	a.count(localField, 4, u.widest, func() { u.column(a) })
	a.count(localFunction, 1, u.found, func() {
		a.get(localFunction)
		a.i32(u.findBytes)
		a.op(opI32Mul)
		a.get(localFunction)
		a.i32(u.counterBits - u.findBits)
		a.op(opI32ShiftR)
		a.store(u.finder)
	})
	a.op(opEnd)
	return a.code
}

// pairs writes the pairs of a function's number and its record's place, and the number after the last.
func (u unpacking) pairs(a *assembler) {
	const pair = 8
	a.i32(u.records - u.functions)
	a.set(localRecord)
	a.count(localFunction, 1, u.count, func() {
		a.get(localFunction)
		a.i32(pair)
		a.op(opI32Mul)
		a.get(localFunction)
		a.i32(u.first)
		a.op(opI32Add)
		a.store(u.functions)
		a.get(localFunction)
		a.i32(pair)
		a.op(opI32Mul)
		a.get(localRecord)
		a.store(u.functions + 4)
		u.nextRecord(a)
	})
	a.i32(0)
	a.i32(u.first + u.count)
	a.store(u.functions + pair*u.count)
}

// nextRecord goes to the next record.
func (u unpacking) nextRecord(a *assembler) {
	a.get(localRecord)
	a.get(localFunction)
	a.load8(u.packed)
	a.i32(u.recordStep)
	a.op(opI32Mul, opI32Add)
	a.set(localRecord)
}

// column writes one field of all records that are wide enough.
func (u unpacking) column(a *assembler) {
	a.i64(0)
	a.set(localHighest)
	a.i32(u.records)
	a.set(localRecord)
	a.count(localFunction, 1, u.count, func() {
		a.get(localField)
		a.get(localFunction)
		a.load8(u.packed)
		a.i32(u.recordStep)
		a.op(opI32Mul, opLessU, opIf, noResult)
		a.uvarint()
		a.get(localValue)
		a.i64(1)
		a.op(opI64And, opWrap, opIf, typeI64)
		a.half()
		a.get(localHighest)
		a.op(opI64Add, opLocalTee, localHighest)
		a.op(opElse)
		a.half()
		a.op(opEnd)
		a.set(localValue)
		a.get(localRecord)
		a.get(localField)
		a.op(opI32Add)
		a.get(localValue)
		a.op(opWrap)
		a.i32(-1)
		a.op(opI32Add)
		a.store(0)
		a.op(opEnd)
		u.nextRecord(a)
	})
}

// half leaves half of the value on the stack.
func (a *assembler) half() {
	a.get(localValue)
	a.i64(1)
	a.op(opI64ShiftR)
}

// uvarint reads the next number (encoding/binary's Uvarint).
func (a *assembler) uvarint() {
	a.i64(0)
	a.set(localValue)
	a.i64(0)
	a.set(localShift)
	a.op(opLoop, noResult)
	a.get(localValue)
	a.get(localNext)
	a.load8(0)
	a.op(opLocalTee, localByte)
	a.i32(0x7f)
	a.op(opI32And, opExtend)
	a.get(localShift)
	a.op(opI64Shift, opI64Or)
	a.set(localValue)
	a.get(localShift)
	a.i64(7)
	a.op(opI64Add)
	a.set(localShift)
	a.add(localNext, 1)
	a.i32(0x7f)
	a.get(localByte)
	a.op(opLessU, opBrIf, 0, opEnd)
}

// withStart adds a start function to a program's sections.
func (m *module) withStart(sections []section, body []byte) []section {
	var types uint32
	var out []section
	for _, s := range sections {
		r := &reader{rest: s.body}
		v := vector{count: r.u32(), entries: r.rest}
		switch s.id {
		case secType:
			types = v.count
			s.body = v.with([]byte{typeFunc, 0, 0})
		case secFunction:
			s.body = v.with(appendU32(nil, types))
		case secExport:
			out = append(out, s)
			s = section{secStart, appendU32(nil, m.imported+m.declared)}
		case secCode:
			s.body = v.with(appendSized(nil, body))
		}
		out = append(out, s)
	}
	return out
}
