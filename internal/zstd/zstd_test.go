package zstd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
)

const testWindow = 8 << 20

// samples are data of different kinds and sizes.
func samples() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	all := map[string][]byte{"empty": nil, "byte": {7}, "zeros": make([]byte, 200_000)}
	noise := make([]byte, 150_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	all["noise"] = noise
	halves := make([]byte, 400_000) // as float16 weights are: a skewed byte and a random one
	for i := 0; i < len(halves); i += 2 {
		halves[i], halves[i+1] = byte(r.Uint32()), byte(0x30+int(r.NormFloat64()*2))
	}
	all["weights"] = halves
	var words strings.Builder
	for words.Len() < 300_000 {
		fmt.Fprintf(&words, "%s %d ", [...]string{"the", "noise", "of", "a", "picture", "grows"}[r.IntN(6)], r.IntN(1000))
	}
	all["text"] = []byte(words.String())
	few := make([]byte, 20_000)
	for i := range few {
		few[i] = byte(r.IntN(3))
	}
	all["three symbols"] = few
	all["far"] = append(append(bytes.Clone(noise), make([]byte, 600_000)...), noise...)
	return all
}

func TestRoundTrip(t *testing.T) {
	for name, data := range samples() {
		for _, level := range []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedDefault, zstd.SpeedBestCompression} {
			for _, o := range [][]zstd.EOption{
				nil, {zstd.WithSingleSegment(true)}, {zstd.WithWindowSize(1 << 14)}, {zstd.WithEncoderCRC(false)},
				{zstd.WithAllLitEntropyCompression(true)}, {zstd.WithNoEntropyCompression(true)},
			} {
				enc, err := zstd.NewWriter(nil, append(o, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))...)
				if err != nil {
					t.Fatal(err)
				}
				var stream bytes.Buffer
				enc.Reset(&stream) // frames whose size nobody knows
				enc.Write(data)
				enc.Close()
				whole := enc.EncodeAll(data, nil)
				skippable := []byte{0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}
				for _, packed := range [][]byte{stream.Bytes(), whole, bytes.Join([][]byte{skippable, whole, skippable, whole}, nil)} {
					want := data
					if len(packed) > 2*len(whole) && len(packed) != stream.Len() {
						want = append(bytes.Clone(data), data...)
					}
					got, err := io.ReadAll(NewReader(bytes.NewReader(packed), testWindow))
					if err != nil || !bytes.Equal(got, want) {
						t.Fatalf("%s, level %v: %d bytes of %d, %v", name, level, len(got), len(want), err)
					}
				}
			}
		}
	}
}

// TestReads: the sizes of reads on either side change nothing.
func TestReads(t *testing.T) {
	data := samples()["text"]
	enc, _ := zstd.NewWriter(nil)
	packed := enc.EncodeAll(data, nil)
	for name, src := range map[string]io.Reader{
		"one byte": iotest.OneByteReader(bytes.NewReader(packed)), "half": iotest.HalfReader(bytes.NewReader(packed)), "error with data": iotest.DataErrReader(bytes.NewReader(packed)),
	} {
		got, err := io.ReadAll(iotest.OneByteReader(NewReader(src, testWindow)))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(data), err)
		}
	}
	failing := errors.New("on purpose")
	if _, err := io.ReadAll(NewReader(io.MultiReader(bytes.NewReader(packed[:1000]), iotest.ErrReader(failing)), testWindow)); err != failing {
		t.Errorf("the source's error became %v", err)
	}
}

// TestTruncated: whatever is missing, the end is unexpected.
func TestTruncated(t *testing.T) {
	enc, _ := zstd.NewWriter(nil, zstd.WithEncoderCRC(true))
	packed := enc.EncodeAll(samples()["three symbols"], nil)
	packed = append(packed, 0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2)
	whole := len(packed) - 10
	for n := range packed {
		if n == 0 || n == whole {
			continue
		}
		if _, err := io.ReadAll(NewReader(bytes.NewReader(packed[:n]), testWindow)); err != io.ErrUnexpectedEOF {
			t.Fatalf("the first %d of %d bytes: %v", n, len(packed), err)
		}
	}
}

func TestRefusals(t *testing.T) {
	enc, _ := zstd.NewWriter(nil)
	packed := enc.EncodeAll(samples()["three symbols"], nil)
	changed := func(at int, v byte) []byte {
		b := bytes.Clone(packed)
		b[(at+len(b))%len(b)] ^= v
		return b
	}
	header := func(descriptor byte, rest ...byte) []byte {
		return append(append(binary.LittleEndian.AppendUint32(nil, 0xfd2fb528), descriptor), rest...)
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"magic":             {changed(0, 1), errMagic},
		"checksum":          {changed(-1, 1), errChecksum},
		"reserved bit":      {header(0x08, 0), errReserved},
		"dictionary":        {header(0x01, 0, 5), errDictionary},
		"window of 16 MiB":  {header(0x00, 14<<3), errWindow},
		"segment of 1 GiB":  {header(0xa0, 0, 0, 0, 0x40), errWindow},
		"reserved block":    {header(0x00, 0, 7, 0, 0), errCorrupt},
		"large block":       {header(0x00, 0, 0xfb, 0xff, 0x1f), errCorrupt},
		"more than it says": {header(0x20, 1, 0x11, 0, 0, 1, 2), errSize},
		"less than it says": {header(0x20, 3, 0x11, 0, 0, 1, 2), errSize},
		"empty block":       {header(0x00, 0, 5, 0, 0), errCorrupt},
		"no sequence count": {header(0x00, 0, 0x0d, 0, 0, 0), errCorrupt},
		"repeated table":    {header(0x00, 0, 0x25, 0, 0, 0, 1, 0xc0, 1), errCorrupt},
		"treeless literals": {header(0x00, 0, 0x2d, 0, 0, 0x13, 0x40, 0, 1, 0), errCorrupt},
	} {
		if _, err := io.ReadAll(NewReader(bytes.NewReader(c.data), testWindow)); err != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// FuzzReader: what another decoder accepts, this one gives the same for; and what this one accepts it does not
// decode otherwise.
func FuzzReader(f *testing.F) {
	enc, _ := zstd.NewWriter(nil)
	best, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderCRC(false))
	for _, data := range samples() {
		f.Add(enc.EncodeAll(data[:min(len(data), 3000)], nil))
		f.Add(best.EncodeAll(data[:min(len(data), 20000)], nil))
	}
	const most = 1 << 20 // a few bytes can stand for many
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(testWindow), zstd.WithDecoderMaxMemory(most))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := io.ReadAll(io.LimitReader(NewReader(bytes.NewReader(data), testWindow), most))
		if len(got) == most {
			return
		}
		want, wantErr := dec.DecodeAll(data, nil)
		switch {
		case wantErr == nil && err != nil && err != errDictionary && err != errWindow:
			t.Errorf("refused: %v", err)
		case wantErr == nil && err == nil && !bytes.Equal(got, want):
			t.Errorf("%d bytes, want %d, and they differ", len(got), len(want))
		}
	})
}

func BenchmarkReader(b *testing.B) {
	data := samples()["weights"]
	enc, _ := zstd.NewWriter(nil, zstd.WithAllLitEntropyCompression(true), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithSingleSegment(true))
	packed := enc.EncodeAll(data, nil)
	out := make([]byte, len(data))
	b.Run("own", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			io.ReadFull(NewReader(bytes.NewReader(packed), testWindow), out)
		}
	})
	b.Run("klauspost", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			d, _ := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
			io.ReadFull(d, out)
			d.Close()
		}
	})
}
