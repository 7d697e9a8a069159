package suite

import (
	"fmt"
	"strings"
	"testing"

	"tintype/core/arch"
)

// TestProfile: the kinds make up the pass, each once, the most costly first; products have a rate.
func TestProfile(t *testing.T) {
	cfg := arch.DefaultUNet2D()
	cfg.BlockOutChannels, cfg.AttentionHeadDim, cfg.NormNumGroups = []int{8, 16}, 0, 4
	cfg.DownBlockTypes = []arch.BlockType{arch.BlockPlain, arch.BlockAttention}
	cfg.UpBlockTypes = []arch.BlockType{arch.BlockAttention, arch.BlockPlain}
	kinds := map[string]bool{}
	sum, last := 0.0, 100.0
	named, goals := 0, 0
	engine, err := Graph{Name: "g", Side: 8, Config: cfg}.Build()
	if err != nil {
		t.Fatal(err)
	}
	err = engine.Profile(func(line string) {
		if strings.HasPrefix(line, "target 3 ") {
			goals++
			return
		}
		text, ok := strings.CutPrefix(line, "profile g ")
		if !ok {
			t.Fatalf("line %q", line)
		}
		var kind string
		var ms, share float64
		switch {
		case strings.HasPrefix(text, "layer "):
			named++
			return
		}
		if _, err := fmt.Sscanf(text, "%s %f ms, %f", &kind, &ms, &share); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if product := kind == "pass" || kind == "conv" || kind == "matmul"; product != strings.HasSuffix(text, " GFLOP/s") {
			t.Errorf("line %q: a rate stands beside products and nothing else", line)
		}
		if kind == "pass" {
			return
		}
		if kinds[kind] || share > last {
			t.Errorf("line %q: out of order or twice", line)
		}
		kinds[kind], last = true, share
		sum += share
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum < 99 || sum > 101 || len(kinds) < 7 || named != slowest || goals != 1 {
		t.Errorf("%d kinds make up %.1f %% of the pass, %d layers are named, %d goals", len(kinds), sum, named, goals)
	}
}
