package sampler

// Kind names a solver. Text becomes a Kind at the program's edge and nowhere else.
type Kind uint8

// The solvers.
const (
	KindDDPM Kind = iota
	KindDDIM
	KindEuler
	KindHeun
	KindDPMpp2M
	kinds
)

// Info describes a solver to those who list, check or make it.
type Info struct {
	Kind       Kind
	Name       string // as flags and pages spell it
	Line       string // one line for people
	Source     string // paper
	Order      int    // of convergence; of the weak one where noise is drawn
	Cost       string // evaluations of n steps, as a formula
	Evals      func(n int) int
	Stochastic bool // draws noise at its default settings
	UsesEta    bool
	make       func(Options) Solver
}

// Options are the settings that some solvers have; the rest ignore them.
type Options struct {
	Eta        float64    // DDIM
	Variance   Variance   // DDPM
	Correction Correction // DPMpp2M
}

var infos = [kinds]Info{ddpmInfo, ddimInfo, eulerInfo, heunInfo, dpmpp2mInfo}

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

// Solver makes the solver with its settings; nil for a Kind that is none.
func (k Kind) Solver(o Options) Solver {
	if k >= kinds {
		return nil
	}
	return infos[k].make(o)
}

// perStep is the cost of one evaluation a step.
func perStep(n int) int { return n }
