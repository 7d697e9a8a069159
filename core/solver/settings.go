package solver

import "tintype/core/setting"

// Setting names a number that some solvers read. Text becomes a Setting at the program's edge and nowhere else.
type Setting uint8

// The settings.
const (
	Eta          Setting = iota // how much of the reverse SDE's noise: 0 none, 1 all of it
	Variance                    // of DDPM's noise: VarianceSmall, VarianceLarge
	Correction                  // of the second-order DPM-Solvers: Midpoint, HeunLike
	SNoise                      // what every fresh noise is multiplied by
	SChurn                      // how much noise is raised before the steps, over the whole run
	STMin                       // the least sigma where it is raised
	STMax                       // the largest
	Alpha                       // where Heun takes the second slope, as a part of the step
	Gamma                       // of TCD: how much further down a step goes, before fresh noise brings it back
	Order                       // of convergence, of solvers that come in several
	LastSteps                   // whether the last steps go down in order: FullOrder, LowerOrder
	Corrector                   // of UniPC: CorrectorOff, CorrectorOn
	Bh                          // of UniPC where it does not solve for its weights: BH1, BH2
	Slopes                      // of gradient estimation: how much of the newest slope
	NoiseCap                    // of Analytic-DPM: the last noise's largest mean, in grey levels of 256; 0: no cap
	LangevinStep                // of ALD: the step of a Langevin step, relative to the noise's variance
	Inner                       // Langevin steps at each level
	SNR                         // of PC's Langevin steps: how large the noise is relative to the score
	Predictor                   // of PC: ReverseDiffusion, AncestralPredictor, EulerMaruyama
	Relative                    // tolerance of an adaptive solver, of x
	Absolute                    // the least one
	Opening                     // of the steps from levels without a trace of signal: OpeningOwn, OpeningFirst
	settings
)

// The choices of Variance: small is right for data at a point, large for data as wide as the noise.
const (
	VarianceSmall = iota // diffusers: fixed_small
	VarianceLarge        // diffusers: fixed_large
)

// The choices of Correction: how a multistep solver weighs the difference of its estimates. Both are of order 2.
const (
	Midpoint = iota
	HeunLike
)

// SettingInfo describes a setting, Knob the values that a solver takes of it, Options what was asked for.
type (
	SettingInfo  = setting.Info[Setting]
	Knob         = setting.Knob[Setting]
	Options      = setting.Options[Setting]
	SettingError = setting.Error[Setting]
)

// The choices of LastSteps. A step to the clean picture is of order 1 whatever the choice.
const (
	FullOrder  = iota
	LowerOrder // no more than the number of steps that are left
	EulerLast  // compat: the last one is of order 1
)

// The choices of Corrector.
const (
	CorrectorOff = iota
	CorrectorOn
)

// The choices of Bh: the function that is h to first order.
const (
	BH1 = iota // h
	BH2        // e^h - 1
)

var settingInfos = [settings]SettingInfo{
	{Setting: Eta, Name: "eta", Line: "fresh noise in each step: 0 none, 1 as the reverse process has it"},
	{Setting: Variance, Name: "variance", Line: "of the noise in each step", Whole: true, Choices: []string{"small", "large"}},
	{Setting: Correction, Name: "correction", Line: "how the last two estimates are weighed", Whole: true,
		Choices: []string{"midpoint", "heun"}},
	{Setting: SNoise, Name: "s-noise", Line: "what fresh noise is multiplied by; a little over 1 keeps detail"},
	{Setting: SChurn, Name: "s-churn", Line: "how much noise is added before the steps, over the whole run"},
	{Setting: STMin, Name: "s-tmin", Line: "the least sigma where noise is added before a step"},
	{Setting: STMax, Name: "s-tmax", Line: "the largest sigma where noise is added before a step"},
	{Setting: Alpha, Name: "alpha", Line: "where in a step the second slope is taken: 0.5 its middle, 1 its end"},
	{Setting: Gamma, Name: "gamma", Line: "how much further down each step goes, and comes back with fresh noise: 0 none, 1 all the way"},
	{Setting: Order, Name: "order", Line: "how many estimates a step is made of", Whole: true},
	{Setting: LastSteps, Name: "last-steps", Line: "whether the last steps go down in order, which is steadier with few steps",
		Whole: true, Choices: []string{"full", "lower"}},
	{Setting: Corrector, Name: "corrector", Line: "each step done again with the estimate at its end, at no cost", Whole: true,
		Choices: []string{"off", "on"}},
	{Setting: Bh, Name: "bh", Line: "the size of a step in its lowest orders", Whole: true, Choices: []string{"bh1", "bh2"}},
	{Setting: Slopes, Name: "slope-weight", Line: "weight of the newest slope; above 1 the last one is subtracted"},
	{Setting: NoiseCap, Name: "noise-cap", Line: "the largest mean of the last noise, in grey levels of 256; 0 for no cap"},
	{Setting: LangevinStep, Name: "langevin-step", Line: "how far a Langevin step goes, relative to the noise's variance"},
	{Setting: Inner, Name: "inner", Line: "Langevin steps at each level", Whole: true},
	{Setting: SNR, Name: "snr", Line: "how large a Langevin step's noise is, relative to the score"},
	{Setting: Predictor, Name: "predictor", Line: "the step of the reverse SDE from level to level", Whole: true,
		Choices: []string{"reverse-diffusion", "ancestral", "euler-maruyama"}},
	{Setting: Relative, Name: "rtol", Line: "how far off a step may be, as a part of x"},
	{Setting: Absolute, Name: "atol", Line: "how far off a step may be where x is small"},
	{Setting: Opening, Name: "opening", Line: "steps from sigmas above 200, where nothing is left of the picture: the solver's own, or of the first order",
		Whole: true, Choices: []string{"own", "first-order"}},
}

// Settings lists every setting, in the order of Setting.
func Settings() []SettingInfo { return settingInfos[:] }

// Info describes the setting.
func (s Setting) Info() SettingInfo {
	if s >= settings {
		return SettingInfo{Setting: s, Name: "unknown setting"}
	}
	return settingInfos[s]
}

func (s Setting) String() string { return s.Info().Name }

// Knobs lists the settings that the solver reads.
func (k Kind) Knobs() []Knob {
	info, _ := k.Info()
	return info.Knobs
}

// CheckOptions returns a *SettingError if the solver cannot honour every setting that was asked for.
func (k Kind) CheckOptions(o Options) error {
	_, err := o.Fill(k.String(), k.Knobs())
	return err
}

// knob is a setting with its default and the values from least to most.
func knob(s Setting, def, least, most float64) Knob {
	return Knob{Setting: s, Default: def, Min: least, Max: most}
}
