package pipeline

import (
	"tintype/core/denoise"
	"tintype/core/solver"
	"tintype/core/tape"
)

// Reference is what another implementation would do with the model's network: it stands in the place of the model's
// own process, grid, solver and bound.
type Reference struct {
	Program tape.Program
	Param   denoise.Param                                        // how the network is asked and read
	Bounded func(den denoise.Denoiser, per int) denoise.Denoiser // around the estimate; pictures have per values
}

// checkReference takes the reference's program. It knows nothing of what is done to a run on its way.
func (m *Model) checkReference(s *Spec, p *plan) error {
	switch {
	case s.Edit != nil || s.From != nil || s.Thresh != nil:
		return clash(SettingEdit, "leave the one or the other out", "editing, forks and thresholds in a run that repeats a reference's")
	case s.Classifier > 0:
		return clash(SettingClassifier, "leave the one or the other out", "a classifier's guidance in a run that repeats a reference's")
	case m.Extras.Head != solver.HeadNone:
		return clash(SettingModel, "leave the reference out", "a network with a second output, which no reference reads here")
	}
	p.solver, p.begin = s.Reference.Program, 1
	return nil
}
