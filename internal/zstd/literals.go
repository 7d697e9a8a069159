package zstd

// huffman is a table of prefix codes (4.2): the next log bits give a symbol and
// the length of its code.
type huffman struct {
	log   uint8 // 0: no table
	codes [1 << maxCode]uint16
}

// maxCode is the longest code.
const maxCode = 11

// readLiterals decodes a block's literals (3.1.1.3.1) to b.literals and returns
// what follows them.
func (b *block) readLiterals(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, errCorrupt
	}
	kind, format := data[0]&3, data[0]>>2&3
	var size, packed, header int
	streams := 4
	var head uint64
	for i, v := range data[:min(len(data), 5)] {
		head |= uint64(v) << (8 * i)
	}
	if kind < 2 { // raw, or one byte
		shift := [4]int{3, 4, 3, 4}[format]
		header = [4]int{1, 2, 1, 3}[format]
		size = int(head & (1<<(8*header) - 1) >> shift)
		packed = size
		if kind == 1 {
			packed = 1
		}
	} else {
		width := [4]int{10, 10, 14, 18}[format]
		header = [4]int{3, 3, 4, 5}[format]
		size, packed = int(head>>4)&(1<<width-1), int(head>>(4+width))&(1<<width-1)
		if format == 0 {
			streams = 1
		}
	}
	if size > maxBlock || header+packed > len(data) {
		return nil, errCorrupt
	}
	text, rest := data[header:header+packed], data[header+packed:]
	switch kind {
	case 0:
		b.literals = text
		return rest, nil
	case 1:
		b.literals = b.literalRoom[:size]
		for i := range b.literals {
			b.literals[i] = text[0]
		}
		return rest, nil
	case 2:
		n, ok := b.huffman.read(text, &b.scratch)
		if !ok {
			return nil, errCorrupt
		}
		text = text[n:]
	}
	b.literals = b.literalRoom[:size]
	if b.huffman.log == 0 || !b.huffman.decode(b.literals, text, streams) {
		return nil, errCorrupt
	}
	return rest, nil
}

// read reads the lengths of the codes (4.2.1) and makes the table. It returns
// how many bytes that took.
func (h *huffman) read(data []byte, t *fseTable) (int, bool) {
	if len(data) == 0 {
		return 0, false
	}
	var weights [256]uint8
	count, size := 0, int(data[0])
	if size >= 128 { // half a byte each
		count = size - 127
		size = 1 + (count+1)/2
		if size > len(data) {
			return 0, false
		}
		for i := range count {
			weights[i] = data[1+i/2] >> (4 - 4*(i&1)) & 15
		}
	} else {
		size++
		if size > len(data) {
			return 0, false
		}
		var ok bool
		if count, ok = readWeights(&weights, data[1:size], t); !ok {
			return 0, false
		}
	}
	return size, h.build(&weights, count)
}

// readWeights reads weights that two alternating states give (4.2.1.2).
func readWeights(weights *[256]uint8, data []byte, t *fseTable) (count int, ok bool) {
	n, ok := t.read(data, 15, 6)
	var r bitReader
	if !ok || !r.open(data[n:]) {
		return 0, false
	}
	state := [2]uint32{r.take(t.log), r.take(t.log)}
	if r.count < 0 {
		return 0, false
	}
	for i := 0; count < 254; i ^= 1 {
		s := t.states[state[i]]
		weights[count] = s.symbol
		count++
		r.fill()
		state[i] = uint32(s.base) + r.take(s.bits)
		if r.count < 0 { // the other state's symbol is the last
			weights[count] = t.states[state[i^1]].symbol
			return count + 1, true
		}
	}
	return 0, false
}

// build makes the table of count weights; the weight of one more symbol is what
// is left of the whole.
func (h *huffman) build(weights *[256]uint8, count int) bool {
	var ranks [maxCode + 2]int // how many symbols have this weight
	total := 0
	for _, w := range weights[:count] {
		if w > maxCode {
			return false
		}
		ranks[w]++
		total += 1 << w >> 1
	}
	if total == 0 || count > 255 {
		return false
	}
	log := 1
	for 1<<log <= total {
		log++
	}
	last := 1
	for left := 1<<log - total; 1<<(last-1) < left; {
		last++
	}
	if log > maxCode || 1<<(last-1) != 1<<log-total {
		return false
	}
	weights[count] = uint8(last)
	ranks[last]++
	count++
	// Codes are given out from the lowest weight on, in the symbols' order.
	var next [maxCode + 2]int
	for w, at := 1, 0; w <= log; w++ {
		next[w] = at
		at += ranks[w] << (w - 1)
	}
	for s, w := range weights[:count] {
		if w == 0 {
			continue
		}
		code := uint16(s) | uint16(log+1-int(w))<<8
		part := h.codes[next[w]:][:1<<(w-1)]
		for i := range part {
			part[i] = code
		}
		next[w] += len(part)
	}
	h.log = uint8(log)
	return true
}

// decode fills dst from one stream or four (3.1.1.3.1.6).
func (h *huffman) decode(dst, text []byte, streams int) bool {
	if streams == 1 {
		return h.stream(dst, text)
	}
	if len(text) < 6 {
		return false
	}
	jump, text := text[:6], text[6:]
	each := (len(dst) + 3) / 4
	for i := range 3 {
		n := int(jump[2*i]) | int(jump[2*i+1])<<8
		if n > len(text) || each > len(dst) || !h.stream(dst[:each], text[:n]) {
			return false
		}
		dst, text = dst[each:], text[n:]
	}
	return h.stream(dst, text)
}

// stream fills dst from a stream that must end with it.
func (h *huffman) stream(dst, text []byte) bool {
	var r bitReader
	if !r.open(text) {
		return false
	}
	codes, log := &h.codes, h.log
	// Five codes fit into what one fill gives.
	for len(dst) >= 5 && len(r.data) >= 8 {
		v, n := r.bits, r.count
		d := (*[5]byte)(dst)
		for i := range d {
			c := codes[v>>((n-int(log))&63)&(1<<log-1)&(1<<maxCode-1)]
			d[i] = byte(c)
			n -= int(c >> 8)
		}
		r.count = n
		r.fill()
		dst = dst[5:]
	}
	for i := range dst {
		r.fill()
		c := codes[r.take(log)&(1<<maxCode-1)]
		r.count += int(log) - int(c>>8)
		if r.count < 0 {
			return false
		}
		dst[i] = byte(c)
	}
	return r.empty()
}
