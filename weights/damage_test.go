package weights

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// A file cut anywhere is an error, with a manifest and without.
func TestTruncatedAtEveryByte(t *testing.T) {
	for _, kind := range containers {
		file, sums := kind.small(t)
		for n := range len(file) {
			for _, o := range []Options{{}, {Expect: sums}} {
				_, _, err := readAll(t, file[:n], o)
				if err == nil {
					t.Errorf("%s: cut after %d of %d bytes is accepted", kind.name, n, len(file))
				}
			}
		}
		_, _, err := readAll(t, file[:len(file)-1], Options{})
		wantError(t, err, ErrTruncated)
	}
	file, _ := containers[0].small(t)
	_, _, err := readAll(t, file[:7], Options{})
	wantError(t, err, ErrHeaderTooSmall)
	_, _, err = readAll(t, file[:100], Options{})
	wantError(t, err, ErrHeaderLength)
	_, _, err = readAll(t, frame(t, file[:7]), Options{})
	wantError(t, err, ErrHeaderTooSmall)
	_, _, err = readAll(t, frame(t, file[:100]), Options{})
	wantError(t, err, ErrHeaderLength)
	_, _, err = readAll(t, frame(t, file[:len(file)-1]), Options{})
	wantError(t, err, ErrTruncated)
}

// A flipped bit is an error where a manifest gives the hash of the file. Without one, the data at
// least is never wrong: its hash is in the metadata.
func TestEveryBitFlipped(t *testing.T) {
	for _, kind := range containers {
		file, sums := kind.small(t)
		for i := range 8 * len(file) {
			bad := bytes.Clone(file)
			bad[i/8] ^= 1 << (i % 8)
			if _, _, err := readAll(t, bad, Options{Expect: sums}); err == nil {
				t.Errorf("%s: bit %d of byte %d flipped is accepted", kind.name, i%8, i/8)
			}
			data, _, err := readAll(t, bad, Options{})
			for _, want := range smallTensors() {
				if raw, ok := data[want.Name]; ok && err == nil && !bytes.Equal(raw, want.Data) {
					t.Errorf("%s: bit %d of byte %d flipped gives wrong data for %s", kind.name, i%8, i/8, want.Name)
				}
			}
		}
	}
}

func TestTrailingBytes(t *testing.T) {
	plain, plainSums := containers[0].small(t)
	packed, packedSums := containers[1].small(t)
	_, _, err := readAll(t, append(bytes.Clone(plain), 0), Options{})
	wantError(t, err, ErrTrailing)
	_, _, err = readAll(t, append(bytes.Clone(plain), 0), Options{Expect: plainSums})
	wantError(t, err, ErrSize)
	_, _, err = readAll(t, append(bytes.Clone(packed), 0, 0, 0, 0), Options{})
	wantError(t, err, ErrZstd)
	_, _, err = readAll(t, append(bytes.Clone(packed), frame(t, []byte{0})...), Options{})
	wantError(t, err, ErrTrailing)
	_, _, err = readAll(t, append(bytes.Clone(packed), frame(t, []byte{0})...), Options{Expect: packedSums})
	wantError(t, err, ErrSize)
}

func TestNotACheckpoint(t *testing.T) {
	for _, c := range []struct {
		file string
		kind error
		part string
	}{
		{"", ErrHeaderTooSmall, ""},
		{"\x01\x02\x03", ErrHeaderTooSmall, "3 bytes"},
		{"PK\x03\x04\x00\x00\x08\x08archive/data.pkl", ErrPickle, "save_pretrained"},
		{"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", ErrPickle, "save_pretrained"},
		{"\xff\xff\xff\xff\xff\xff\xff\xff{}", ErrHeaderTooLarge, "18446744073709551615"},
		{"\x01\x00\x10\x00\x00\x00\x00\x00{}", ErrHeaderTooLarge, "1048577"},
		{"\x03\x00\x00\x00\x00\x00\x00\x00{}", ErrHeaderLength, "expected 3 more bytes, found 2"},
		{"\x00\x00\x00\x00\x00\x00\x00\x00x", ErrHeaderStart, ""},
		{"\x28\xb5\x2f\xfd\x00\x00\x00\x00\x00\x00\x00", ErrTruncated, "zstd"},
		{"\x28\xb5\x2f\xfd\x08\x00\x00\x00\x00\x00\x00", ErrZstd, "reserved bit"},
	} {
		_, _, err := readAll(t, []byte(c.file), Options{})
		wantError(t, err, c.kind, c.part)
	}
}

// frame packs raw bytes into one zstd frame.
func frame(t testing.TB, raw []byte) []byte {
	t.Helper()
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return enc.EncodeAll(raw, nil)
}

// fourGiB is 17 bytes that claim to be a frame of 4 GiB: magic, a content size of 8 bytes, and one
// block that repeats a byte.
const fourGiB = "\x28\xb5\x2f\xfd" + "\xe0" + "\x00\x00\x00\x00\x01\x00\x00\x00" + "\x03\x00\x10" + "A"

