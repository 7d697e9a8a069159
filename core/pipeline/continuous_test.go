package pipeline

import (
	"errors"
	"math"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/solver"
)

// Every solver on every continuous process, each with its own reading, on the grids that suit it: it runs without a
// NaN, or is refused with a remedy.
func TestEverySolverOnContinuousProcesses(t *testing.T) {
	vp, err1 := schedule.VPLinear(0.1, 20, 1e-3)
	sub, err2 := schedule.SubVP(0.1, 20, 1e-3)
	cosine, err3 := schedule.Cosine(0, 1e-3)
	ve, err4 := schedule.VE(0.01, 50)
	edm, err5 := schedule.EDM(0.002, 80)
	flow, err6 := schedule.Flow(1e-3)
	trig, err7 := schedule.Trig(0.5, 0)
	gamma, err8 := schedule.GammaTable([]float64{-13.3, -5, 0.2, 1, 5})
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
		t.Fatal(err)
	}
	ran, clashes := 0, 0
	for _, c := range []struct {
		name    string
		process schedule.Process
		reading denoise.Reading
	}{
		{"VP", vp, denoise.Reading{Prediction: denoise.PredictEpsilon, Scale: 1000}},
		{"sub-VP", sub, denoise.Reading{Prediction: denoise.PredictScore, Scale: 999}},
		{"cosine", cosine, denoise.Reading{Prediction: denoise.PredictV}},
		{"VE", ve, denoise.Reading{Prediction: denoise.PredictScore, Time: denoise.TimeSigma}},
		{"EDM", edm, denoise.Reading{Prediction: denoise.PredictEDM, Time: denoise.TimeQuarterLog}},
		{"flow", flow, denoise.Reading{Prediction: denoise.PredictFlow, Scale: 1000}},
		{"trig", trig, denoise.Reading{Prediction: denoise.PredictTrig}},
		{"gamma", gamma, denoise.Reading{Prediction: denoise.PredictV, Time: denoise.TimeLambda}},
	} {
		for _, info := range solver.Solvers() {
			for _, grid := range []schedule.GridKind{schedule.Trailing, schedule.Linspace, schedule.Karras, schedule.Exponential} {
				for _, n := range []int{1, 2, 5, 12} {
					m, _ := testModel(t)
					m.Process, m.Reading = c.process, c.reading
					s := m.Defaults()
					s.Solver, s.Grid, s.Steps, s.Guidance.Scale = info.Kind, grid, n, 1
					r, err := Compile(m, s, nil)
					if err != nil {
						var clash *Clash
						if !errors.As(err, &clash) || clash.Remedy == "" {
							t.Errorf("%s, %v, %v in %d steps: %v", c.name, info.Kind, grid, n, err)
						}
						clashes++
						continue
					}
					for done := false; !done && err == nil; {
						done, err = r.Step()
					}
					for _, v := range r.X() {
						if v := float64(v); err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
							err = denoise.ErrNotFinite
						}
					}
					if err != nil {
						t.Errorf("%s, %v, %v in %d steps: %v", c.name, info.Kind, grid, n, err)
					}
					ran++
				}
			}
		}
	}
	t.Logf("%d ran, %d were refused", ran, clashes)
	if ran < 2000 {
		t.Errorf("only %d ran", ran)
	}
}
