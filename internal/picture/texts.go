package picture

import (
	"encoding/binary"
	"io"
)

// window is how much of a file is read at a time: small enough that who reads it is not kept long.
const window = 1 << 20

// A peeker gives parts of a file, front to back, from what it has read last.
type peeker struct {
	file io.ReaderAt
	size int64
	at   int64  // in the file, of what is held
	held []byte // a window, or one part that is longer
}

// peek gives n bytes at a place of the file, which has them. They are good until the next call.
func (p *peeker) peek(at int64, n int) ([]byte, error) {
	if at < p.at || at+int64(n) > p.at+int64(len(p.held)) {
		p.at, p.held = at, make([]byte, min(int64(max(n, window)), p.size-at))
		if _, err := p.file.ReadAt(p.held, at); err != nil && err != io.EOF {
			p.held = nil
			return nil, err
		}
	}
	return p.held[at-p.at:][:n], nil
}

// Texts copies out of a PNG file of size bytes what Recipe looks at: the signature, the text chunks as far as they are not
// too long, and the end, if it is there. Of the pixels nothing is read but what lies in a window beside a chunk's head.
// What is no PNG file gives its beginning.
func Texts(file io.ReaderAt, size int64) ([]byte, error) {
	p := &peeker{file: file, size: size}
	head, err := p.peek(0, int(min(size, int64(len(signature)))))
	out := append([]byte(nil), head...)
	if err != nil || string(out) != signature {
		return out, err
	}
	for at := int64(len(signature)); at+12 <= size; {
		head, err := p.peek(at, 8)
		if err != nil {
			return nil, err
		}
		name, end := string(head[4:8]), at+12+int64(binary.BigEndian.Uint32(head))
		if end > size {
			break // cut short
		}
		if name == "IEND" {
			return appendChunk(out, name, nil), nil
		}
		isText := name == "tEXt" || name == "zTXt" || name == "iTXt"
		if length := int(end - at); isText && length <= textsMost && len(out)+length <= 2*textsMost {
			chunk, err := p.peek(at, length)
			if err != nil {
				return nil, err
			}
			out = append(out, chunk...)
		}
		at = end
	}
	return out, nil
}
