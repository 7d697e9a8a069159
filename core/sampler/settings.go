package sampler

import (
	"fmt"
	"math"
)

// Setting names a number that some solvers read. Text becomes a Setting at the program's edge and nowhere else.
type Setting uint8

// The settings.
const (
	Eta        Setting = iota // how much of the reverse SDE's noise: 0 none, 1 all of it
	Variance                  // of DDPM's noise: VarianceSmall, VarianceLarge
	Correction                // of DPM-Solver++(2M): Midpoint, HeunLike
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

// SettingInfo describes a setting to those who list it.
type SettingInfo struct {
	Setting Setting
	Name    string   // as flags and pages spell it
	Line    string   // one line for people
	Whole   bool     // whole numbers only
	Choices []string // what the whole numbers from 0 are called; nil: the setting is a quantity
}

var settingInfos = [settings]SettingInfo{
	{Setting: Eta, Name: "eta", Line: "fresh noise in each step: 0 none, 1 as the reverse process has it"},
	{Setting: Variance, Name: "variance", Line: "of the noise in each step", Whole: true, Choices: []string{"small", "large"}},
	{Setting: Correction, Name: "correction", Line: "how the last two estimates are weighed", Whole: true,
		Choices: []string{"midpoint", "heun"}},
}

// Settings lists every setting, in the order of Setting.
func Settings() []SettingInfo { return settingInfos[:] }

func (s Setting) String() string {
	if s >= settings {
		return "unknown setting"
	}
	return settingInfos[s].Name
}

// Knob is a setting that a solver reads, with the values that it takes.
type Knob struct {
	Setting           Setting
	Default, Min, Max float64 // Min and Max are allowed
}

// Options holds the settings that were asked for. The zero Options asks for none: a solver then uses the Default of
// each of its Knobs.
type Options struct {
	value [settings]float64
	given [settings]bool
}

// With returns the options with one setting more, or another value of it.
func (o Options) With(s Setting, v float64) Options {
	o.value[s], o.given[s] = v, true
	return o
}

// Get returns what was asked for; ok is false if nothing was.
func (o Options) Get(s Setting) (v float64, ok bool) { return o.value[s], o.given[s] }

// For leaves only the settings that the solver reads.
func (o Options) For(k Kind) Options {
	kept := Options{}
	info, _ := k.Info()
	for _, knob := range info.Knobs {
		if v, ok := o.Get(knob.Setting); ok {
			kept = kept.With(knob.Setting, v)
		}
	}
	return kept
}

// Over returns the options with those of base in the place of what o leaves out.
func (o Options) Over(base Options) Options {
	for s, given := range o.given {
		if given {
			base = base.With(Setting(s), o.value[s])
		}
	}
	return base
}

// whole is the value of a setting of whole numbers, which check has seen.
func (o Options) whole(s Setting) int { return int(o.value[s]) }

// SettingError is a setting that a solver does not take, or not with that value.
type SettingError struct {
	Setting         Setting
	Problem, Remedy string
}

func (e *SettingError) Error() string { return e.Problem + ": " + e.Remedy }

// CheckOptions returns a *SettingError if the solver cannot honour every setting that was asked for.
func (k Kind) CheckOptions(o Options) error {
	_, err := k.options(o)
	return err
}

// options checks what was asked for and fills in the rest.
func (k Kind) options(o Options) (Options, error) {
	info, _ := k.Info()
	full := Options{}
	for _, knob := range info.Knobs {
		s := knob.Setting
		v, ok := o.Get(s)
		if !ok {
			v = knob.Default
		}
		whole := settingInfos[s].Whole
		if !(v >= knob.Min && v <= knob.Max) || whole && v != math.Trunc(v) {
			kind := ""
			if whole {
				kind = "a whole number "
			}
			return full, &SettingError{s, fmt.Sprintf("%v %v", s, v), fmt.Sprintf("use %s%v to %v", kind, knob.Min, knob.Max)}
		}
		full = full.With(s, v)
	}
	for s, given := range o.given {
		if given && !full.given[s] {
			return full, &SettingError{Setting(s), fmt.Sprintf("%v has no %v", k, Setting(s)),
				fmt.Sprintf("leave %v out, or use another solver", Setting(s))}
		}
	}
	return full, nil
}
