package zstd

import (
	"encoding/binary"
	"math/bits"
)

// xxhash is XXH64 with seed 0 (Yann Collet's xxHash specification), of which
// frames carry the lower half.
type xxhash struct {
	v     [4]uint64
	part  [32]byte
	total uint64
}

const (
	prime1 uint64 = 0x9e3779b185ebca87
	prime2 uint64 = 0xc2b2ae3d27d4eb4f
	prime3 uint64 = 0x165667b19e3779f9
	prime4 uint64 = 0x85ebca77c2b2ae63
	prime5 uint64 = 0x27d4eb2f165667c5
)

func (h *xxhash) reset() {
	one, two := prime1, prime2
	*h = xxhash{v: [4]uint64{one + two, two, 0, -one}}
}

func (h *xxhash) write(p []byte) {
	filled := int(h.total % 32)
	h.total += uint64(len(p))
	if filled > 0 {
		n := copy(h.part[filled:], p)
		if filled+n < 32 {
			return
		}
		h.stripes(h.part[:])
		p = p[n:]
	}
	h.stripes(p[:len(p)/32*32])
	copy(h.part[:], p[len(p)/32*32:])
}

// stripes takes whole stripes of 32 bytes.
func (h *xxhash) stripes(p []byte) {
	a, b, c, d := h.v[0], h.v[1], h.v[2], h.v[3]
	for ; len(p) >= 32; p = p[32:] {
		a = mix(a, binary.LittleEndian.Uint64(p))
		b = mix(b, binary.LittleEndian.Uint64(p[8:]))
		c = mix(c, binary.LittleEndian.Uint64(p[16:]))
		d = mix(d, binary.LittleEndian.Uint64(p[24:]))
	}
	h.v = [4]uint64{a, b, c, d}
}

func mix(v, lane uint64) uint64 { return bits.RotateLeft64(v+lane*prime2, 31) * prime1 }

func (h *xxhash) sum() uint64 {
	sum := prime5
	if h.total >= 32 {
		v := &h.v
		sum = bits.RotateLeft64(v[0], 1) + bits.RotateLeft64(v[1], 7) + bits.RotateLeft64(v[2], 12) + bits.RotateLeft64(v[3], 18)
		for _, lane := range v {
			sum = (sum^mix(0, lane))*prime1 + prime4
		}
	}
	sum += h.total
	rest := h.part[:h.total%32]
	for ; len(rest) >= 8; rest = rest[8:] {
		sum = bits.RotateLeft64(sum^mix(0, binary.LittleEndian.Uint64(rest)), 27)*prime1 + prime4
	}
	if len(rest) >= 4 {
		sum = bits.RotateLeft64(sum^uint64(binary.LittleEndian.Uint32(rest))*prime1, 23)*prime2 + prime3
		rest = rest[4:]
	}
	for _, b := range rest {
		sum = bits.RotateLeft64(sum^uint64(b)*prime5, 11) * prime1
	}
	sum = (sum ^ sum>>33) * prime2
	sum = (sum ^ sum>>29) * prime3
	return sum ^ sum>>32
}
