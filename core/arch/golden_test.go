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
		"consistency": "d65ffacb3e4362ef38a4698abff7e0c0b22cdd61d9b7fd959801f31ffc807744",
		"ddpm":        "4a3401768d55433c288d62981dd9ca9054edb48abafc82d23c8b3fa658700abf",
		"fourier":     "b2d4c44195eab84fb9a1834a59034fecea36731196991f3f365bbc101fa70b48",
		"learned":     "88b9033b978463648621d74ed088e2323f743f9ea634c9738ce5616d287cac44",
		"one-level":   "cd56bf7ff300d730c1963de1bac3da69a0d62a62339ac9cdaf7059527615b128",
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
