package weights

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// trained makes n float16 values as a trained layer has them: normal, of standard deviation 0.03.
func trained(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	values := make([]float32, n&^1)
	for i := range values {
		values[i] = float32(0.03 * r.NormFloat64())
	}
	_, raw := Narrow(values)
	return raw
}

// Weights must shrink. With zstd's default options they do not: this test fails without
// WithAllLitEntropyCompression.
func TestRatio(t *testing.T) {
	data := trained(1<<20, 1)
	var b bytes.Buffer
	sums, err := WriteZstd(&b, nil, []Tensor{{"w", F16, []int{1 << 20}, data}})
	if err != nil {
		t.Fatal(err)
	}
	if r := ratio(sums.Bytes, sums.RawBytes); r < 0.90 || r > 0.95 {
		t.Errorf("ratio %.3f, want 0.90 to 0.95", r)
	}
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := ratio(int64(len(enc.EncodeAll(data, nil))), int64(len(data))); r < 0.99 {
		t.Errorf("default options give ratio %.3f: these data are not like weights", r)
	}
}

func ratio(packed, raw int64) float64 { return float64(packed) / float64(raw) }

// The models that the site ships shrank as well, and are what the manifest says.
func TestShippedModels(t *testing.T) {
	dir := filepath.Join("..", "site", "models")
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if os.IsNotExist(err) {
		t.Fatal("site/models/index.json is missing: the shipped models are part of the project")
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseManifest("index.json", string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range m {
		f, err := os.Open(filepath.Join(dir, e.File))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		c, err := Open(f, e.File, Options{Expect: e.Expect()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Describe(); err != nil {
			t.Error(err)
		}
		if _, err := c.Finish(); err != nil {
			t.Error(err)
		}
		if r := ratio(e.Bytes, e.RawBytes); r < 0.85 || r > 0.95 {
			t.Errorf("%s: ratio %.3f, want 0.85 to 0.95", e.ID, r)
		}
	}
}

// Frames are independent, of 1 MiB, and say how long they are.
func TestFrames(t *testing.T) {
	data := trained(5<<18, 2) // 2.5 MiB
	var b bytes.Buffer
	sums, err := WriteZstd(&b, nil, []Tensor{{"w", F16, []int{5 << 18}, data}})
	if err != nil {
		t.Fatal(err)
	}
	dec, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	var raw []byte
	var lengths []uint64
	for rest := b.Bytes(); len(rest) > 0; {
		var h zstd.Header
		if err := h.Decode(rest); err != nil {
			t.Fatal(err)
		}
		if !h.HasFCS || !h.HasCheckSum || h.WindowSize > frameBytes {
			t.Errorf("frame %d: %+v", len(lengths), h)
		}
		lengths = append(lengths, h.FrameContentSize)
		end := bytes.Index(rest[4:], []byte("\x28\xb5\x2f\xfd")) + 4
		if end < 4 {
			end = len(rest)
		}
		if raw, err = dec.DecodeAll(rest[:end], raw); err != nil {
			t.Fatal(err)
		}
		rest = rest[end:]
	}
	if want := int(math.Ceil(float64(sums.RawBytes) / frameBytes)); len(lengths) != want || lengths[0] != frameBytes {
		t.Errorf("frames of %d bytes, want %d of %d", lengths, want, frameBytes)
	}
	if int64(len(raw)) != sums.RawBytes || !bytes.HasSuffix(raw, data) {
		t.Error("the frames do not decode to the file")
	}
}

// Files that other tools packed are read: one frame of any level, a skippable frame before it.
func TestForeignFrames(t *testing.T) {
	plain, sums := containers[0].small(t)
	for level := zstd.SpeedFastest; level <= zstd.SpeedBestCompression; level++ {
		var b bytes.Buffer
		b.WriteString("\x50\x2a\x4d\x18\x03\x00\x00\x00abc")
		enc, err := zstd.NewWriter(&b, zstd.WithEncoderLevel(level))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := enc.Write(plain); err != nil {
			t.Fatal(err)
		}
		if err := enc.Close(); err != nil {
			t.Fatal(err)
		}
		_, got, err := readAll(t, b.Bytes(), Options{})
		if err != nil || got.RawBytes != sums.RawBytes {
			t.Errorf("level %v: %+v, %v", level, got, err)
		}
	}
}
