package model

import (
	"os"
	"path/filepath"
	"testing"

	"tintype/core/denoise"
	"tintype/core/guidance"
	"tintype/core/rng"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
	"tintype/weights"
)

// shippedClassifier loads the classifier of a shipped model, and the model.
func shippedClassifier(t *testing.T, id string) (*Classifier, *Model) {
	t.Helper()
	dir := filepath.Join("..", "site", "models")
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := weights.ParseManifest("index.json", string(text))
	if err != nil {
		t.Fatal(err)
	}
	entry, ok := manifest.Find(id)
	if !ok || entry.Classifier == nil || entry.Classifier.Bytes > 200_000 {
		t.Fatalf("%s: expected a classifier of at most 200 kB, found %+v", id, entry.Classifier)
	}
	open := func(p weights.Place) *weights.Checkpoint {
		f, err := os.Open(filepath.Join(dir, p.File))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		c, err := weights.Open(f, p.File, weights.Options{Expect: p.Expect()})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	k, err := LoadClassifier(open(*entry.Classifier))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(open(entry.Place))
	if err != nil {
		t.Fatal(err)
	}
	return k, m
}

// The shipped classifier computes what was recorded, belongs to its model, and leads that model, which is told no
// class, to the class that it is asked for.
func TestShippedClassifierGuidesItsModel(t *testing.T) {
	const id, n, steps = "fashion-mnist-32", 2, 8
	k, m := shippedClassifier(t, id)
	if cases, err := k.CheckGoldens(); cases == 0 || err != nil {
		t.Errorf("%d goldens checked, error %v", cases, err)
	}
	if err := k.fits(m); err != nil || k.Of != id || k.Parameters > 100_000 {
		t.Errorf("classifier of %s with %d parameters: %v", k.Of, k.Parameters, err)
	}
	net, err := m.Network.Plan(n, m.H, m.W, nil)
	if err != nil {
		t.Fatal(err)
	}
	cond, wanted := m.Cond.NewCond(n), []int32{5, 9}
	for i := range n {
		cond.Labels[i] = int32(m.Cond.NullRow(0))
	}
	pass, err := k.Plan(n, m.H, m.W, nil)
	if err != nil {
		t.Fatal(err)
	}
	climb := guidance.ObjectiveFunc(func(dst, x []float32, l schedule.Level) error {
		return pass.LogProbGrad(dst, nil, x, l, wanted)
	})
	var levels []schedule.Level
	for i := range steps {
		levels = append(levels, m.Process.AtTime(999-float64(i)*1000/steps))
	}
	levels = append(levels, schedule.Clean)
	compiled, err := solver.Compile(solver.DDIM{}, m.Process, levels)
	if err != nil {
		t.Fatal(err)
	}
	size := n * m.H * m.W
	right := func(scale float64) (count int) {
		var den denoise.Denoiser = denoise.NewNetwork(net, m.Reading.Param(), n, m.H, m.W, m.C, cond)
		den = &denoise.Clip{Denoiser: guidance.NewGradient(den, climb, size, scale), Limit: float32(m.Clip)}
		noise := func(dst []float32, key uint32) { rng.Normal(dst, 1, key, 0) }
		run := tape.NewRun(compiled, tape.Env{Denoiser: den, Noise: noise}, size)
		for done := false; !done; {
			if done, err = run.Step(); err != nil {
				t.Fatal(err)
			}
		}
		logp, none := make([]float32, n), make([]float32, size)
		if err := pass.LogProbGrad(none, logp, run.X(), schedule.Clean, wanted); err != nil {
			t.Fatal(err)
		}
		t.Logf("scale %v: log p %.2f", scale, logp)
		for _, v := range logp {
			if v > -0.6931 {
				count++
			}
		}
		return count
	}
	if before, after := right(0), right(4); before != 0 || after != n {
		t.Errorf("without guidance %d of %d pictures are of the class asked for, with it %d", before, n, after)
	}
}
