package solver

import (
	"fmt"

	"tintype/core/tape"
)

// A solver may be written down as a value of its type, with what no setting would let through. Its Compile, or Prepare,
// then says so as that setting would.

// asked is a field of a solver: the setting that it is the value of, and what it may be.
type asked struct {
	setting     Setting
	v           float64
	least, most float64
}

func whole[T ~int](s Setting, v T, least, most int) asked {
	return asked{s, float64(v), float64(least), float64(most)}
}

// valid returns a *SettingError unless every field may be what it is; a NaN never may.
func valid(fields ...asked) error {
	for _, f := range fields {
		if !(f.v >= f.least && f.v <= f.most) {
			return &SettingError{Setting: f.setting, Problem: fmt.Sprintf("%v %v", f.setting, f.v),
				Remedy: fmt.Sprintf("use %v to %v", f.least, f.most)}
		}
	}
	return nil
}

// The fields that several solvers have. The most are those of references' configs, which may go beyond the settings'.
func etaField(v float64) asked    { return asked{Eta, v, 0, 1} }
func sdeEtaField(v float64) asked { return asked{Eta, v, 0, 2} }
func noiseField(v float64) asked  { return asked{SNoise, v, 0, 100} }
func lastField(v int) asked       { return whole(LastSteps, v, FullOrder, EulerLast) }
func correctionField(v int) asked { return whole(Correction, v, Midpoint, HeunLike) }
func relativeField(v float64) asked {
	return asked{Relative, v, 1e-12, 1e30}
}
func absoluteField(v float64) asked { return asked{Absolute, v, 1e-12, 1e30} }

func (c Churn) fields() []asked {
	return []asked{{SChurn, c.Amount, 0, 1e6}, {STMin, c.Min, 0, 1e30}, {STMax, c.Max, 0, 1e30}, noiseField(c.SNoise)}
}

func (s DDPM) valid() error           { return valid(whole(Variance, s.Variance, VarianceSmall, VarianceLarge)) }
func (s DDIM) valid() error           { return valid(etaField(s.Eta)) }
func (s Euler) valid() error          { return valid(s.Churn.fields()...) }
func (s DPM2) valid() error           { return valid(s.Churn.fields()...) }
func (s EulerAncestral) valid() error { return valid(etaField(s.Eta), noiseField(s.SNoise)) }
func (s DPM2Ancestral) valid() error  { return valid(etaField(s.Eta), noiseField(s.SNoise)) }
func (s DPMpp2SAncestral) valid() error {
	return valid(etaField(s.Eta), noiseField(s.SNoise))
}
func (s DPMppSDE) valid() error      { return valid(etaField(s.Eta), noiseField(s.SNoise)) }
func (s FlowAncestral) valid() error { return valid(etaField(s.Eta), noiseField(s.SNoise)) }
func (s GDDIMBlur) valid() error     { return valid(etaField(s.Eta)) }
func (s CM) valid() error            { return valid(noiseField(s.SNoise)) }
func (s TCD) valid() error           { return valid(asked{Gamma, s.Gamma, 0, 1}) }
func (s Analytic) valid() error      { return valid(etaField(s.Eta), asked{NoiseCap, s.Cap, 0, 256}) }
func (s Moments) valid() error       { return valid(etaField(s.Eta), asked{NoiseCap, s.Cap, 0, 256}) }
func (s GradientEstimation) valid() error {
	return valid(asked{Slopes, s.Gamma, 1e-3, 100})
}

func (s Heun) valid() error {
	return valid(append(s.Churn.fields(), asked{Alpha, s.Alpha, 0, 1})...)
}

func (s DPMpp2M) valid() error { return valid(correctionField(s.Correction), lastField(s.LastSteps)) }
func (s DPMpp3M) valid() error { return valid(correctionField(s.Correction), lastField(s.LastSteps)) }

func (s DPMMultistep) valid() error {
	return valid(whole(Order, s.Order, 1, 3), correctionField(s.Correction), lastField(s.LastSteps))
}

func (s DPMSolver) valid() error { return valid(whole(Order, s.Order, 2, 3)) }
func (s DEIS) valid() error      { return valid(whole(Order, s.Order, 1, 3), lastField(s.LastSteps)) }
func (s LMS) valid() error       { return valid(whole(Order, s.Order, 1, 4)) }

func (s IPNDM) valid() error {
	least := 1
	if s.Ratio {
		least = 2
	}
	return valid(whole(Order, s.Order, least, 4))
}

func (s UniPC) valid() error {
	return valid(whole(Order, s.Order, 1, 3), whole(Corrector, s.Corrector, CorrectorOff, CorrectorOn), whole(Bh, s.Bh, BH1, BH2), lastField(s.LastSteps))
}

func (s SDEDPMpp) valid() error {
	if s.Third < ThirdExact || s.Third > ThirdSign {
		return &tape.LevelsError{Problem: fmt.Sprintf("a third weight of kind %d", s.Third)}
	}
	return valid(whole(Order, s.Estimates, 1, 3), sdeEtaField(s.Eta), noiseField(s.SNoise), correctionField(s.Correction), lastField(s.LastSteps))
}

func (s DPMpp3S) valid() error {
	if !(s.R1 > 0 && s.R1 < s.R2 && s.R2 < 1) {
		return &tape.LevelsError{Problem: fmt.Sprintf("levels at %v and %v of a step, expected two parts between 0 and 1 that rise", s.R1, s.R2)}
	}
	return nil
}

func (s ALD) valid() error {
	return valid(asked{LangevinStep, s.Step, 1e-6, 1}, whole(Inner, s.Inner, 1, 100))
}

func (s PC) valid() error {
	return valid(whole(Predictor, s.Predictor, ReverseDiffusion, EulerMaruyama), asked{SNR, s.SNR, 0, 10}, whole(Inner, s.Inner, 0, 100))
}

func (s Adapt) valid() error { return valid(relativeField(s.Relative), absoluteField(s.Absolute)) }
func (s RK45) valid() error  { return valid(relativeField(s.Relative), absoluteField(s.Absolute)) }

func (s DPMAdaptive) valid() error {
	if c := s.P + s.I + s.D; c-c != 0 {
		return &tape.LevelsError{Problem: fmt.Sprintf("a controller of %v, %v and %v", s.P, s.I, s.D)}
	}
	return valid(whole(Order, s.Order, 2, 3), relativeField(s.Relative), absoluteField(s.Absolute))
}

func (t Travel) valid() error {
	if t.Solver == nil || t.Jump < 1 || t.Times < 1 {
		return &tape.LevelsError{Problem: fmt.Sprintf("going back %d steps %d times, expected a solver and 1 or more of both", t.Jump, t.Times)}
	}
	return nil
}

func (o Opened) valid() error {
	if o.Solver == nil {
		return &tape.LevelsError{Problem: "no solver to open"}
	}
	return nil
}

// needs is what a solver cannot do without of a checkpoint, where it reads it while it compiles.
func (Analytic) needs() (Kind, Need) { return KindAnalytic, NeedsSquares }
func (Cold) needs() (Kind, Need)     { return KindCold, NeedsDegrader }
func (GGDM) needs() (Kind, Need)     { return KindGGDM, NeedsTable }
