package postlink

// Go's compiler makes of a function with jumps one loop, whose head goes where
// local 0 says, and whose segments, between the ends of the blocks, hold the
// basic blocks in order:
//
//	loop block ... block (local.get 0) (br_table ...) end
//	segment 0 end segment 1 end ... last segment end
//
// A jump is (i32.const n) (local.set 0) (br head). One to a later segment can as
// well leave the block that ends before it: shorter, and no detour.

// A jump is three instructions of segment from, inside nest further blocks, that
// go to segment to by the head.
type jump struct {
	at, from, nest, to int
}

// straightenJumps has jumps to later segments go there without the head. After
// them local 0 is not what it was; nobody sees that, because the head alone reads
// it, and whoever goes there sets it before. jumps checks both.
//
// A jump into the middle of a loop stays: entered like that, a loop of a few
// vectors takes up to 15 % longer in V8.
func straightenJumps(code []instr) []instr {
	all, _, ok := jumps(code)
	if !ok {
		return code
	}
	out, done := code[:0], 0
	for _, j := range all {
		if j.to <= j.from || intoLoop(all, j) {
			continue
		}
		out = append(out, code[done:j.at]...)
		out = append(out, branch(opBr, j.nest+j.to-j.from-1))
		done = j.at + 3
	}
	return append(out, code[done:]...)
}

// intoLoop says whether j goes from before a loop to behind its first segment.
func intoLoop(all []jump, j jump) bool {
	for _, back := range all {
		if j.from < back.to && back.to < j.to && j.to <= back.from {
			return true
		}
	}
	return false
}

// jumps lists a function's jumps in order, and where its segments end; ok is
// false for a body that is not of the form above or that does anything else with
// its head or local 0.
func jumps(code []instr) (all []jump, ends []int, ok bool) {
	at, blocks := 0, 0
	for at < len(code) && code[at].op != opLoop {
		if op := code[at].op; op != opGlobalGet && op != opLocalSet && op != opBlock {
			return nil, nil, false // the stack pointer's copy and the way out come first, nothing else
		}
		at++
	}
	for at++; at < len(code) && code[at].op == opBlock; at++ {
		blocks++
	}
	if blocks == 0 || at+2 >= len(code) || code[at].op != opLocalGet || code[at].x != 0 || code[at+1].op != opBrTable || code[at+2].op != opEnd {
		return nil, nil, false
	}
	table := labels(code[at+1])
	segment, nest := 0, 0
	isSet := false // local 0, since the last instruction that is not plain
	for at += 3; segment < blocks; at++ {
		if at == len(code) {
			return nil, nil, false
		}
		in := code[at]
		head := int64(nest + blocks - segment - 1)
		switch in.op {
		case opBlock, opLoop, opIf:
			nest++
		case opEnd:
			if nest--; nest < 0 {
				nest = 0
				segment++
				ends = append(ends, at)
			}
		case opBrTable:
			return nil, nil, false
		case opBr, opBrIf:
			if in.x != head {
				break
			}
			set, n := code[at-1], code[at-2]
			if in.op != opBr || set.op != opLocalSet || set.x != 0 || n.op != opI32Const || n.x < 0 || n.x >= int64(len(table)) || int(table[n.x]) >= blocks {
				return nil, nil, false
			}
			all = append(all, jump{at - 2, segment, nest, int(table[n.x])})
		case opLocalGet:
			if in.x == 0 && !isSet {
				return nil, nil, false
			}
		}
		_, _, plain := effect(in.op)
		isSet = in.op == opLocalSet && in.x == 0 || isSet && plain
	}
	return all, ends, true
}

// labels returns those of a br_table, the default last.
func labels(in instr) []uint32 {
	r := &reader{rest: in.raw[1:]}
	list := make([]uint32, 0, len(in.raw))
	for range r.u32() + 1 {
		list = append(list, r.u32())
	}
	return list
}
