package zstd

import (
	"encoding/binary"
	"math/bits"
)

// bitReader takes bits from the end of its data towards its start (4.1).
type bitReader struct {
	data  []byte // not in bits yet
	bits  uint64 // the lowest count bits are valid, the highest of them comes next
	count int    // below 0: more was taken than there is
}

// open starts behind the highest set bit of the last byte.
func (r *bitReader) open(data []byte) bool {
	if len(data) == 0 || data[len(data)-1] == 0 {
		return false
	}
	last := data[len(data)-1]
	*r = bitReader{data[:len(data)-1], uint64(last), bits.Len8(last) - 1}
	r.fill()
	return true
}

// fill makes at least 56 bits valid, as far as there are any.
func (r *bitReader) fill() {
	if len(r.data) >= 8 && r.count >= 0 {
		n := (64 - r.count) >> 3
		next := binary.LittleEndian.Uint64(r.data[len(r.data)-8:])
		if n == 8 {
			r.bits = next
		} else {
			r.bits = r.bits<<(8*n) | next>>(64-8*n)
		}
		r.data = r.data[:len(r.data)-n]
		r.count += 8 * n
		return
	}
	for len(r.data) > 0 && r.count <= 56 {
		r.bits = r.bits<<8 | uint64(r.data[len(r.data)-1])
		r.data = r.data[:len(r.data)-1]
		r.count += 8
	}
}

// take returns the next n bits, at most as many as fill has made valid; past the
// end there are zeros.
func (r *bitReader) take(n uint8) uint32 {
	r.count -= int(n)
	if r.count >= 0 {
		return uint32(r.bits>>r.count) & (1<<n - 1)
	}
	if r.count <= -32 {
		return 0
	}
	return uint32(r.bits<<-r.count) & (1<<n - 1)
}

// empty reports that all bits were taken, and no more.
func (r *bitReader) empty() bool { return r.count == 0 && len(r.data) == 0 }
