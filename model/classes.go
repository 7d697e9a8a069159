package model

import (
	"errors"

	"tintype/core/denoise"
	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/internal/scheduler"
)

// schedulerClass is what the name of a scheduler's class says beside its options: its process, solver and grid.
type schedulerClass struct {
	name       string
	solver     solver.Kind
	kind       processKind
	grid       schedule.GridKind // of classes that have no timestep_spacing; gridBySpacing: the config says
	spacing    scheduler.Word    // of classes that have no such option, but one of its grids
	prediction denoise.Prediction
	open       bool // linspace and leading leave the clean end out: multistep solvers' meaning of the words
	exact      bool // linspace keeps the fraction of its times
	first      bool // the last step ends at the first trained level
	alphas     bool // set_alpha_to_one says whether it does
	ancestral  bool // variance_type is that of each step's noise
	steps      int  // of the class's pipeline; 0: all there are
}

// gridBySpacing is the zero GridKind: linspace is never the only grid of a class.
const gridBySpacing = schedule.Linspace

const consistencyGrid = schedule.ConsistencySteps

// processKind is where a class's process comes from.
type processKind uint8

const (
	processTable processKind = iota // a table of betas
	processFlow
	processEDM
	processTrig
	processCosine
	processVE
)

var schedulerClasses = []schedulerClass{
	{name: "DDPMScheduler", solver: solver.KindDDPM, ancestral: true},
	{name: "GaussianDDPMScheduler", solver: solver.KindDDPM, ancestral: true},
	{name: "DDPMParallelScheduler", solver: solver.KindDDPM, ancestral: true},
	{name: "UnCLIPScheduler", solver: solver.KindDDPM, ancestral: true, spacing: "linspace"},
	{name: "DDIMScheduler", solver: solver.KindDDIM, alphas: true, steps: 50},
	{name: "DDIMParallelScheduler", solver: solver.KindDDIM, alphas: true, steps: 50},
	{name: "DDIMInverseScheduler", solver: solver.KindDDIM, alphas: true, steps: 50}, // the same steps, backwards
	{name: "RePaintScheduler", solver: solver.KindDDIM, spacing: "leading", steps: 250},
	{name: "PNDMScheduler", solver: solver.KindPRK, alphas: true, steps: 50},
	{name: "LMSDiscreteScheduler", solver: solver.KindLMS, exact: true, steps: 50},
	{name: "EulerDiscreteScheduler", solver: solver.KindEuler, exact: true, steps: 50},
	{name: "EulerAncestralDiscreteScheduler", solver: solver.KindEulerAncestral, exact: true, steps: 50},
	{name: "HeunDiscreteScheduler", solver: solver.KindHeun, exact: true, steps: 50},
	{name: "KDPM2DiscreteScheduler", solver: solver.KindDPM2, exact: true, steps: 50},
	{name: "KDPM2AncestralDiscreteScheduler", solver: solver.KindDPM2Ancestral, exact: true, steps: 50},
	{name: "DPMSolverSDEScheduler", solver: solver.KindDPMppSDE, exact: true, steps: 50},
	{name: "DPMSolverMultistepScheduler", solver: solver.KindDPMpp2M, open: true, steps: 50},
	{name: "DPMSolverSinglestepScheduler", solver: solver.KindDPMpp2S, spacing: "linspace", open: true, steps: 25},
	{name: "DEISMultistepScheduler", solver: solver.KindDEIS, open: true, first: true, steps: 50},
	{name: "UniPCMultistepScheduler", solver: solver.KindUniPC, open: true, steps: 50},
	{name: "IPNDMScheduler", solver: solver.KindIPNDM, kind: processCosine, grid: schedule.CrashSteps, prediction: denoise.PredictV, steps: 50},
	{name: "LCMScheduler", solver: solver.KindLCM, grid: schedule.DistilledSteps, steps: 4},
	{name: "TCDScheduler", solver: solver.KindTCD, grid: schedule.DistilledSteps, first: true, steps: 4},
	{name: "CMStochasticIterativeScheduler", solver: solver.KindCM, kind: processEDM, grid: consistencyGrid, prediction: denoise.PredictConsistency, steps: 1},
	{name: "SCMScheduler", solver: solver.KindSCM, kind: processTrig, grid: schedule.Trailing, steps: 2},
	{name: "EDMEulerScheduler", solver: solver.KindEuler, kind: processEDM, grid: schedule.Karras, steps: 50},
	{name: "EDMDPMSolverMultistepScheduler", solver: solver.KindDPMpp2M, kind: processEDM, grid: schedule.Karras, steps: 50},
	{name: "FlowMatchEulerDiscreteScheduler", solver: solver.KindEuler, kind: processFlow, grid: schedule.Trailing, prediction: denoise.PredictFlow, steps: 28},
	{name: "FlowMatchHeunDiscreteScheduler", solver: solver.KindFlowHeun, kind: processFlow, grid: schedule.Trailing, prediction: denoise.PredictFlow, steps: 28},
	{name: "FlowMatchLCMScheduler", solver: solver.KindFlowStochastic, kind: processFlow, grid: schedule.Trailing, prediction: denoise.PredictFlow, steps: 4},
	{name: "ScoreSdeVeScheduler", solver: solver.KindPC, kind: processVE, grid: schedule.Exponential, prediction: denoise.PredictScore, steps: 2000},
	{name: "LTXEulerAncestralRFScheduler", solver: solver.KindFlowAncestral, kind: processFlow, grid: schedule.Trailing, prediction: denoise.PredictFlow, steps: 30},
}

