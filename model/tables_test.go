package model

import (
	"testing"

	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/weights"
)

// What a file says of its steps reaches the solvers and the grid that need it: without it each is refused.
func TestTablesAndDegrader(t *testing.T) {
	d := describedBy(t, nil)
	plain := &Model{}
	if err := plain.sampling(d); err != nil {
		t.Fatal(err)
	}
	d.Tables = weights.Tables{
		Costs: [][]float64{{9}, {9, 1}, {9, 1, 9}, {9, 9, 1, 9}}, // of 1000 steps: from 4 to 2 to 1 to 0, or ...
		GGDM:  &weights.GGDM{X: [][]float64{{1}, {0, 1}}, D: [][]float64{{0.5}, {0, 0.5}}, Noise: []float64{0.1, 0}},
	}
	m := &Model{}
	for _, degrader := range []weights.Degrader{{Kind: "heat", Width: weights.Some(4.0)}, {Kind: "pixelate", Largest: 8}, {Kind: "fade"}, {Kind: "mask"}} {
		d.Degrader = &degrader
		if err := m.sampling(d); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []solver.Kind{solver.KindGGDM, solver.KindCold, solver.KindColdNaive} {
		if plain.CheckSolver(k) == nil || m.CheckSolver(k) != nil {
			t.Errorf("%v: with the tables %v, without %v", k, m.CheckSolver(k), plain.CheckSolver(k))
		}
	}
	if plain.CheckGrid(schedule.BestPath) == nil || m.CheckGrid(schedule.BestPath) != nil {
		t.Errorf("path: with costs %v, without %v", m.CheckGrid(schedule.BestPath), plain.CheckGrid(schedule.BestPath))
	}
	levels, err := schedule.BestPath.Grid(m.Grid)(m.Process, 3)
	if err != nil || levels[0].T != 999 || levels[1].T != 499 || levels[2].T != 249 {
		t.Errorf("path of the costs: %v, %v", levels, err)
	}
}
