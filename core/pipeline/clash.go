package pipeline

import "fmt"

// Setting names the part of a Spec or Model that a clash is about: the control to look at.
type Setting uint8

// The settings.
const (
	SettingModel Setting = iota
	SettingSolver
	SettingGrid
	SettingSteps
	SettingOption // of the solver
	SettingGuidance
	SettingChoice
	SettingBatch
	SettingSize
	SettingEdit
	SettingThreshold
	SettingClassifier
	SettingVary
	settings
)

var settingNames = [settings]string{"model", "solver", "grid", "steps", "setting", "guidance", "label", "count", "size", "edit", "threshold", "classifier guidance", "variation"}

func (s Setting) String() string {
	if s >= settings {
		return "unknown setting"
	}
	return settingNames[s]
}

// Clash is a combination that cannot run: which setting, what it clashes with, and what would work.
type Clash struct {
	Setting Setting
	Problem string
	Remedy  string
	Err     error // the cause, where another package found it
}

func (c *Clash) Error() string { return fmt.Sprintf("%v: %s: %s", c.Setting, c.Problem, c.Remedy) }

func (c *Clash) Unwrap() error { return c.Err }

func clash(s Setting, remedy, format string, args ...any) error {
	return &Clash{Setting: s, Problem: fmt.Sprintf(format, args...), Remedy: remedy}
}
