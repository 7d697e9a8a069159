package arch_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"path/filepath"
	"testing"

	"tintype/core/arch"
	"tintype/core/tensor"
	"tintype/internal/golden"
)

// recorded are the cases of testdata; its README says what each is there for.
var recorded = []string{"consistency", "ddpm", "fourier", "learned", "one-level"}

func load(tb testing.TB, name string) (*arch.UNet2D, *golden.Recording) {
	tb.Helper()
	dir := filepath.Join("testdata", name)
	net, err := golden.LoadNetwork(dir)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := golden.Read(dir)
	if err != nil {
		tb.Fatal(err)
	}
	return net, r
}

func TestRecordedPasses(t *testing.T) {
	for _, name := range recorded {
		t.Run(name, func(t *testing.T) {
			net, r := load(t, name)
			y, err := r.Run(net)
			if err != nil {
				t.Fatal(err)
			}
			d := golden.Compare(y.Data, r.Out.Data)
			// Ten times tighter than the project's limit: float32 noise alone is about 1e-6 here.
			if t.Log(d); d.Relative() > 1e-5 {
				t.Errorf("relative error %g", d.Relative())
			}
		})
	}
}

// TestSameBitsEverywhere pins the outputs of whole passes: every build (SIMD of any width, scalar, WebAssembly) must
// give them. A change that moves a bit on purpose changes these lines, and says so in its commit.
func TestSameBitsEverywhere(t *testing.T) {
	digests := map[string]string{
		"consistency": "90bfd7a10c9ef2634de90de10ead307fcb008ef43ea67a0ca808d1364a0acc2c",
		"ddpm":        "33fee87244625192b19b44ea1d3e6e47d8bd6691e163eafbc28e068bc2ff6225",
		"fourier":     "88c27d8119eebe95a1ae11e43b7db1ebb6a79f9ed9ecb08a652501ef8adc52d3",
		"learned":     "4d7a2f5867f9deaa685da3b354232acf41e51e46689525424cb0786869731f79",
		"one-level":   "223cd753b53bad794913c32fa4a12b1a4711b5c465a51376c4e8d14cbd7686e0",
	}
	for _, name := range recorded {
		net, r := load(t, name)
		y, err := r.Run(net)
		if err != nil {
			t.Fatal(err)
		}
		if have := digest(y); have != digests[name] {
			t.Errorf("%q: expected %s, found %s", name, digests[name], have)
		}
	}
}

// digest is the SHA-256 of a tensor's bits.
func digest(t *tensor.Tensor) string {
	h := sha256.New()
	for _, v := range t.Data {
		h.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
	}
	return hex.EncodeToString(h.Sum(nil))
}
