package solver

import (
	"fmt"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// Extras is what some solvers need of a checkpoint besides its network and process. The zero Extras is a plain
// checkpoint's.
type Extras struct {
	Squares    []float64 // G_t = E ε̂²: the mean square of the predicted noise at each trained step, for Analytic-DPM
	Head       Head      // what the network returns besides its prediction
	Table      *Table    // learned coefficients
	Degrader   Degrader  // what the restoring network undoes
	SecondTime bool      // the network is told where a step ends, too: its Denoiser is a denoise.Jumper
	StepLength bool      // it is told by the length of the step
}

// Head is what a network's second output means.
type Head uint8

// The second outputs.
const (
	HeadNone         Head = iota
	HeadVariance          // v in -1..1, between the small and the large variance: learned_range
	HeadSecondMoment      // E[ε² | x]
	HeadError             // E[(ε - ε̂)² | x]
)

// Need is what a solver cannot do without.
type Need uint8

// The needs.
const (
	NeedsNothing Need = iota
	NeedsSquares
	NeedsVariance
	NeedsSecondMoment
	NeedsError
	NeedsTable
	NeedsDegrader
	NeedsBlur
	NeedsSecondTime
)

var needTexts = [...]string{
	"nothing", "the mean squares of the predicted noise, measured for the checkpoint", "a network that also returns a variance",
	"a network that also returns a second moment", "a network that also returns its squared error",
	"a table of coefficients learned for the checkpoint", "a network that restores degraded pictures",
	"a process that blurs", "a network that takes a second time",
}

func (n Need) String() string { return needTexts[n] }

// Foreign reports a need that comes with another kind of process or network, not with more knowledge of a plain one.
func (n Need) Foreign() bool { return n >= NeedsDegrader }

// Has reports whether the checkpoint, of the process p, has it.
func (e *Extras) Has(n Need, p schedule.Process) bool {
	switch n {
	case NeedsSquares:
		return len(e.Squares) > 0
	case NeedsVariance:
		return e.Head == HeadVariance
	case NeedsSecondMoment:
		return e.Head == HeadSecondMoment
	case NeedsError:
		return e.Head == HeadError
	case NeedsTable:
		return e.Table != nil
	case NeedsDegrader:
		return e.Degrader != nil
	case NeedsBlur:
		_, ok := p.(*schedule.Blur)
		return ok
	case NeedsSecondTime:
		return e.SecondTime
	}
	return true
}

// NeedError is a solver that the checkpoint has nothing for.
type NeedError struct {
	Kind Kind
	Need Need
}

func (e *NeedError) Error() string { return e.Problem() + ": " + e.Remedy() }

// Problem says what is missing.
func (e *NeedError) Problem() string { return fmt.Sprintf("%v needs %v", e.Kind, e.Need) }

// Remedy says what works instead.
func (e *NeedError) Remedy() string { return "use another solver" }

// Compile is Kind.Compile with what the checkpoint brings; what it lacks is a *NeedError.
func (e *Extras) Compile(k Kind, o Options, p schedule.Process, levels []schedule.Level) (tape.Program, error) {
	full, err := e.fill(k, o, p)
	if err != nil {
		return nil, err
	}
	if loop := infos[k].loop; loop != nil {
		if err := tape.CheckLevels(levels); err != nil {
			return nil, err
		}
		return loop(full).Prepare(p, levels)
	}
	return e.compile(opened(infos[k].tape(full), full), p, levels)
}

// Travel is Compile with stretches of jump steps that are run times over: see the solver Travel. A solver that owns its
// loop cannot go back and is refused.
func (e *Extras) Travel(k Kind, o Options, p schedule.Process, levels []schedule.Level, jump, times int) (tape.Program, error) {
	full, err := e.fill(k, o, p)
	if err != nil {
		return nil, err
	}
	if infos[k].tape == nil {
		return nil, &tape.LevelsError{Problem: fmt.Sprintf("%v finds its own steps and cannot go back and forth", k)}
	}
	return e.compile(opened(Travel{infos[k].tape(full), jump, times}, full), p, levels)
}

func (e *Extras) fill(k Kind, o Options, p schedule.Process) (Options, error) {
	if need := infos[k].Needs; !e.Has(need, p) {
		return o, &NeedError{k, need}
	}
	return o.Fill(k.String(), k.Knobs())
}

func (e *Extras) compile(s Solver, p schedule.Process, levels []schedule.Level) (tape.Program, error) {
	t, err := compile(s, p, levels, e)
	if err != nil {
		return nil, err
	}
	return t, nil
}
