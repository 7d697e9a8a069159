//go:build goexperiment.simd && !purego && amd64

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"tintype/internal/proof"
)

// TestVectorLengths draws the pictures in processes whose vectors are shorter,
// or emulated.
func TestVectorLengths(t *testing.T) {
	pictures, err := proof.Pictures()
	if err != nil {
		t.Fatal(err)
	}
	for _, bits := range []string{"128", "256", "512"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestPictures$", "-test.v")
		cmd.Env = append(os.Environ(), "GODEBUG=simd=+"+bits)
		out, err := cmd.CombinedOutput()
		switch {
		case strings.Contains(string(out), "larger than the simd length"):
			t.Logf("this processor has no vectors of %s bits", bits)
		case err != nil || !strings.Contains(string(out), "--- PASS: TestPictures"):
			t.Errorf("vectors of %s bits: %v\n%s", bits, err, out)
		default:
			for _, p := range pictures {
				p.Check(t, platform()+" bits="+bits, p.SHA256)
			}
		}
	}
}
