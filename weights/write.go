package weights

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"strings"

	"tintype/internal/strictjson"
)

// Tensor is a tensor to be written.
type Tensor struct {
	Name  string
	DType DType
	Shape []int
	Data  []byte // little-endian, row by row
}

// WriteFile writes a plain safetensors file, its tensors in the given order. It adds the metadata
// key `sha256`, the hash of the data. Equal arguments give equal bytes.
func WriteFile(w io.Writer, metadata map[string]string, tensors []Tensor) (Sums, error) {
	t := newTally(w)
	n, err := writeRaw(t, metadata, tensors)
	return t.sums(n), err
}

// WriteZstd writes the same bytes cut into zstd frames.
func WriteZstd(w io.Writer, metadata map[string]string, tensors []Tensor) (Sums, error) {
	t := newTally(w)
	frames, err := newFrameWriter(t)
	if err != nil {
		return Sums{}, err
	}
	n, err := writeRaw(frames, metadata, tensors)
	if err == nil {
		err = frames.flush()
	}
	return t.sums(n), err
}

func writeRaw(w io.Writer, metadata map[string]string, tensors []Tensor) (int64, error) {
	head, err := headerText(metadata, tensors)
	if err != nil {
		return 0, err
	}
	n := int64(8 + len(head))
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(head)))); err != nil {
		return 0, err
	}
	if _, err := io.WriteString(w, head); err != nil {
		return 0, err
	}
	for _, t := range tensors {
		if _, err := w.Write(t.Data); err != nil {
			return 0, err
		}
		n += int64(len(t.Data))
	}
	return n, nil
}

// headerText builds a header and reads it back, so that nothing is written that this package
// would not read.
func headerText(metadata map[string]string, tensors []Tensor) (string, error) {
	data := sha256.New()
	for _, t := range tensors {
		data.Write(t.Data)
	}
	metadata = maps.Clone(metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata["sha256"] = hex.EncodeToString(data.Sum(nil))

	var w strictjson.Writer
	w.BeginObject()
	w.Key("__metadata__")
	w.BeginObject()
	for _, key := range sorted(maps.Keys(metadata)) {
		w.Key(key)
		w.Text(metadata[key])
	}
	w.EndObject()
	offset := int64(0)
	for _, t := range tensors {
		end := offset + int64(len(t.Data))
		w.Key(t.Name)
		writeEntry(&w, t, offset, end)
		offset = end
	}
	w.EndObject()
	text := w.String()
	// Readers map the file into memory: the data begins at a multiple of 8.
	text += strings.Repeat(" ", (8-len(text)%8)%8)
	if _, err := parseHeader("new file", text); err != nil {
		return "", err
	}
	return text, nil
}

func writeEntry(w *strictjson.Writer, t Tensor, begin, end int64) {
	w.BeginObject()
	w.Key("dtype")
	w.Text(string(t.DType))
	w.Key("shape")
	w.BeginArray()
	for _, dim := range t.Shape {
		w.Int(int64(dim))
	}
	w.EndArray()
	w.Key("data_offsets")
	w.BeginArray()
	w.Int(begin)
	w.Int(end)
	w.EndArray()
	w.EndObject()
}

// tally counts and hashes what passes.
type tally struct {
	w     io.Writer
	hash  hash.Hash
	count int64
}

func newTally(w io.Writer) *tally { return &tally{w: w, hash: sha256.New()} }

func (t *tally) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.hash.Write(p[:n])
	t.count += int64(n)
	return n, err
}

func (t *tally) sums(raw int64) Sums {
	return Sums{SHA256: hex.EncodeToString(t.hash.Sum(nil)), Bytes: t.count, RawBytes: raw}
}
