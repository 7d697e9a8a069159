//go:build goexperiment.simd && !purego && !wasm

package kernel

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestVectorLengths repeats the tests of bits in processes whose vectors are
// shorter, or emulated.
func TestVectorLengths(t *testing.T) {
	for _, bits := range []string{"0", "+128", "+256", "+512"} {
		cmd := exec.Command(os.Args[0], "-test.run=^(TestTwins|TestSameBits)$")
		cmd.Env = append(os.Environ(), "GODEBUG=simd="+bits)
		if out, err := cmd.CombinedOutput(); err != nil {
			if strings.Contains(string(out), "larger than the simd length") {
				t.Logf("this processor has no vectors of %s bits", bits)
				continue
			}
			t.Errorf("vectors of %s bits: %v\n%s", bits, err, out)
		}
	}
}
