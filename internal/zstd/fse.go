package zstd

import "math/bits"

// Finite state entropy (4.1). A table has 1<<log states; a state gives a symbol
// and, with some more bits, the next state.
type fseTable struct {
	log    uint8
	states []fseState // nil: no table
	room   [512]fseState
}

type fseState struct {
	symbol uint8
	bits   uint8  // to take for the next state
	base   uint16 // to which they are added
}

// single is the table of one symbol that takes no bits.
func (t *fseTable) single(symbol uint8) {
	t.log = 0
	t.room[0] = fseState{symbol: symbol}
	t.states = t.room[:1]
}

// build makes the table of a distribution over 1<<log (4.1.1): -1 stands for a
// probability below 1.
func (t *fseTable) build(norm []int16, log uint8) bool {
	size := 1 << log
	t.log, t.states = log, t.room[:size]
	var next [256]uint16
	high := size - 1
	for s, p := range norm {
		next[s] = uint16(p)
		if p == -1 {
			t.states[high].symbol = uint8(s)
			high--
			next[s] = 1
		}
	}
	at, step := 0, size>>1+size>>3+3
	for s, p := range norm {
		for range p {
			t.states[at].symbol = uint8(s)
			for at = (at + step) & (size - 1); at > high; at = (at + step) & (size - 1) {
			}
		}
	}
	if at != 0 {
		return false
	}
	for i := range t.states {
		s := &t.states[i]
		n := next[s.symbol]
		next[s.symbol]++
		s.bits = log - uint8(bits.Len16(n)-1)
		s.base = n<<s.bits - uint16(size)
	}
	return true
}

// read reads a distribution of at most maxSymbol+1 symbols from the front of
// data, makes the table and returns how many bytes that took (4.1.1).
func (t *fseTable) read(data []byte, maxSymbol int, maxLog uint8) (int, bool) {
	at := 0 // in bits
	peek := func(n uint8) uint32 {
		var v uint32
		for i := range 4 {
			if j := at>>3 + i; j < len(data) {
				v |= uint32(data[j]) << (8 * i)
			}
		}
		return v >> (at & 7) & (1<<n - 1)
	}
	log := uint8(peek(4)) + 5
	at += 4
	if log > maxLog {
		return 0, false
	}
	var norm [256]int16
	symbol, left := 0, 1<<log+1
	for left > 1 && symbol <= maxSymbol {
		// The values are 0 to left, and there are fewer than a power of two:
		// the smallest take a bit less.
		n := uint8(bits.Len(uint(left)))
		short := uint32(1<<n - 1 - left)
		v := peek(n)
		if v&(1<<(n-1)-1) < short {
			v &= 1<<(n-1) - 1
			at += int(n) - 1
		} else {
			if v >= 1<<(n-1) {
				v -= short
			}
			at += int(n)
		}
		p := int16(v) - 1
		norm[symbol] = p
		symbol++
		left -= int(max(p, -p))
		if p == 0 { // and as many more as pairs of bits say
			for more := uint32(3); more == 3; {
				more = peek(2)
				at += 2
				if symbol += int(more); symbol > maxSymbol+1 {
					return 0, false
				}
			}
		}
		if at > 8*len(data) {
			return 0, false
		}
	}
	if left != 1 || symbol > maxSymbol+1 {
		return 0, false
	}
	return (at + 7) >> 3, t.build(norm[:symbol], log)
}
