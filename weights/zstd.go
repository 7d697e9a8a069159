package weights

import (
	"bytes"
	"io"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

const (
	// frameBytes is the raw length of a frame. Each decodes alone, so a reader can hand on the
	// first layers while the rest is still on its way.
	frameBytes = 1 << 20

	// maxWindow is the most history that a frame may ask the reader to keep.
	maxWindow = 8 << 20

	// Frames may expand to freeRaw + maxRatio times what was read. Weights shrink to 0.93; even a
	// network that was never trained, half of it zeros, stays far below.
	freeRaw  = 64 << 20
	maxRatio = 64
)

// IsZstd knows a frame, or a skippable one, by its first four bytes.
func IsZstd(b []byte) bool {
	return len(b) >= 4 && (bytes.Equal(b[:4], []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		b[0]&0xf0 == 0x50 && bytes.Equal(b[1:4], []byte{0x2a, 0x4d, 0x18}))
}

// frameReader decodes zstd frames one after the other, without goroutines.
type frameReader struct {
	dec *zstd.Decoder
	src *source
	out int64
}

func newFrameReader(r io.Reader, src *source) (*frameReader, error) {
	dec, err := zstd.NewReader(r,
		zstd.WithDecoderConcurrency(1), // no goroutines: a worker's only thread decodes
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecoderMaxMemory(maxWindow)) // of a stream, this too bounds the window
	if err != nil {
		return nil, err
	}
	return &frameReader{dec: dec, src: src}, nil
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

func (f *frameReader) close() { f.dec.Close() }

// frameWriter cuts what is written to it into independent frames.
type frameWriter struct {
	w   io.Writer
	enc *zstd.Encoder
	raw []byte // of the frame that is not full yet
	out []byte
}

func newFrameWriter(w io.Writer) (*frameWriter, error) {
	enc, err := zstd.NewWriter(nil,
		zstd.WithEncoderConcurrency(1),
		// Matches are rare in weights; their gain is in the entropy of sign and exponent, which
		// zstd by default does not try to use where it found no matches: it would store them.
		zstd.WithAllLitEntropyCompression(true),
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithSingleSegment(true))
	if err != nil {
		return nil, err
	}
	return &frameWriter{w: w, enc: enc, raw: make([]byte, 0, frameBytes)}, nil
}

func (f *frameWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n := min(len(p), frameBytes-len(f.raw))
		f.raw = append(f.raw, p[:n]...)
		p = p[n:]
		written += n
		if len(f.raw) == frameBytes {
			if err := f.flush(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// flush writes the frame so far, if there is any.
func (f *frameWriter) flush() error {
	if len(f.raw) == 0 {
		return nil
	}
	f.out = f.enc.EncodeAll(f.raw, f.out[:0])
	f.raw = f.raw[:0]
	_, err := f.w.Write(f.out)
	return err
}
