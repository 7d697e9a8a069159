// Package zstd decodes Zstandard streams (RFC 8878): a reader with one
// goroutine, little memory and little code, for the browser above all.
// Dictionaries are not supported.
//
//	zstd.go      frames
//	block.go     blocks and their sequences
//	literals.go  literals and Huffman's codes
//	fse.go       finite state entropy
//	bits.go      bits from back to front
//	xxhash.go    the checksum
package zstd

import (
	"encoding/binary"
	"errors"
	"io"
)

// maxBlock is the largest block, decoded or not (3.1.1.2.4).
const maxBlock = 128 << 10

// Errors of data that is not a Zstandard stream, or not one that can be decoded.
var (
	errMagic      = errors.New("zstd: not a frame")
	errReserved   = errors.New("zstd: a reserved bit is set")
	errDictionary = errors.New("zstd: a dictionary is needed")
	errWindow     = errors.New("zstd: the window is too large")
	errCorrupt    = errors.New("zstd: corrupt data")
	errChecksum   = errors.New("zstd: the checksum differs")
	errSize       = errors.New("zstd: the frame's size differs")
)

// A Reader decodes frames, one after the other, as one stream.
type Reader struct {
	src       io.Reader
	maxWindow int
	err       error // once set, every Read returns it

	inFrame  bool
	sized    bool   // the frame says how long it is
	left     uint64 // bytes of a sized frame that are still to come
	checked  bool   // a checksum follows the frame
	window   int
	hash     xxhash
	lastSeen bool // the frame's last block was decoded

	// out holds the window and what was decoded and not handed out yet: the
	// latter is out[given:].
	out   []byte
	given int
	raw   []byte // a block as it comes

	block
}

// NewReader returns a Reader of src that keeps at most maxWindow bytes of
// history: a frame that needs more is an error.
func NewReader(src io.Reader, maxWindow int) *Reader {
	return &Reader{src: src, maxWindow: maxWindow}
}

// Read is io.Reader's. Data that ends inside a frame gives io.ErrUnexpectedEOF.
func (r *Reader) Read(p []byte) (int, error) {
	for r.given == len(r.out) && r.err == nil && len(p) > 0 {
		r.err = r.advance()
	}
	n := copy(p, r.out[r.given:])
	r.given += n
	if n == 0 && len(p) > 0 {
		return 0, r.err
	}
	return n, nil
}

// advance decodes one block, or goes to the next frame.
func (r *Reader) advance() error {
	switch {
	case !r.inFrame:
		return r.frame()
	case r.lastSeen:
		return r.end()
	}
	return r.nextBlock()
}

// read fills p; less is an unexpected end.
func (r *Reader) read(p []byte) error {
	_, err := io.ReadFull(r.src, p)
	if err == io.EOF && len(p) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// frame reads a frame's header (3.1.1.1) or passes over a skippable frame (3.1.2).
func (r *Reader) frame() error {
	var b [14]byte
	if _, err := io.ReadFull(r.src, b[:4]); err != nil {
		return err // io.EOF between frames is the end
	}
	magic := binary.LittleEndian.Uint32(b[:])
	if magic&^0xf == 0x184d2a50 {
		return r.skip()
	}
	if magic != 0xfd2fb528 {
		return errMagic
	}
	if err := r.read(b[:1]); err != nil {
		return err
	}
	d := b[0]
	single := d&0x20 != 0
	if d&0x08 != 0 {
		return errReserved
	}
	dictionary := [4]int{0, 1, 2, 4}[d&3]
	content := [4]int{0, 2, 4, 8}[d>>6]
	described := 1 // bytes of window descriptor
	if single {
		described, content = 0, max(content, 1)
	}
	if err := r.read(b[:described+dictionary+content]); err != nil {
		return err
	}
	for _, id := range b[described : described+dictionary] {
		if id != 0 {
			return errDictionary
		}
	}
	var size [8]byte
	copy(size[:], b[described+dictionary:][:content])
	r.left, r.sized = binary.LittleEndian.Uint64(size[:]), content > 0
	if content == 2 {
		r.left += 256
	}
	window := r.left
	if !single {
		base := uint64(1) << (10 + b[0]>>3)
		window = base + base/8*uint64(b[0]&7)
	}
	if window > uint64(r.maxWindow) {
		return errWindow
	}
	r.window, r.checked = int(window), d&0x04 != 0
	r.inFrame, r.lastSeen = true, false
	r.out, r.given = r.out[:0], 0
	r.hash.reset()
	r.block.reset()
	return nil
}

func (r *Reader) skip() error {
	var b [4]byte
	if err := r.read(b[:]); err != nil {
		return err
	}
	size := int64(binary.LittleEndian.Uint32(b[:]))
	n, err := io.CopyN(io.Discard, r.src, size)
	if err == io.EOF && n < size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// end checks a frame whose last block was decoded.
func (r *Reader) end() error {
	r.inFrame = false
	if r.sized && r.left != 0 {
		return errSize
	}
	if !r.checked {
		return nil
	}
	var b [4]byte
	if err := r.read(b[:]); err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(b[:]) != uint32(r.hash.sum()) {
		return errChecksum
	}
	return nil
}

// nextBlock decodes a block behind what is there (3.1.1.2).
func (r *Reader) nextBlock() error {
	var b [3]byte
	if err := r.read(b[:]); err != nil {
		return err
	}
	header := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	r.lastSeen = header&1 != 0
	size := int(header >> 3)
	if size > maxBlock {
		return errCorrupt
	}
	r.makeRoom()
	before := len(r.out)
	switch header >> 1 & 3 {
	case 0: // as it is
		r.out = r.out[:before+size]
		if err := r.read(r.out[before:]); err != nil {
			r.out = r.out[:before]
			return err
		}
	case 1: // one byte, repeated
		if err := r.read(b[:1]); err != nil {
			return err
		}
		r.out = r.out[:before+size]
		for i := range r.out[before:] {
			r.out[before+i] = b[0]
		}
	case 2:
		if r.raw == nil {
			r.raw = make([]byte, maxBlock)
		}
		if err := r.read(r.raw[:size]); err != nil {
			return err
		}
		var err error
		if r.out, err = r.block.decode(r.out, r.raw[:size], r.window); err != nil {
			r.out = r.out[:before]
			return err
		}
	default:
		return errCorrupt
	}
	made := r.out[before:]
	if r.sized {
		if uint64(len(made)) > r.left {
			r.out = r.out[:before]
			return errSize
		}
		r.left -= uint64(len(made))
	}
	if r.checked {
		r.hash.write(made)
	}
	return nil
}

// makeRoom makes room for a block behind the window, all of which was handed out.
func (r *Reader) makeRoom() {
	if cap(r.out)-len(r.out) >= maxBlock {
		return
	}
	if keep := min(len(r.out), r.window); cap(r.out)-keep >= maxBlock && len(r.out) >= 2*keep {
		copy(r.out, r.out[len(r.out)-keep:])
		r.out, r.given = r.out[:keep], keep
		return
	}
	// A frame of known size may need no more than that.
	room := 2 * (r.window + maxBlock)
	if r.sized {
		room = int(min(uint64(room), uint64(len(r.out))+r.left+maxBlock))
	}
	grown := make([]byte, len(r.out), min(room, max(4*len(r.out), 8*maxBlock)+maxBlock))
	copy(grown, r.out)
	r.out = grown
}
