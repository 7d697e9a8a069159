// Package frames compresses checkpoints: independent zstd frames of a size that
// lets a reader hand on the first layers while the rest is on its way. It is
// apart from package weights so that the browser's program, which only reads,
// does not hold an encoder.
package frames

import (
	"io"

	"github.com/klauspost/compress/zstd"
)

// Bytes is the raw length of a frame. Each decodes alone.
const Bytes = 1 << 20

// writer cuts what is written to it into independent frames.
type writer struct {
	w   io.Writer
	enc *zstd.Encoder
	raw []byte // of the frame that is not full yet
	out []byte
}

// New returns a writer of frames to w. Close writes the last one, and does not
// close w.
func New(w io.Writer) (io.WriteCloser, error) {
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
	return &writer{w: w, enc: enc, raw: make([]byte, 0, Bytes)}, nil
}

func (f *writer) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n := min(len(p), Bytes-len(f.raw))
		f.raw = append(f.raw, p[:n]...)
		p = p[n:]
		written += n
		if len(f.raw) == Bytes {
			if err := f.flush(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// Close writes the frame that is not full, if there is any.
func (f *writer) Close() error { return f.flush() }

// flush writes the frame so far, if there is any.
func (f *writer) flush() error {
	if len(f.raw) == 0 {
		return nil
	}
	f.out = f.enc.EncodeAll(f.raw, f.out[:0])
	f.raw = f.raw[:0]
	_, err := f.w.Write(f.out)
	return err
}
