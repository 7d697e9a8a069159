//go:build !js

package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tintype/core/arch"
	"tintype/internal/golden"
	"tintype/tools/bench/suite"
	"tintype/tools/npm"
)

// TestPeerAgrees: ONNX Runtime loads what the exporter writes and computes what we compute. The test only takes
// packages that make bench-peers has installed.
func TestPeerAgrees(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node")
	}
	root, found, err := npm.Find(folder, packages)
	if err != nil {
		t.Skip(err)
	}
	if !found {
		t.Skip("ONNX Runtime is not installed: make bench-peers installs it")
	}
	cfg := arch.DefaultUNet2D()
	cfg.BlockOutChannels, cfg.AttentionHeadDim, cfg.LayersPerBlock, cfg.NormNumGroups = []int{16, 24}, 0, 1, 8
	cfg.DownBlockTypes = []arch.BlockType{arch.BlockPlain, arch.BlockAttention}
	cfg.UpBlockTypes = []arch.BlockType{arch.BlockAttention, arch.BlockPlain}
	dir := t.TempDir()
	c, err := prepare(dir, suite.Graph{Name: "tiny", Side: 16, Config: cfg})
	if err != nil {
		t.Fatal(err)
	}
	ours, err := c.Build()
	if err != nil {
		t.Fatal(err)
	}
	passes, err := ours.Passes(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := unpack(dir); err != nil {
		t.Fatal(err)
	}
	peer, stop, err := startNode(filepath.Join(root, "node_modules"), dir, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var outputs [2][]float32
	for i, e := range []engine{local{passes}, peer} {
		if times, err := e.Run(time.Millisecond); err != nil || len(times) == 0 {
			t.Fatalf("engine %d: %d passes, %v", i, len(times), err)
		}
		if outputs[i], err = e.Output(); err != nil {
			t.Fatal(err)
		}
	}
	if d := golden.Compare(outputs[0], outputs[1]); !d.Pass() || d.Scale < 0.1 {
		t.Errorf("outputs differ: %v, largest value %v", d, d.Scale)
	}
}

func TestPlanar(t *testing.T) {
	pixels := []float32{1, 2, 3, 11, 12, 13} // two pixels of three channels
	planes := planar(pixels, 3)
	if want := []float32{1, 11, 2, 12, 3, 13}; !slices.Equal(planes, want) {
		t.Errorf("planar: %v, want %v", planes, want)
	}
	if back := interleaved(planes, 3); !slices.Equal(back, pixels) {
		t.Errorf("interleaved: %v, want %v", back, pixels)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		times []float64
		want  float64
	}{{[]float64{5}, 5}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 100}, 3}} {
		if got := median(c.times); got != c.want {
			t.Errorf("median %v, want %v", got, c.want)
		}
	}
}
