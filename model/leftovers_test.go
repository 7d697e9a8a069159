package model

import (
	"strings"
	"testing"
)

// The configs of all networks ignore what training left, and nothing else.
func TestLeftoversOfAnyNetwork(t *testing.T) {
	for name, read := range map[string]func(string) error{
		"UNet2DModel":          func(s string) error { _, err := UNet2DConfig(s); return err },
		"UNet2DConditionModel": func(s string) error { _, err := UNet2DConditionConfig(s); return err },
		"AutoencoderKL":        func(s string) error { _, err := AutoencoderConfig(s); return err },
		"AutoencoderTiny":      func(s string) error { _, err := AutoencoderTinyConfig(s); return err },
		"CLIPTextModel":        func(s string) error { _, err := CLIPTextConfig(s); return err },
		"DiT":                  func(s string) error { _, err := DiTConfig(s); return err },
	} {
		without := read(`{}`)
		with := read(`{"decay": 0.9999, "optimization_step": 100, "torch_dtype": "float16", "name_or_path": "x"}`)
		if (with == nil) != (without == nil) || with != nil && with.Error() != without.Error() {
			t.Errorf("%s: with leftovers %v, without %v", name, with, without)
		}
		if err := read(`{"decays": 0.9999}`); err == nil || without == nil && !strings.Contains(err.Error(), "decays") {
			t.Errorf("%s: an unknown field: %v", name, err)
		}
	}
}
