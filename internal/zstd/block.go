package zstd

// block decodes compressed blocks. What one block leaves for the next, its
// tables and the last offsets, lasts for a frame.
type block struct {
	huffman     huffman
	lengths     [3]fseTable // of literals, offsets and matches
	recent      [3]int      // offsets (3.1.1.5)
	literals    []byte      // not copied yet
	scratch     fseTable
	literalRoom [maxBlock]byte
}

// The three kinds of code of a sequence, in the order in which tables come.
const (
	literalLengths = iota
	offsets
	matchLengths
)

// codes describes a kind: largest symbol, largest table, the distribution where
// a block names none (3.1.1.3.2.2), and what a symbol stands for.
var codes = [3]struct {
	maxSymbol int
	maxLog    uint8
	log       uint8
	norm      []int16
}{
	{35, 9, 6, []int16{4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1}},
	{31, 8, 5, []int16{1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1}},
	{52, 9, 6, []int16{1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		-1, -1, -1, -1, -1, -1, -1}},
}

// Extra bits of the codes of lengths (3.1.1.3.2.1.1); each code starts where the
// one before ends, from 0 and 3 on.
var (
	literalBits = [36]uint8{16: 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	matchBits   = [53]uint8{32: 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	literalBase = bases(literalBits[:], 0)
	matchBase   = bases(matchBits[:], 3)
)

func bases(bits []uint8, from int) []int {
	base := make([]int, len(bits))
	for i, n := range bits {
		base[i] = from
		from += 1 << n
	}
	return base
}

func (b *block) reset() {
	b.huffman.log = 0
	for i := range b.lengths {
		b.lengths[i].states = nil
	}
	b.recent = [3]int{1, 4, 8}
}

// decode appends the block to out, which has room for it and whose last window
// bytes it may refer to.
func (b *block) decode(out, data []byte, window int) ([]byte, error) {
	data, err := b.readLiterals(data)
	if err != nil {
		return out, err
	}
	count, data, ok := sequenceCount(data)
	if !ok {
		return out, errCorrupt
	}
	limit := len(out) + maxBlock
	if count > 0 {
		if data, ok = b.readTables(data); !ok {
			return out, errCorrupt
		}
		var r bitReader
		if !r.open(data) {
			return out, errCorrupt
		}
		if out, ok = b.sequences(out, limit, window, count, &r); !ok {
			return out, errCorrupt
		}
	} else if len(data) > 0 {
		return out, errCorrupt
	}
	if len(out)+len(b.literals) > limit {
		return out, errCorrupt
	}
	return append(out, b.literals...), nil
}

// sequenceCount reads the number of sequences (3.1.1.3.2.1).
func sequenceCount(data []byte) (count int, rest []byte, ok bool) {
	if len(data) == 0 {
		return 0, nil, false
	}
	switch first := int(data[0]); {
	case first < 128:
		return first, data[1:], true
	case first < 255 && len(data) >= 2:
		return (first-128)<<8 + int(data[1]), data[2:], true
	case first == 255 && len(data) >= 3:
		return int(data[1]) + int(data[2])<<8 + 0x7f00, data[3:], true
	}
	return 0, nil, false
}

// readTables reads the three tables, or what stands for one.
func (b *block) readTables(data []byte) (rest []byte, ok bool) {
	if len(data) == 0 || data[0]&3 != 0 {
		return nil, false
	}
	modes := data[0]
	data = data[1:]
	for i := range b.lengths {
		t, kind := &b.lengths[i], &codes[i]
		switch modes >> (6 - 2*i) & 3 {
		case 0:
			ok = t.build(kind.norm, kind.log)
		case 1:
			if ok = len(data) > 0 && int(data[0]) <= kind.maxSymbol; ok {
				t.single(data[0])
				data = data[1:]
			}
		case 2:
			var n int
			if n, ok = t.read(data, kind.maxSymbol, kind.maxLog); ok {
				data = data[n:]
			}
		case 3:
			ok = t.states != nil
		}
		if !ok {
			return nil, false
		}
	}
	return data, true
}

// sequences does count copies of literals and of what was decoded before
// (3.1.1.4), up to limit bytes.
func (b *block) sequences(out []byte, limit, window, count int, r *bitReader) ([]byte, bool) {
	ll, of, ml := &b.lengths[literalLengths], &b.lengths[offsets], &b.lengths[matchLengths]
	l, o, m := r.take(ll.log), r.take(of.log), r.take(ml.log)
	for i := range count {
		if r.count < 0 {
			return out, false
		}
		ls, os, ms := ll.states[l], of.states[o], ml.states[m]
		r.fill()
		value := 1<<os.symbol + int(r.take(os.symbol))
		r.fill()
		match := matchBase[ms.symbol] + int(r.take(matchBits[ms.symbol]))
		literal := literalBase[ls.symbol] + int(r.take(literalBits[ls.symbol]))
		if i < count-1 {
			r.fill()
			l = uint32(ls.base) + r.take(ls.bits)
			m = uint32(ms.base) + r.take(ms.bits)
			o = uint32(os.base) + r.take(os.bits)
		}
		offset := b.offset(value, literal)
		if literal > len(b.literals) || len(out)+literal+match > limit ||
			offset <= 0 || offset > len(out)+literal || offset > window {
			return out, false
		}
		out = append(out, b.literals[:literal]...)
		b.literals = b.literals[literal:]
		out = repeat(out, offset, match)
	}
	return out, r.empty()
}

// offset is what an offset's value means: one of the recent ones, or itself.
func (b *block) offset(value, literal int) int {
	which := 2 // of the recent ones, the place that is taken
	offset := value - 3
	if value <= 3 {
		which = value - 1
		if literal == 0 {
			which++
		}
		if which < 3 {
			offset = b.recent[which]
		} else {
			which, offset = 2, b.recent[0]-1
		}
	}
	copy(b.recent[1:which+1], b.recent[:which])
	b.recent[0] = offset
	return offset
}

// repeat appends n bytes from offset bytes back, which may be among them.
func repeat(out []byte, offset, n int) []byte {
	from := len(out) - offset
	for n > 0 {
		part := out[from:min(from+n, len(out))]
		out = append(out, part...)
		n -= len(part)
	}
	return out
}
