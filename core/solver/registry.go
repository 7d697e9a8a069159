// Package solver holds the solvers and lists them.
//
// A solver is a compiler: given the levels to visit it writes a tape (package tape). Those whose steps depend on the
// pictures make a program of their own.
package solver

import (
	"strconv"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// Kind names a solver. Text becomes a Kind at the program's edge and nowhere else.
type Kind uint8

// The solvers.
const (
	KindDDPM Kind = iota
	KindDDIM
	KindEuler
	KindHeun
	KindDPMpp2M
	KindEulerAncestral
	KindDPM2Ancestral
	KindDPMpp2SAncestral
	KindSDEDPMpp1
	KindSDEDPMpp2M
	KindSDEDPMpp3M
	KindDPMppSDE
	KindLCM
	KindSCM
	KindFlowStochastic
	KindCM
	KindTCD
	KindFlowAncestral
	KindVDM
	KindDPM2
	KindDPMpp2S
	KindDPMpp3S
	KindDPMpp3M
	KindDPMMultistep
	KindDPM2S
	KindDPM3S
	KindDPMFast
	KindDEIS
	KindLMS
	KindIPNDM
	KindIPNDMV
	KindPLMS
	KindPRK
	KindUniPC
	KindRES2S
	KindRESMultistep
	KindGradientEstimation
	KindRK4
	KindFlowHeun
	KindEulerCFGpp
	KindFlowMap
	KindDDPMLearned
	KindAnalytic
	KindSN
	KindNPR
	KindGGDM
	KindALD
	KindPC
	KindCold
	KindColdNaive
	KindGDDIMBlur
	KindAdapt
	KindDPMAdaptive
	KindRK45
	kinds
)

// Info describes a solver to those who list, check or make it. Exactly one of tape and loop is there.
type Info struct {
	Kind       Kind
	Name       string // as flags and pages spell it
	File       string // of this package, where the formula stands
	Line       string // one line for people
	Formula    string // one step, in the letters of solver.go
	Source     string // paper
	Order      int    // of convergence; of the weak one where noise is drawn; 0: more steps do not converge
	Evals      Evals
	Stochastic bool   // draws noise at its default settings
	Guided     bool   // is made for classifier-free guidance
	Knobs      []Knob // settings that it reads
	Needs      Need   // what it needs of a checkpoint besides network and process

	tape func(Options) Solver    // its steps are known beforehand
	loop func(Options) tape.Loop // its steps depend on the pictures
}

var infos = [kinds]Info{
	KindDDPM:               ddpmInfo,
	KindDDIM:               ddimInfo,
	KindEuler:              eulerInfo,
	KindHeun:               heunInfo,
	KindDPMpp2M:            dpmpp2mInfo,
	KindEulerAncestral:     eulerAncestralInfo,
	KindDPM2Ancestral:      dpm2AncestralInfo,
	KindDPMpp2SAncestral:   dpmpp2SAncestralInfo,
	KindSDEDPMpp1:          sdeDPMpp1Info,
	KindSDEDPMpp2M:         sdeDPMpp2MInfo,
	KindSDEDPMpp3M:         sdeDPMpp3MInfo,
	KindDPMppSDE:           dpmppSDEInfo,
	KindLCM:                lcmInfo,
	KindSCM:                scmInfo,
	KindFlowStochastic:     flowStochasticInfo,
	KindCM:                 cmInfo,
	KindTCD:                tcdInfo,
	KindFlowAncestral:      flowAncestralInfo,
	KindVDM:                vdmInfo,
	KindDPM2:               dpm2Info,
	KindDPMpp2S:            dpmpp2sInfo,
	KindDPMpp3S:            dpmpp3sInfo,
	KindDPMpp3M:            dpmpp3mInfo,
	KindDPMMultistep:       dpmMultistepInfo,
	KindDPM2S:              dpm2sInfo,
	KindDPM3S:              dpm3sInfo,
	KindDPMFast:            dpmFastInfo,
	KindDEIS:               deisInfo,
	KindLMS:                lmsInfo,
	KindIPNDM:              ipndmInfo,
	KindIPNDMV:             ipndmvInfo,
	KindPLMS:               plmsInfo,
	KindPRK:                prkInfo,
	KindUniPC:              unipcInfo,
	KindRES2S:              res2sInfo,
	KindRESMultistep:       resMultistepInfo,
	KindGradientEstimation: gradientInfo,
	KindRK4:                rk4Info,
	KindFlowHeun:           flowHeunInfo,
	KindEulerCFGpp:         eulerCFGppInfo,
	KindFlowMap:            flowMapInfo,
	KindDDPMLearned:        ddpmLearnedInfo,
	KindAnalytic:           analyticInfo,
	KindSN:                 snInfo,
	KindNPR:                nprInfo,
	KindGGDM:               ggdmInfo,
	KindALD:                aldInfo,
	KindPC:                 pcInfo,
	KindCold:               coldInfo,
	KindColdNaive:          coldNaiveInfo,
	KindGDDIMBlur:          gddimBlurInfo,
	KindAdapt:              adaptInfo,
	KindDPMAdaptive:        dpmAdaptiveInfo,
	KindRK45:               rk45Info,
}

// Solvers lists every solver, in the order of Kind.
func Solvers() []Info { return infos[:] }

// Info describes the solver; ok is false for a Kind that is none.
func (k Kind) Info() (info Info, ok bool) {
	if k >= kinds {
		return Info{}, false
	}
	return infos[k], true
}

func (k Kind) String() string {
	if k >= kinds {
		return "unknown solver"
	}
	return infos[k].Name
}

// Compile prepares the solver for levels of a process. A setting that it does not take is a *SettingError, levels
// that it cannot visit are a *LevelsError; what only some checkpoints have (see Extras), a *NeedError.
func (k Kind) Compile(o Options, p schedule.Process, levels []schedule.Level) (tape.Program, error) {
	return new(Extras).Compile(k, o, p, levels)
}

// Evals is how often a solver calls the network in n steps, at its default settings: the least of its lines. A step from a
// level without signal, or with too little of it (Opened), may take fewer.
type Evals struct {
	Lines []Line // none: they depend on the picture
	Note  string // what is said then
}

// Line is Each·n + More.
type Line struct{ Each, More int }

// In is the calls in n steps; 0: they depend on the picture.
func (e Evals) In(n int) (calls int) {
	for i, l := range e.Lines {
		if v := l.Each*n + l.More; i == 0 || v < calls {
			calls = v
		}
	}
	return calls
}

// String is the first line as a formula, or the note.
func (e Evals) String() string {
	if len(e.Lines) == 0 {
		return e.Note
	}
	l, s := e.Lines[0], "n"
	if l.Each != 1 {
		s = strconv.Itoa(l.Each) + "n"
	}
	switch {
	case l.More > 0:
		s += "+" + strconv.Itoa(l.More)
	case l.More < 0:
		s += strconv.Itoa(l.More)
	}
	return s
}

func line(each, more int) Evals { return Evals{Lines: []Line{{each, more}}} }

var (
	perStep      = line(1, 0)
	twiceButLast = line(2, -1) // one in the step to the clean picture
	threeEach    = line(3, -2)
	asNeeded     = Evals{Note: "as many as it needs"}
)
