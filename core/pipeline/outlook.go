package pipeline

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/schedule"
	"tintype/core/solver"
)

// mostNoise is the share of noise above which a run is refused; of fewer than fewestJudged steps nothing good is expected,
// and none is.
const (
	mostNoise    = 0.25
	fewestJudged = 4
)

// NoiseError is what a run is foreseen to end in. It is the cause of a *Clash, or of what a forced run says of itself.
type NoiseError struct {
	Share float64 // of the picture, 0 to 1
}

func (e *NoiseError) Error() string {
	return fmt.Sprintf("would end with %.0f %% of noise", math.Min(100*e.Share, 100))
}

// checkNoise refuses what would end in noise. A forced run, one of few steps, and what the checkpoint itself wants, is told
// of it.
func (m *Model) checkNoise(s *Spec, p *plan) error {
	if info, _ := s.Solver.Info(); info.Needs != solver.NeedsNothing || m.Contract.student() || s.Edit != nil && s.Edit.Invert > 0 {
		return nil
	}
	share := foresee(p.solver)
	if share <= mostNoise {
		return nil
	}
	warning := m.noisy(s, share)
	if d := m.Contract.Defaults; s.Force || s.Steps < fewestJudged || s.Solver == d.Solver && s.Grid == d.Grid {
		p.warning = warning
		return nil
	}
	return warning
}

// Foresee returns the *Clash of a spec that would end in noise, or nil. What cannot run at all is no concern of it.
func (m *Model) Foresee(s Spec) error {
	s.Force = false
	var noise *NoiseError
	if err := m.checkCompiled(&s, &plan{}); errors.As(err, &noise) {
		return err
	}
	return nil
}

// checkCompiled is the part of the check that needs no picture.
func (m *Model) checkCompiled(s *Spec, p *plan) error {
	if err := m.compile(s, p); err != nil {
		return err
	}
	return m.checkNoise(s, p)
}

// noisy says what would end in noise, and what near it would not.
func (m *Model) noisy(s *Spec, share float64) error {
	c := &Clash{SettingSolver, fmt.Sprintf("%v in %d steps of %v would end with %.0f %% of noise", s.Solver, s.Steps, s.Grid, math.Min(100*share, 100)),
		fmt.Sprintf("use another, such as %v", m.Contract.Defaults.Solver), &NoiseError{share}}
	grid, steps := m.quietGrid(s), m.quietSteps(s)
	switch {
	case grid != "" && steps > 0:
		c.Setting, c.Remedy = SettingGrid, fmt.Sprintf("use the grid %s, or %d steps", grid, steps)
	case grid != "":
		c.Setting, c.Remedy = SettingGrid, "use the grid "+grid
	case steps > 0:
		c.Setting, c.Remedy = SettingSteps, fmt.Sprintf("use %d steps", steps)
	}
	return c
}

// mostTried is the most steps that are looked at for a remedy.
const mostTried = 200

// quietSteps is about the fewest steps, more than the spec's, in which it does not end in noise; 0: none were found.
func (m *Model) quietSteps(s *Spec) int {
	other := *s
	for other.Steps < mostTried {
		other.Steps += 1 + other.Steps/4
		if m.checkSteps(other.Steps) == nil && m.quiet(&other) {
			return other.Steps
		}
	}
	return 0
}

// quietGrid is a grid on which the spec does not end in noise: the checkpoint's own, or the first that there is; "": none.
func (m *Model) quietGrid(s *Spec) string {
	for _, k := range []schedule.GridKind{m.Contract.Defaults.Grid, schedule.Trailing, schedule.Karras, schedule.Exponential} {
		other := *s
		if other.UseGrid(k); k != s.Grid && m.CheckGrid(k) == nil && m.quiet(&other) {
			return k.String()
		}
	}
	return ""
}

func (m *Model) quiet(s *Spec) bool {
	p := &plan{}
	return m.compile(s, p) == nil && foresee(p.solver) <= mostNoise
}