// classNamed finds a class; every class of the table of options is one.
func classNamed(name string) *schedulerClass {
	for i := range schedulerClasses {
		if schedulerClasses[i].name == name {
			return &schedulerClasses[i]
		}
	}
	panic("model: no such class of schedulers")
}

// plain is the config that stands for the scheduler of a checkpoint which describes its own process.
func plain() schedulerConfig {
	return schedulerConfig{class: vpClass, Options: scheduler.Plain(), numInferenceSteps: vpClass.steps}
}

var vpClass = &schedulerClass{name: "none", solver: solver.KindDDIM, grid: schedule.Trailing, steps: 50}

// The solvers of DPM-Solver's classes by their order, 1 to 3.
var (
	dataMultistep  = [3]solver.Kind{solver.KindDDIM, solver.KindDPMpp2M, solver.KindDPMpp3M}
	sdeMultistep   = [3]solver.Kind{solver.KindSDEDPMpp1, solver.KindSDEDPMpp2M, solver.KindSDEDPMpp3M}
	noiseMultistep = [3]solver.Kind{solver.KindDDIM, solver.KindDPMMultistep, solver.KindDPMMultistep}
	dataSingle     = [3]solver.Kind{solver.KindDDIM, solver.KindDPMpp2S, solver.KindDPMpp3S}
	noiseSingle    = [3]solver.Kind{solver.KindDDIM, solver.KindDPM2S, solver.KindDPM3S}
)

// byOrder are the solvers of a class whose config chooses among them, nil for the others.
func (c *schedulerConfig) byOrder() (*[3]solver.Kind, error) {
	multistep, single := c.class.solver == solver.KindDPMpp2M, c.class.solver == solver.KindDPMpp2S
	switch {
	case !multistep && !single:
		return nil, nil
	case single && c.Algorithm == "sde-dpmsolver++":
		return nil, errors.New("algorithm_type sde-dpmsolver++ in single steps is not implemented; use DPMSolverSDEScheduler")
	case c.Order < 1 || c.Order > 3:
		return nil, errors.New("solver_order: expected 1 to 3")
	case c.Algorithm == "sde-dpmsolver++":
		return &sdeMultistep, nil
	case single && c.Algorithm == "dpmsolver":
		return &noiseSingle, nil
	case single:
		return &dataSingle, nil
	case c.Algorithm == "dpmsolver":
		return &noiseMultistep, nil
	}
	return &dataMultistep, nil
}

// solver is the class's solver with the settings of the config that are not its defaults.
func (c *schedulerConfig) solver() (solver.Kind, solver.Options, error) {
	kind := c.class.solver
	byOrder, err := c.byOrder()
	switch {
	case err != nil:
		return 0, solver.Options{}, err
	case byOrder != nil:
		kind = byOrder[c.Order-1]
	case c.class.ancestral && c.learned():
		kind = solver.KindDDPMLearned
	case kind == solver.KindPRK && c.SkipPRK:
		kind = solver.KindPLMS
	case kind == solver.KindEuler && c.Stochastic:
		kind = solver.KindFlowStochastic
	}
	own := solver.Options{}
	for _, k := range kind.Knobs() {
		if v, ok := c.asked(kind, k.Setting); ok && v != k.Default {
			own = own.With(k.Setting, v)
		}
	}
	return kind, own, kind.CheckOptions(own)
}

// asked is the config's value of a solver's setting; ok is false where it has none.
func (c *schedulerConfig) asked(kind solver.Kind, s solver.Setting) (v float64, ok bool) {
	switch s {
	case solver.Order:
		if kind == solver.KindLMS || kind == solver.KindIPNDM {
			return 4, true
		}
		return float64(c.Order), true
	case solver.SNoise:
		return c.NoiseScale, true
	case solver.SNR:
		return c.SNR, true
	case solver.Inner:
		return float64(c.Corrections), true
	case solver.Eta:
		return c.Eta, kind == solver.KindFlowAncestral || kind == solver.KindDDIM
	case solver.LastSteps:
		return pickIf(c.LowerOrderFinal, solver.LowerOrder, solver.FullOrder), true
	case solver.Bh:
		return pickIf(c.Solver == "bh1", solver.BH1, solver.BH2), true
	case solver.Variance:
		return pickIf(c.largeVariance(), solver.VarianceLarge, solver.VarianceSmall), true
	case solver.Correction:
		return pickIf(c.Solver == "heun", solver.HeunLike, solver.Midpoint), true
	}
	return 0, false
}

func (c *schedulerConfig) largeVariance() bool {
	return c.class.ancestral && c.Variance == "fixed_large"
}

func pickIf(on bool, yes, no int) float64 {
	if on {
		return float64(yes)
	}
	return float64(no)
}

// samplerDefaults are the class's solver and grid, without guidance.
func (c *schedulerConfig) samplerDefaults() pipeline.Defaults {
	kind, options, _ := c.solver()
	return pipeline.Defaults{Solver: kind, Grid: c.gridKind(), Steps: c.numInferenceSteps, Options: options, Guidance: 1}
}
