package weights

import (
	"encoding/binary"
	"io"
	"os"
	"strconv"
)

// diskPart is a plain safetensors file on disk, read tensor by tensor in any order.
type diskPart struct {
	file string
	f    *os.File
	head *header
	base int64 // where its data buffer begins
}

func openDiskPart(path string) (*diskPart, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	p := &diskPart{file: path, f: f}
	if err := p.readHeader(); err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

func (p *diskPart) readHeader() error {
	stat, err := p.f.Stat()
	if err != nil {
		return &Error{Kind: ErrRead, File: p.file, Cause: withoutPath(err)}
	}
	start := make([]byte, min(stat.Size(), peekBytes))
	if err := p.readAt(start, 0, ""); err != nil {
		return err
	}
	if IsZstd(start) {
		return &Error{Kind: ErrForeign, File: p.file, Detail: "it is in zstd frames, as a checkpoint is; in a directory plain safetensors are expected"}
	}
	if err := foreign(p.file, start, false); err != nil {
		return err
	}
	if len(start) < 8 {
		return tooSmall(p.file, len(start))
	}
	n := binary.LittleEndian.Uint64(start)
	if n > maxHeader {
		return tooLarge(p.file, n)
	}
	if int64(n) > stat.Size()-8 {
		return &Error{Kind: ErrHeaderLength, File: p.file, Detail: "header of " + strconv.FormatUint(n, 10) +
			" bytes in a file of " + strconv.FormatInt(stat.Size(), 10)}
	}
	text := make([]byte, n)
	if err := p.readAt(text, 8, ""); err != nil {
		return err
	}
	if p.head, err = parseHeader(p.file, string(text)); err != nil {
		return err
	}
	p.base = 8 + int64(n)
	kind := error(nil)
	switch {
	case stat.Size() < p.head.bytes:
		kind = ErrTruncated
	case stat.Size() > p.head.bytes:
		kind = ErrTrailing
	default:
		return nil
	}
	return &Error{Kind: kind, File: p.file, Detail: "expected " + strconv.FormatInt(p.head.bytes, 10) +
		" bytes, found " + strconv.FormatInt(stat.Size(), 10)}
}

func (p *diskPart) readAt(b []byte, at int64, tensor string) error {
	if n, err := p.f.ReadAt(b, at); n < len(b) {
		if err == io.EOF {
			return &Error{Kind: ErrTruncated, File: p.file, Tensor: tensor}
		}
		return &Error{Kind: ErrRead, File: p.file, Tensor: tensor, Cause: withoutPath(err)}
	}
	return nil
}

func (p *diskPart) tensor(i int) ([]byte, error) {
	info := p.head.tensors[i]
	// The file was measured to hold these bytes before they are allocated.
	raw := make([]byte, info.Bytes())
	return raw, p.readAt(raw, p.base+info.begin, info.Name)
}

// finish has nothing left to check: the length was compared when the file was opened.
func (p *diskPart) finish() (Sums, error) { return Sums{}, nil }

func (p *diskPart) close() error { return p.f.Close() }
