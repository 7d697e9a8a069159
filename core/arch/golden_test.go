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
		"consistency": "3514c314d920563a8c2467374176fe44ef8567f8550debe1dd42ccb47735c73b",
		"ddpm":        "16ae4a6240a0c1000f976ca4180e0a0112123fad5bcb0beed34112f20f29c3e5",
		"fourier":     "7664e3045946aefcfcb1de35dc1034c71d93100996d44bebe7e29e1e618886d3",
		"learned":     "aaad49524488fba22bf778a44e049755abfed79c801793627b22c7da6152122d",
		"one-level":   "087d06af3a6bc94cfa6cdd28f55f61d3364a119987dff97e5ec1edeb842e511e",
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