// Hostile files are refused after little memory: the sum of all allocations is measured, most of
// which is the decoder itself.
func TestBombs(t *testing.T) {
	const mib = 1 << 20
	zeros := frame(t, make([]byte, mib))
	packed, _ := containers[1].small(t)
	head := func(size int64) []byte {
		shape := "[" + itoa(size/2/1024) + ",1024]"
		return rawFile(`{"a":{"dtype":"F16","shape":`+shape+`,"data_offsets":[0,`+itoa(size)+`]}}`, nil)
	}
	repeat := func(start, part []byte, n int) io.Reader {
		return io.MultiReader(bytes.NewReader(start), bytes.NewReader(bytes.Repeat(part, n)))
	}
	for _, c := range []struct {
		name  string
		file  io.Reader
		kind  error
		limit uint64 // MiB
	}{
		{"4 GiB frame", strings.NewReader(fourGiB), ErrZstd, 4},
		{"4 GiB frame after the end", io.MultiReader(bytes.NewReader(packed), strings.NewReader(fourGiB)), ErrZstd, 8},
		{"4 GiB of zeros after the end", repeat(packed, zeros, 4096), ErrTrailing, 8},
		{"header of zeros", repeat(nil, zeros, 4096), ErrForeign, 8},
		{"1 TiB tensor", bytes.NewReader(head(1 << 40)), ErrTooLarge, 1},
		{"1 GiB tensor, no data", bytes.NewReader(head(1<<30 - 2*mib)), ErrTruncated, 20},
		{"1 GiB tensor, 20 MiB of data", io.MultiReader(bytes.NewReader(head(1<<30-2*mib)), bytes.NewReader(make([]byte, 20*mib))), ErrTruncated, 64},
		{"1 GiB tensor from 100 KB", repeat(frame(t, head(1<<30-2*mib)), zeros, 1024), ErrTooLarge, 320},
		{"window of 16 MiB", strings.NewReader("\x28\xb5\x2f\xfd\x00\x70\x03\x00\x00A"), ErrZstd, 4},
		{"nested header", bytes.NewReader(rawFile(`{"a":`+strings.Repeat("[", mib-5), nil)), ErrHeaderJSON, 4},
		{"header of numbers", bytes.NewReader(rawFile(`{"a":[`+strings.Repeat("0,", mib/2-5)+`0]}`, nil)), ErrHeaderJSON, 80},
		{"header of small objects", bytes.NewReader(rawFile(`{"a":[`+strings.Repeat(`{"":0},`, mib/7-4)+`0]}`, nil)), ErrHeaderJSON, 128},
	} {
		var err error
		got := allocated(func() { _, _, err = readEverything(c.file, Options{}) })
		wantError(t, err, c.kind)
		if got > c.limit*mib {
			t.Errorf("%s: allocated %.1f MiB, want at most %d", c.name, float64(got)/mib, c.limit)
		}
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Reading a checkpoint in its own order needs the tensor at hand and the decoder, not the file.
func TestStreamingMemory(t *testing.T) {
	const tensors, size = 16, 1 << 20
	var list []Tensor
	for i := range tensors {
		list = append(list, Tensor{Name: "t" + itoa(int64(i)), DType: F16, Shape: []int{size / 2}, Data: make([]byte, size)})
	}
	var b bytes.Buffer
	if _, err := WriteZstd(&b, nil, list); err != nil {
		t.Fatal(err)
	}
	before := liveHeap()
	c, err := Open(&b, "file", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		if _, _, err := c.Tensor(list[i].Name); err != nil {
			t.Fatal(err)
		}
		if grown := liveHeap() - before; grown > 6*size {
			t.Fatalf("after %d tensors of %d bytes, %d more bytes are alive", i+1, size, grown)
		}
	}
	if _, err := c.Finish(); err != nil {
		t.Fatal(err)
	}
	runtime.KeepAlive(list)
}

func liveHeap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// FuzzCheckpoint reads any bytes as a file: no panic, typed errors, memory in proportion.
func FuzzCheckpoint(f *testing.F) {
	for _, kind := range containers {
		file, _ := kind.small(f)
		f.Add(file)
	}
	f.Add([]byte(fourGiB))
	f.Add(rawFile(`{"a":`+goodEntry+`}`, []byte("01234567")))
	f.Add(frame(f, rawFile(`{"a":`+goodEntry+`}`, []byte("01234567"))))
	f.Fuzz(func(t *testing.T, file []byte) {
		data, sums, err := readEverything(bytes.NewReader(file), Options{MaxBytes: 1 << 20})
		if err != nil {
			if typed := (*Error)(nil); !errors.As(err, &typed) {
				t.Fatalf("error without a type: %v", err)
			}
			return
		}
		raw := int64(8)
		for _, d := range data {
			raw += int64(len(d))
		}
		if sums.Bytes != int64(len(file)) || raw > sums.RawBytes {
			t.Fatalf("%d bytes read of %d, %d of tensors in %d", sums.Bytes, len(file), raw, sums.RawBytes)
		}
	})
}
