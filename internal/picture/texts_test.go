package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// A counted file notes how much of it is read.
type counted struct {
	*bytes.Reader
	read int
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	c.read += len(p)
	return c.Reader.ReadAt(p, at)
}

// TestTexts: a recipe is found in what is copied as in the whole file, wherever its text stands, and the pixels of a long
// file are not read.
func TestTexts(t *testing.T) {
	const words = "v=1&model=m&seed=5"
	text := appendChunk(nil, "tEXt", []byte("tintype\x00"+words))
	pixels := appendChunk(nil, "IDAT", make([]byte, 3*window+17))
	many := slices.Repeat(appendChunk(nil, "IDAT", make([]byte, 1000)), 3000)
	long := appendChunk(nil, "tEXt", append([]byte("Comment\x00"), make([]byte, textsMost)...))
	end := appendChunk(nil, "IEND", nil)
	file := func(parts ...[]byte) []byte { return append([]byte(signature), slices.Concat(parts...)...) }
	for name, c := range map[string]struct {
		file []byte
		most int // bytes that may be read
	}{
		"before":          {file(text, pixels, end), 3 * window},
		"behind":          {file(pixels, text, end), 3 * window},
		"between":         {file(many, text, many, end), 8 * window},
		"beside long one": {file(long, text, end), 3 * window},
		"cut short":       {file(text, pixels)[:window], 2 * window},
		"cut in the text": {file(pixels, text[:20]), 2 * window},
		"no end":          {file(text, pixels), 3 * window},
		"no text":         {file(pixels, end), 3 * window},
		"no picture":      {[]byte(strings.Repeat("neither", 1000)), window},
		"short":           {[]byte("x"), window}, "empty": {nil, window}, "only a signature": {file(), window},
	} {
		r := &counted{Reader: bytes.NewReader(c.file)}
		copied, err := Texts(r, int64(len(c.file)))
		if err != nil || r.read > c.most {
			t.Errorf("%s: %v, %d bytes read, want %d at most", name, err, r.read, c.most)
		}
		want, wantErr := Recipe(c.file, nil)
		if got, err := Recipe(copied, nil); got != want || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Errorf("%s: %q, %v, and of the whole file %q, %v", name, got, err, want, wantErr)
		}
	}
	gone := errors.New("gone")
	if _, err := Texts(failing{gone}, 1000); err != gone {
		t.Errorf("of a file that cannot be read: %v", err)
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

var _ io.ReaderAt = failing{}

// What is copied of any file is no longer than it, and has the recipe that the file has.
func FuzzTexts(f *testing.F) {
	f.Add(append([]byte(signature), appendChunk(appendChunk(nil, "tEXt", []byte("tintype\x00v=1&model=m")), "IEND", nil)...))
	f.Add(binary.BigEndian.AppendUint32([]byte(signature), 1<<32-1))
	f.Fuzz(func(t *testing.T, file []byte) {
		copied, err := Texts(bytes.NewReader(file), int64(len(file)))
		if err != nil || len(copied) > len(file) {
			t.Fatalf("%d bytes of %d, %v", len(copied), len(file), err)
		}
		want, _ := Recipe(file, nope)
		if got, _ := Recipe(copied, nope); got != want {
			t.Fatalf("%q, of the whole file %q", got, want)
		}
	})
}

func nope([]byte, int) ([]byte, error) { return nil, errors.New("no") }
