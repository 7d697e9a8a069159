package compile

import (
	"math"
	"testing"

	"tintype/internal/interpret"
	"tintype/internal/kinds"
)

// planned compiles an example and gives it random inputs; run computes its output.
func planned(t *testing.T, e kinds.Example, rewritten bool) (run func() []float32, want []float64) {
	t.Helper()
	inputs, params := e.Random(1)
	outputs, err := interpret.Outputs(e.Graph, e.N, inputs, params)
	if err != nil {
		t.Fatal(err)
	}
	s := stored{}
	for _, p := range e.Graph.Params() {
		s[p.Name] = storedTensor{p.Shape, narrow(params[p.Name])}
	}
	layers := read(e.Graph)
	if rewritten {
		layers.rewrite()
	}
	w, err := layers.load(NewLoader(s))
	if err != nil {
		t.Fatal(err)
	}
	pass, err := plan(layers, w, e.N, nil)
	if err != nil {
		t.Fatal(err)
	}
	pass.plan.Commit()
	given := map[string][]float32{}
	for name, v := range inputs {
		given[name] = narrow(v)
	}
	out := make([]float32, len(outputs[0]))
	return func() []float32 {
		for _, g := range pass.given {
			g.t.Data = given[g.name]
			if g.whole {
				g.t.Data, g.numbers = nil, wholes(given[g.name])
			}
		}
		if err := pass.Run(out); err != nil {
			t.Fatal(err)
		}
		return out
	}, outputs[0]
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func wholes(x []float32) []int32 {
	y := make([]int32, len(x))
	for i, v := range x {
		y[i] = int32(v)
	}
	return y
}

// TestPassesFollowTheDefinition: every kind of node, and everything that rewrites make
// of several, computes what the interpreter does; with the rewrites and without.
func TestPassesFollowTheDefinition(t *testing.T) {
	for _, e := range kinds.All() {
		for _, rewritten := range []bool{false, true} {
			run, want := planned(t, e, rewritten)
			for pass := range 2 { // the second finds what the first left behind
				have, largest, worst := run(), 0.0, 0.0
				for i, w := range want {
					largest = max(largest, math.Abs(w))
					worst = max(worst, math.Abs(float64(have[i])-w))
				}
				if !(worst <= 1e-5*max(largest, 1)) {
					t.Errorf("%s, rewritten: %t, pass %d: largest error %g of %g", e.Name, rewritten, pass, worst, largest)
				}
			}
		}
	}
}
