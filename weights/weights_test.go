package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

// rawFile joins a header and data to a safetensors file, right or wrong.
func rawFile(header string, data []byte) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), data...)
}

// smallMetadata and smallTensors make a checkpoint that has one of everything and is short enough
// to be damaged at every bit.
var smallMetadata = map[string]string{"model": `{"name":"small","labels":["a","b"],"null_label":2}`, "_note": "π"}

func smallTensors() []Tensor {
	return []Tensor{
		{"conv.weight", F16, []int{2, 3}, []byte("abcdefghijkl")},
		{"conv.bias", F32, []int{2}, []byte("01234567")},
		{"empty", F32, []int{3, 0, 2}, nil},
		{"scalar", F64, nil, []byte("ABCDEFGH")},
		{"label", I64, []int{1}, []byte("\x07\x00\x00\x00\x00\x00\x00\x00")},
		{"brain", BF16, []int{1, 2}, []byte("zyxw")},
		{"index", I32, []int{1}, []byte("\x01\x00\x00\x00")},
	}
}

type container struct {
	name  string
	write func(io.Writer, map[string]string, []Tensor) (Sums, error)
}

var containers = []container{{"plain", WriteFile}, {"zstd", WriteZstd}}

func (c container) small(t testing.TB) ([]byte, Sums) {
	t.Helper()
	var b bytes.Buffer
	sums, err := c.write(&b, smallMetadata, smallTensors())
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sums
}

// readAll reads every tensor and finishes. It fails the test where an error is not typed.
func readAll(t testing.TB, file []byte, o Options) (map[string][]byte, Sums, error) {
	t.Helper()
	data, sums, err := readEverything(bytes.NewReader(file), o)
	if typed := (*Error)(nil); err != nil && !errors.As(err, &typed) {
		t.Fatalf("error without a type: %v", err)
	}
	return data, sums, err
}

func readEverything(r io.Reader, o Options) (map[string][]byte, Sums, error) {
	c, err := Open(r, "small", o)
	if err != nil {
		return nil, Sums{}, err
	}
	defer c.Close()
	data := map[string][]byte{}
	for _, info := range c.Tensors() {
		if _, data[info.Name], err = c.Tensor(info.Name); err != nil {
			return nil, Sums{}, err
		}
	}
	sums, err := c.Finish()
	return data, sums, err
}

// allocated measures the bytes that f allocates in all, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// wantError checks the kind of an error and that its text has the parts that tell where and what.
func wantError(t *testing.T, err, kind error, parts ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("got %v, want %v", err, kind)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not mention %q", err, part)
		}
	}
}
