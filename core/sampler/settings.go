package sampler

import "tintype/core/setting"

// Setting names a number that some solvers read. Text becomes a Setting at the program's edge and nowhere else.
type Setting uint8

// The settings.
const (
	Eta        Setting = iota // how much of the reverse SDE's noise: 0 none, 1 all of it
	Variance                  // of DDPM's noise: VarianceSmall, VarianceLarge
	Correction                // of DPM-Solver++(2M): Midpoint, HeunLike
	SNoise                    // what every fresh noise is multiplied by
	SChurn                    // how much noise is raised before the steps, over the whole run
	STMin                     // the least sigma where it is raised
	STMax                     // the largest
	Alpha                     // where Heun takes the second slope, as a part of the step
	Gamma                     // of TCD: how much further down a step goes, before fresh noise brings it back
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
