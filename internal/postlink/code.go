package postlink

import (
	"errors"
	"fmt"
)

// The instructions that the optimiser names (WebAssembly Core Specification
// 2.0, 5.4); one with a prefix byte is prefix<<16 | number.
const (
	opNop       = 0x01
	opBlock     = 0x02
	opLoop      = 0x03
	opIf        = 0x04
	opElse      = 0x05
	opEnd       = 0x0b
	opBr        = 0x0c
	opBrIf      = 0x0d
	opBrTable   = 0x0e
	opReturn    = 0x0f
	opCall      = 0x10
	opIndirect  = 0x11
	opDrop      = 0x1a
	opSelect    = 0x1b
	opLocalGet  = 0x20
	opLocalSet  = 0x21
	opLocalTee  = 0x22
	opGlobalGet = 0x23
	opGlobalSet = 0x24
	opFirstLoad = 0x28
	opF32Load   = 0x2a
	opFirstSave = 0x36
	opLastSave  = 0x3e
	opMemGrow   = 0x40
	opI32Const  = 0x41
	opI64Const  = 0x42
	opF32Const  = 0x43
	opF64Const  = 0x44
	opI32Eqz    = 0x45
	opI64Eqz    = 0x50
	opI64Add    = 0x7c
	opWrap      = 0xa7 // i32.wrap_i64
	opExtend    = 0xad // i64.extend_i32_u
	opLastPlain = 0xc4

	misc     = 0xfc << 16
	opTrunc  = misc | 0x07 // the last of i32.trunc_sat_f32_s ...
	opCopy   = misc | 0x0a
	opFill   = misc | 0x0b
	simd     = 0xfd << 16
	opVLoad  = simd | 0x00
	opSplat4 = simd | 0x09 // v128.load32_splat
	opVStore = simd | 0x0b
	opVConst = simd | 0x0c
	opMix    = simd | 0x0d // i8x16.shuffle
	opSplat  = simd | 0x13 // f32x4.splat
	opLane   = simd | 0x15 // the first of extract_lane and replace_lane
	opLanes  = simd | 0x22 // the last
	opVLane  = simd | 0x54 // the first load or store of one lane
	opVLanes = simd | 0x5b // the last
	opVZeros = simd | 0x5d // v128.load64_zero
	opVMath  = simd | 0xe4 // f32x4.add, sub, mul, div
	opVMaths = simd | 0xe7
	opVLast  = simd | 0xff
)

// An instr is one instruction.
type instr struct {
	op  uint32
	x   int64  // constant, index, label or offset
	raw []byte // as it stands in the program
}

// instructions decodes an expression.
func instructions(code []byte) ([]instr, error) {
	var list []instr
	r := &reader{rest: code}
	for len(r.rest) > 0 {
		before := r.rest
		in := instr{op: uint32(r.byte())}
		if in.op == misc>>16 || in.op == simd>>16 {
			in.op = in.op<<16 | min(r.u32(), 0xffff)
		}
		in.x = immediates(r, in.op)
		if r.err != nil {
			return nil, r.err
		}
		in.raw = before[:len(before)-len(r.rest)]
		list = append(list, in)
	}
	return list, nil
}

// immediates reads what follows an opcode and returns its number.
func immediates(r *reader, op uint32) (x int64) {
	switch {
	case op >= opBlock && op <= opIf, op == opI32Const, op == opI64Const:
		return r.s64()
	case op == opBr, op == opBrIf, op == opCall, op >= opLocalGet && op <= opGlobalSet:
		return int64(r.u32())
	case op == opBrTable:
		for n := r.u32(); n > 0 && r.err == nil; n-- {
			r.u32()
		}
		r.u32()
	case op == opIndirect:
		r.u32()
		r.u32()
	case isMemory(op):
		r.u32() // alignment
		x = int64(r.u32())
		if op >= opVLane && op <= opVLanes {
			r.byte()
		}
	case op > opLastSave && op <= opMemGrow, op == opFill, op >= opLane && op <= opLanes:
		r.byte()
	case op == opCopy:
		r.take(2)
	case op == opF32Const:
		r.take(4)
	case op == opF64Const:
		r.take(8)
	case op == opVConst, op == opMix:
		r.take(16)
	case op <= opNop, op == opElse, op == opEnd, op == opReturn, op == opDrop, op == opSelect,
		op >= opI32Eqz && op <= opLastPlain, op >= misc && op <= opTrunc, op > opVStore && op <= opVLast:
	default:
		if r.err == nil {
			r.err = fmt.Errorf("has the instruction %#x, which Go's compiler does not use", op)
		}
	}
	return x
}

// isMemory says whether op is a load or a store: alignment, offset.
func isMemory(op uint32) bool {
	return op >= opFirstLoad && op <= opLastSave || op >= opVLoad && op <= opVStore || op >= opVLane && op <= opVZeros
}

// at returns the load or store with another offset.
func (in instr) at(offset int64) instr {
	r := &reader{rest: in.raw[1:]}
	if in.op > 0xff {
		r.u32()
	}
	r.u32() // alignment
	raw := append([]byte(nil), in.raw[:len(in.raw)-len(r.rest)]...)
	r.u32()
	raw = appendU32(raw, uint32(offset))
	return instr{in.op, offset, append(raw, r.rest...)}
}

// effect returns how many values an instruction takes from the stack and how
// many it leaves, for those that compute what Go stores; ok is false for others.
func effect(op uint32) (takes, leaves int, ok bool) {
	switch {
	case op == opLocalGet, op == opGlobalGet, op >= opI32Const && op <= opF64Const, op == opVConst:
		return 0, 1, true
	case op >= opFirstLoad && op < opFirstSave, op >= opVLoad && op < opVStore, op == opLocalTee, op == opSplat,
		op == opI32Eqz, op == opI64Eqz, op >= 0x67 && op <= 0x69, op >= 0x79 && op <= 0x7b, op >= opWrap && op <= opLastPlain:
		return 1, 1, true // 0x67, 0x79: clz, ctz, popcnt
	case op > opI32Eqz && op < 0x8b, op >= opVMath && op <= opVMaths:
		return 2, 1, true // comparisons and integer arithmetic
	case op >= opFirstSave && op <= opLastSave, op == opVStore:
		return 2, 0, true
	}
	return 0, 0, false
}

// s64 reads a signed LEB128 number of at most 64 bits.
func (r *reader) s64() int64 {
	var v int64
	for shift := 0; shift < 70; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7f) << shift
		switch {
		case r.err != nil:
			return 0
		case b&0x80 != 0:
		case b&0x40 != 0 && shift < 57:
			return v | -1<<(shift+7)
		default:
			return v
		}
	}
	r.err = errors.New("holds a number of more than 64 bits")
	return 0
}
