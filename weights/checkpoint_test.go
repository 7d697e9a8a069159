package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRoundTrip(t *testing.T) {
	for _, kind := range containers {
		file, sums := kind.small(t)
		if kind.name == "plain" && int64(len(file)) != sums.RawBytes || int64(len(file)) != sums.Bytes {
			t.Errorf("%s: %d bytes written, Sums says %+v", kind.name, len(file), sums)
		}
		again, _ := kind.small(t)
		if !bytes.Equal(file, again) {
			t.Errorf("%s: equal tensors give different bytes", kind.name)
		}
		data, got, err := readAll(t, file, Options{Expect: sums})
		if err != nil {
			t.Fatal(err)
		}
		if got != sums {
			t.Errorf("%s: read %+v, written %+v", kind.name, got, sums)
		}
		for _, want := range smallTensors() {
			if !bytes.Equal(data[want.Name], want.Data) {
				t.Errorf("%s: %s is %q, want %q", kind.name, want.Name, data[want.Name], want.Data)
			}
		}
		// A reader that gives little at a time, and its end together with the last bytes.
		for _, r := range []io.Reader{iotest.OneByteReader(bytes.NewReader(file)), iotest.DataErrReader(bytes.NewReader(file))} {
			if _, _, err := readEverything(r, Options{Expect: sums}); err != nil {
				t.Errorf("%s: %v", kind.name, err)
			}
		}
	}
}

