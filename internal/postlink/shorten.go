package postlink

// What follows is for size: a browser's compiler makes the same of the longer form, which costs a visitor's download.
// After most calls, for one, Go leaves the function by a label that counts all blocks around it: a number that is
// another one at each call, where a return always reads the same and compresses to nothing.

// shorten rewrites, in the order in which they stand:
//
//   - a branch out of the outermost block, behind which the function returns 1: a return;
//   - an if that holds nothing but a branch: a branch on the condition;
//   - a frame and the address behind it taken off the stack one by one: at once, and without a copy of the stack
//     pointer that nobody reads.
func shorten(code []instr) []instr {
	out := make([]instr, 0, len(code))
	exit := exitOf(code)
	nest := 0
	for i := 0; i < len(code); i++ {
		in := code[i]
		switch in.op {
		case opBlock, opLoop, opIf:
			if isBranchOnly(code[i:]) {
				out = appendLeave(out, int(code[i+1].x)-1, exit, nest)
				i += 2
				continue
			}
			nest++
		case opEnd:
			nest--
		case opBrIf:
			out = appendLeave(out, int(in.x), exit, nest)
			continue
		case opI32Const:
			if sum, ok := popped(code[i:]); ok {
				i += 4
				code[i+1] = instr{opI32Const, int64(sum), appendS32([]byte{opI32Const}, sum)} // the next may go with it
				continue
			}
		case opLocalTee:
			if isReturn(code[i+1:]) {
				continue
			}
		}
		out = append(out, in)
	}
	return out
}

// exitOf says whether a function is one block, but for a start without any, behind which it returns 1.
func exitOf(code []instr) bool {
	n := len(code)
	if n < 4 || code[n-1].op != opEnd || code[n-2].op != opI32Const || code[n-2].x != 1 || code[n-3].op != opEnd {
		return false
	}
	nest, blocks := 0, 0
	for _, in := range code[:n-3] {
		switch in.op {
		case opBlock, opLoop, opIf:
			if nest == 0 {
				if blocks++; in.op != opBlock || in.x != -noResult {
					return false
				}
			}
			nest++
		case opEnd:
			nest--
		}
	}
	return nest == 1 && blocks == 1
}

// appendLeave appends a branch on a condition, inside nest blocks: to a label, or out of all.
func appendLeave(out []instr, label int, exit bool, nest int) []instr {
	if !exit || label != nest-1 {
		return append(out, branch(opBrIf, label))
	}
	return append(out,
		instr{opIf, -noResult, []byte{opIf, noResult}},
		instr{opI32Const, 1, []byte{opI32Const, 1}},
		instr{opReturn, 0, []byte{opReturn}},
		instr{opEnd, 0, []byte{opEnd}})
}

// isBranchOnly says whether code begins with an if that holds one branch, to beyond it.
func isBranchOnly(code []instr) bool {
	return len(code) > 2 && code[0].op == opIf && code[0].x == -noResult && code[1].op == opBr && code[1].x > 0 && code[2].op == opEnd
}

// popped returns a+b if code begins with (i32.const a) i32.add (local.tee x) (global.set g) (local.get x) (i32.const b)
// i32.add (local.tee x) (global.set g): the first five are not needed if b is the sum.
func popped(code []instr) (sum int32, ok bool) {
	if len(code) < 9 || code[1].op != opI32Add || code[2].op != opLocalTee || code[3].op != opGlobalSet || code[4].op != opLocalGet ||
		code[5].op != opI32Const || code[6].op != opI32Add || code[2].x != code[4].x || !sets(code[7:], code[2], code[3]) {
		return 0, false
	}
	return int32(code[0].x + code[5].x), true
}

// sets says whether code begins with the same two instructions, so that what these wrote before is not seen.
func sets(code []instr, tee, set instr) bool {
	return len(code) > 1 && code[0].op == tee.op && code[0].x == tee.x && code[1].op == set.op && code[1].x == set.x
}

// isReturn says whether code keeps a value in a global and returns a constant: a local is not read any more.
func isReturn(code []instr) bool {
	return len(code) > 2 && code[0].op == opGlobalSet && code[1].op == opI32Const && code[2].op == opReturn
}
