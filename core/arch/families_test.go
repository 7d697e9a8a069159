package arch_test

import (
	"path/filepath"
	"testing"

	"tintype/internal/golden"
)

// TestRecordedFamilies: the networks around a latent model follow their reference.
func TestRecordedFamilies(t *testing.T) {
	for name, passes := range map[string]int{"unet-cond-sd2": 1, "unet-cond-lcm": 1, "vae-kl": 2, "vae-tiny": 2, "clip-text": 1, "dit": 1} {
		differences, err := golden.CompareComponent(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if len(differences) != passes {
			t.Errorf("%s: %d passes were compared, expected %d", name, len(differences), passes)
		}
		for out, d := range differences {
			if d.Relative() > 1e-5 {
				t.Errorf("%s: %s: relative error %g", name, out, d.Relative())
			}
		}
	}
}
