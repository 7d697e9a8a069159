package schedule

import "tintype/core/setting"

// Setting names a number that some grids read. Text becomes a Setting at the program's edge and nowhere else.
type Setting uint8

// The settings of grids.
const (
	Final    Setting = iota // where the grid ends: FinalClean, FinalFirst
	Start                   // what a run begins with: StartMarginal, StartNoise
	Rounding                // of times: RoundTrained, RoundNone
	Offset                  // added to every time (diffusers' steps_offset)
	Shift                   // of a flow's times
	Terminal                // the last time of a flow
	Rho                     // exponent of Karras' and polyexponential grids
	Ends                    // of a grid of sigmas: EndsProcess, EndsLeading, EndsTrailing
	SigmaMin                // the smallest sigma of a grid of sigmas
	SigmaMax                // and the largest
	Begin                   // where a grid of sigmas begins that has no SigmaMax: BeginLate, BeginOwn
	Original                // steps of the grid that a student was distilled on
	Growth                  // of FastDPM's steps: growthLinear, growthQuadratic
	Alpha                   // of the beta distribution
	Beta                    // of the beta distribution
	Aligned                 // the table of aligned steps: alignedSD15, alignedSDXL
	settings
)

// The choices of Final. After FinalFirst the picture keeps the noise of the first trained level.
const (
	FinalClean = iota // diffusers: final_sigmas_type zero, set_alpha_to_one true
	FinalFirst        // diffusers: final_sigmas_type sigma_min, set_alpha_to_one false
)

// The choices of Start: with the variance of noisy data, or as if there were no data.
const (
	StartMarginal = iota // x = √(A² + S²)·z
	StartNoise           // x = S·z
)

// The choices of Begin.
const (
	BeginLate = iota
	BeginOwn
)

// The choices of Rounding: to the trained steps, halves to even, or as the formula gives them.
const (
	RoundTrained = iota
	RoundNone
)

// The choices of Ends: the process' largest and smallest sigma, or those of the first and last time of another grid.
const (
	EndsProcess = iota
	EndsLeading // Offset is its
	EndsTrailing
)

// The choices of Growth.
const (
	growthLinear = iota
	growthQuadratic
)

// The choices of Aligned.
const (
	alignedSD15 = iota
	alignedSDXL
)

// SettingInfo describes a setting, Knob the values that a grid takes of it, Options what was asked for.
type (
	SettingInfo  = setting.Info[Setting]
	Knob         = setting.Knob[Setting]
	Options      = setting.Options[Setting]
	SettingError = setting.Error[Setting]
)

var settingInfos = [settings]SettingInfo{
	choice(Final, "final", "where the last step ends: at the clean picture, or at the first trained level", "clean", "first"),
	choice(Start, "start", "the first noise: as strong as noisy data is, or as noise alone is", "marginal", "noise"),
	choice(Rounding, "rounding", "of the times that the network is told: to those it was trained at, or not", "trained", "none"),
	{Setting: Offset, Name: "offset", Line: "added to every time", Whole: true},
	{Setting: Shift, Name: "shift", Line: "moves a flow's steps towards noise, above 1, or towards the picture"},
	{Setting: Terminal, Name: "terminal", Line: "stretches a flow's times so that the last is this one; 0: as they are"},
	{Setting: Rho, Name: "rho", Line: "the larger, the more steps where little noise is left"},
	choice(Ends, "ends", "the sigmas between which the grid lies: those of the process, or of the first and last time of another grid",
		"process", "leading", "trailing"),
	{Setting: SigmaMin, Name: "sigma-min", Line: "the smallest sigma; 0: that of ends"},
	{Setting: SigmaMax, Name: "sigma-max", Line: "the largest sigma; 0: that of ends, or as begin has it"},
	choice(Begin, "begin", "where the process ends beyond sigma 200, in nothing but noise: at sigma 80, or at its own end", "sigma-80", "own"),
	{Setting: Original, Name: "original", Line: "steps of the grid that the student was distilled on", Whole: true},
	choice(Growth, "growth", "of the steps towards noise", "linear", "quadratic"),
	{Setting: Alpha, Name: "alpha", Line: "the smaller, the more steps at the noisy end"},
	{Setting: Beta, Name: "beta", Line: "the smaller, the more steps at the clean end"},
	choice(Aligned, "aligned", "the model that the steps were optimised for", "sd15", "sdxl"),
}

func choice(s Setting, name, line string, choices ...string) SettingInfo {
	return SettingInfo{Setting: s, Name: name, Line: line, Whole: true, Choices: choices}
}

// Settings lists every setting of grids, in the order of Setting.
func Settings() []SettingInfo { return settingInfos[:] }

// Info describes the setting.
func (s Setting) Info() SettingInfo {
	if s >= settings {
		return SettingInfo{Setting: s, Name: "unknown setting"}
	}
	return settingInfos[s]
}

func (s Setting) String() string { return s.Info().Name }

// knobs are the settings of one grid beside those that every grid has.
func knobs(own ...Knob) []Knob {
	return append([]Knob{knob(Final, FinalClean, FinalClean, FinalFirst), knob(Start, StartMarginal, StartMarginal, StartNoise)}, own...)
}

func knob(s Setting, def, least, most float64) Knob {
	return Knob{Setting: s, Default: def, Min: least, Max: most}
}
