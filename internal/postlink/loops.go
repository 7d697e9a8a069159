package postlink

// A basic block that jumps to its own start goes there by the function's head
// (jumps.go), through which V8 carries every value of the function: vectors go to
// memory and back in each round. As a loop of WebAssembly's they stay where they
// are, which is worth a fifth of a matrix product.
//
// Often a block before it, which every round passes, only moves values to the
// registers where the next one expects them. A copy of it goes to the jump.

// closeLoops puts each segment that jumps to its start into a loop, and has it
// jump to that.
func closeLoops(code []instr) []instr {
	all, ends, ok := jumps(code)
	if !ok {
		return code
	}
	out, done := make([]instr, 0, len(code)+len(all)), 0
	for i, j := range all {
		if j.from == 0 {
			continue
		}
		start, end := ends[j.from-1]+1, ends[j.from]
		if start < done || !j.closes(code, ends) {
			continue
		}
		out = append(out, code[done:start]...)
		out = append(out, instr{opLoop, -64, []byte{opLoop, 0x40}})
		out = appendLoop(out, code, ends, all[i:])
		out = append(out, instr{opEnd, 0, []byte{opEnd}})
		done = end
	}
	return append(out, code[done:]...)
}

// closes says whether j goes to the start of its own segment, or to that of the
// one before which then goes on to it and only moves values.
func (j jump) closes(code []instr, ends []int) bool {
	return j.to == j.from || j.to == j.from-1 && moves(j.block(code, ends))
}

// block is the code of the segment to which j goes.
func (j jump) block(code []instr, ends []int) []instr {
	if j.to == 0 {
		return code[:ends[0]]
	}
	return code[ends[j.to-1]+1 : ends[j.to]]
}

// moves says whether a block is short and without branches.
func moves(block []instr) bool {
	const longest = 32
	for _, in := range block {
		if _, _, plain := effect(in.op); !plain && in.op != opLocalSet {
			return false
		}
	}
	return len(block) <= longest
}

// appendLoop appends the segment that the first of all leaves as it stands inside a
// loop: what goes on from its start, in all, are branches to the loop, and branches
// that leave the segment leave one more.
func appendLoop(out, code []instr, ends []int, all []jump) []instr {
	s, nest := all[0].from, 0
	for at := ends[s-1] + 1; at < ends[s]; at++ {
		in := code[at]
		for len(all) > 0 && all[0].at < at {
			all = all[1:]
		}
		if len(all) > 0 && all[0].at == at && all[0].closes(code, ends) {
			if all[0].to != s {
				out = append(out, all[0].block(code, ends)...)
			}
			out = append(out, branch(opBr, nest))
			at += 2
			continue
		}
		switch in.op {
		case opBlock, opLoop, opIf:
			nest++
		case opEnd:
			nest--
		case opBr, opBrIf:
			if int(in.x) >= nest {
				in = branch(in.op, int(in.x)+1)
			}
		}
		out = append(out, in)
	}
	return out
}

// branch is a br or br_if to a label.
func branch(op uint32, label int) instr {
	return instr{op, int64(label), appendU32([]byte{byte(op)}, uint32(label))}
}