// The data starts at a multiple of 8 and tensors stay in the order given.
func TestWriteLayout(t *testing.T) {
	for n := range 16 {
		var b bytes.Buffer
		sums, err := WriteFile(&b, map[string]string{"_pad": strings.Repeat("x", n)}, smallTensors())
		if err != nil {
			t.Fatal(err)
		}
		if start := sums.RawBytes - 12 - 8 - 8 - 8 - 4 - 4; start%8 != 0 {
			t.Errorf("the data begins at %d", start)
		}
		c, err := Open(&b, "file", Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, info := range c.Tensors() {
			if want := smallTensors()[i].Name; info.Name != want {
				t.Errorf("tensor %d is %s, want %s", i, info.Name, want)
			}
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := Tensor{"a", F32, []int{1}, []byte("0123")}
	for _, c := range []struct {
		kind    error
		tensors []Tensor
	}{
		{ErrDuplicate, []Tensor{one, one}},
		{ErrTensorSize, []Tensor{{"a", F32, []int{2}, []byte("0123")}}},
		{ErrRank, []Tensor{{"a", F32, make([]int, 9), nil}}},
		{ErrHeaderTooLarge, []Tensor{{strings.Repeat("a", maxHeader), F32, []int{1}, []byte("0123")}}},
	} {
		var b bytes.Buffer
		_, err := WriteZstd(&b, nil, c.tensors)
		wantError(t, err, c.kind)
		if b.Len() > 0 {
			t.Errorf("%v: %d bytes were written before it was refused", c.kind, b.Len())
		}
	}
}

// Tensors asked for in any order are right; only those passed over are kept, until delivered.
func TestTensorOrder(t *testing.T) {
	want := smallTensors()
	for _, kind := range containers {
		file, _ := kind.small(t)
		c, err := Open(bytes.NewReader(file), "small", Options{})
		if err != nil {
			t.Fatal(err)
		}
		part := c.parts[0].(*stream)
		for _, step := range []struct{ ask, held int }{{1, 1}, {4, 3}, {0, 2}, {6, 3}, {5, 2}, {2, 1}, {3, 0}} {
			info, raw, err := c.Tensor(want[step.ask].Name)
			if err != nil || !bytes.Equal(raw, want[step.ask].Data) || !slices.Equal(info.Shape, want[step.ask].Shape) {
				t.Errorf("%s: %s: %v %q %v", kind.name, want[step.ask].Name, info.Shape, raw, err)
			}
			if len(part.held) != step.held {
				t.Errorf("%s: after %s, %d tensors are held, want %d", kind.name, want[step.ask].Name, len(part.held), step.held)
			}
		}
		_, _, err = c.Tensor("scalar")
		wantError(t, err, ErrDelivered, "small: scalar: ")
		_, _, err = c.Tensor("nothing")
		wantError(t, err, ErrNoTensor, "small: nothing: ")
	}
}

func TestFinishWithoutTensors(t *testing.T) {
	for _, kind := range containers {
		file, sums := kind.small(t)
		c, err := Open(bytes.NewReader(file), "small", Options{Expect: sums})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Tensor("conv.bias"); err != nil {
			t.Fatal(err)
		}
		if got := len(c.Unasked()); got != 6 {
			t.Errorf("%d tensors unasked, want 6", got)
		}
		if got, err := c.Finish(); err != nil || got != sums {
			t.Errorf("%s: %+v, %v", kind.name, got, err)
		}
		_, _, err = c.Tensor("conv.weight")
		wantError(t, err, ErrFinished)
		_, err = c.Finish()
		wantError(t, err, ErrFinished)
	}
}

func TestExpectations(t *testing.T) {
	for _, kind := range containers {
		file, sums := kind.small(t)
		for _, c := range []struct {
			kind   error
			expect Expect
			part   string
		}{
			{ErrHash, Expect{SHA256: strings.Repeat("0", 64)}, sums.SHA256},
			{ErrSize, Expect{Bytes: sums.Bytes + 1}, fmt.Sprintf("expected %d bytes, found %d", sums.Bytes+1, sums.Bytes)},
			{ErrSize, Expect{Bytes: sums.Bytes - 1}, "found more"},
			{ErrSize, Expect{RawBytes: sums.RawBytes + 1}, fmt.Sprint(sums.RawBytes)},
			{ErrSize, Expect{RawBytes: sums.RawBytes - 1}, fmt.Sprint(sums.RawBytes)},
		} {
			_, _, err := readAll(t, file, Options{Expect: c.expect})
			wantError(t, err, c.kind, c.part)
		}
		_, _, err := readAll(t, file, Options{MaxBytes: sums.RawBytes - 1})
		wantError(t, err, ErrTooLarge, fmt.Sprint(sums.RawBytes))
		if _, _, err := readAll(t, file, Options{MaxBytes: sums.RawBytes, Expect: Expect{SHA256: strings.ToUpper(sums.SHA256)}}); err != nil {
			t.Error(err)
		}
	}
}

func TestProgress(t *testing.T) {
	for _, kind := range containers {
		file, sums := kind.small(t)
		var last int64
		_, _, err := readEverything(iotest.OneByteReader(bytes.NewReader(file)), Options{Progress: func(read int64) {
			if read != last+1 {
				t.Errorf("progress went from %d to %d", last, read)
			}
			last = read
		}})
		if err != nil || last != sums.Bytes {
			t.Errorf("%s: progress ended at %d of %d, error %v", kind.name, last, sums.Bytes, err)
		}
	}
}

// An error of the reader, such as a cancelled download, comes through as itself.
func TestReaderError(t *testing.T) {
	stop := errors.New("stop")
	for _, kind := range containers {
		file, _ := kind.small(t)
		for n := range len(file) {
			r := io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(stop))
			_, _, err := readEverything(r, Options{})
			wantError(t, err, ErrRead)
			wantError(t, err, stop)
		}
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	for _, kind := range containers {
		file, sums := kind.small(t)
		path := filepath.Join(dir, kind.name)
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		c, err := OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := c.Metadata("_note"); !ok || text != "π" {
			t.Errorf("metadata is %q", text)
		}
		if got, err := c.Finish(); err != nil || got != sums {
			t.Errorf("%s: %+v, %v", kind.name, got, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	_, err := OpenFile(filepath.Join(dir, "absent"))
	wantError(t, err, os.ErrNotExist, "absent")
	wantError(t, err, ErrRead)
	_, err = OpenFile(dir)
	wantError(t, err, ErrRead, "a directory")
	_, err = OpenFile(filepath.Join(dir, "model.ckpt"))
	wantError(t, err, ErrPickle, "save_pretrained")
}
