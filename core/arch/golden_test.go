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
		"consistency": "2cc696ed1183ea638c8fd21bcbaa0b0af1ef17f24758af56a2805492ad327579",
		"ddpm":        "95b21cf2f7f7dea446902899d90dfce6e1c13907e2913d435312105ed7024e62",
		"fourier":     "aead640850ec435615e3972fd07afe3f229e1c9a75a7b50f27735fceed54d4bb",
		"learned":     "23916c031042270fbb025f602f425fa126a3a4e3e902390f5a9b7f449185bd2b",
		"one-level":   "27ca62a2ee89917cbf2a91b12b822990129bfacd0a6382c3b41e810d60772a4a",
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
