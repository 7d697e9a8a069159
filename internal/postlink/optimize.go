package postlink

import "fmt"

// optimize returns the program with shorter code that computes the same. These
// things are rewritten, each where Go's compiler emits more than the machine
// needs and a browser's compiler does not put it right:
//
//   - i64.const c, i64.add, i32.wrap_i64 before a load or a store whose
//     address they make: c becomes part of the access's own offset;
//   - f32.load, f32x4.splat: one v128.load32_splat;
//   - i64.extend_i32_u, i32.wrap_i64: gone;
//   - a basic block that jumps to its own start: a loop instead of a detour by
//     the function's head (loops.go);
//   - a jump to a later part of the function: a branch instead of a detour by
//     the function's head (jumps.go);
//   - ways out of the function, ifs of one branch and frames taken off in two steps
//     (shorten.go);
//   - nop: gone.
//
// Nothing outside a body changes.
func (l *layout) optimize(bin []byte) ([]byte, error) {
	sections, err := parse(bin)
	if err != nil {
		return nil, err
	}
	for i, s := range sections {
		if s.id != secCode {
			continue
		}
		if sections[i].body, err = l.optimizeCode(s.body); err != nil {
			return nil, fmt.Errorf("code section: %w", err)
		}
	}
	return assemble(sections), nil
}

func (l *layout) optimizeCode(section []byte) ([]byte, error) {
	r := &reader{rest: section}
	count := r.u32()
	out := appendU32(make([]byte, 0, len(section)), count)
	for i := range count {
		body := r.sized()
		if r.err != nil {
			return nil, r.err
		}
		locals, code, err := split(body)
		if err != nil {
			return nil, fmt.Errorf("body %d %w", i, err)
		}
		short := append([]byte(nil), locals...)
		for _, in := range shorten(straightenJumps(closeLoops(foldPairs(l.foldOffsets(dropNops(code)))))) {
			short = append(short, in.raw...)
		}
		out = appendSized(out, short)
	}
	return out, r.end()
}

// split cuts a body into its declarations of locals and its instructions.
func split(body []byte) (locals []byte, code []instr, err error) {
	r := &reader{rest: body}
	for n := r.u32(); n > 0 && r.err == nil; n-- {
		r.u32()
		r.byte()
	}
	if r.err != nil {
		return nil, nil, r.err
	}
	code, err = instructions(r.rest)
	return body[:len(body)-len(r.rest)], code, err
}

func dropNops(code []instr) []instr {
	out := code[:0]
	for _, in := range code {
		if in.op != opNop {
			out = append(out, in)
		}
	}
	return out
}

// widest is the size of the largest access.
const widest = 16

// foldOffsets moves constants from addresses into offsets. An address is
// (x + c) modulo 2^32, and the access is at address + offset; folded it is at
// (x modulo 2^32) + c + offset. The two differ only if x + c passes 2^32. Then
// the address is less than c, and the access lies in the low page, where no
// program reads or writes: it would trap instead of meeting nothing.
func (l *layout) foldOffsets(code []instr) []instr {
	out := code[:0]
	for i := 0; i < len(code); i++ {
		if i+3 < len(code) && code[i].op == opI64Const && code[i+1].op == opI64Add && code[i+2].op == opWrap {
			c := code[i].x
			if user := addressUser(code, i+3); user >= 0 && c >= 0 && c <= l.lowPage && c+code[user].x <= l.lowPage-widest {
				code[user] = code[user].at(c + code[user].x)
				i++
				continue
			}
		}
		out = append(out, code[i])
	}
	return out
}

// addressUser returns the load or store that takes the value on top of the
// stack before code[i] as its address, or -1.
func addressUser(code []instr, i int) int {
	above := 0 // values on top of it
	for ; i < len(code); i++ {
		takes, leaves, ok := effect(code[i].op)
		if !ok {
			return -1
		}
		if takes > above {
			if takes == above+1 && isMemory(code[i].op) {
				return i
			}
			return -1
		}
		above += leaves - takes
	}
	return -1
}

// foldPairs rewrites instructions that follow each other.
func foldPairs(code []instr) []instr {
	out := code[:0]
	for i := 0; i < len(code); i++ {
		in := code[i]
		switch {
		case i+1 == len(code):
		case in.op == opExtend && code[i+1].op == opWrap:
			i++
			continue
		case in.op == opF32Load && code[i+1].op == opSplat:
			in = instr{opSplat4, in.x, append([]byte{simd >> 16, opSplat4 & 0xff}, in.raw[1:]...)}
			i++
		}
		out = append(out, in)
	}
	return out
}
