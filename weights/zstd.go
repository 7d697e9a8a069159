package weights

import (
	"bytes"
	"io"
	"strconv"

	"tintype/internal/zstd"
)

const (
	// maxWindow is the most history that a frame may ask the reader to keep.
	maxWindow = 8 << 20

	// Frames may expand to freeRaw + maxRatio times what was read. Weights shrink to 0.93; even a
	// network that was never trained, half of it zeros, stays far below.
	freeRaw  = 64 << 20
	maxRatio = 64
)

// isZstd knows a frame, or a skippable one, by its first four bytes.
func isZstd(b []byte) bool {
	return len(b) >= 4 && (bytes.Equal(b[:4], []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		b[0]&0xf0 == 0x50 && bytes.Equal(b[1:4], []byte{0x2a, 0x4d, 0x18}))
}

// frameReader decodes zstd frames one after the other, without goroutines.
type frameReader struct {
	dec *zstd.Reader
	src *source
	out int64
}

func newFrameReader(r io.Reader, src *source) *frameReader {
	return &frameReader{dec: zstd.NewReader(r, maxWindow), src: src}
}

func (f *frameReader) Read(p []byte) (int, error) {
	n, err := f.dec.Read(p)
	f.out += int64(n)
	if f.out > freeRaw+maxRatio*f.src.count {
		return 0, &Error{Kind: ErrTooLarge, File: f.src.file, Detail: strconv.FormatInt(f.src.count, 10) +
			" bytes decode to over " + strconv.FormatInt(f.out, 10) + ", which no trained network does"}
	}
	if err == io.ErrUnexpectedEOF {
		err = &Error{Kind: ErrTruncated, File: f.src.file, Detail: "inside a zstd frame"}
	}
	return n, err
}
