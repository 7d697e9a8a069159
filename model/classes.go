package model

import (
	"errors"
	"math"

	"tintype/core/denoise"
	"tintype/core/pipeline"
	"tintype/core/sampler"
	"tintype/core/schedule"
)

// schedulerClass is what the name of a scheduler's class says: its process, solver and grid, and the defaults of its
// fields.
type schedulerClass struct {
	name   string
	solver sampler.Kind
	kind   processKind
	grid   schedule.GridKind // of classes that have no timestep_spacing; gridBySpacing: the config says
	open   bool              // linspace and leading leave the clean end out: multistep solvers' meaning of the words
	exact  bool              // linspace keeps the fraction of its times
	steps  int               // of the class's pipeline; 0: all there are
	set    func(*schedulerConfig)
}

// gridBySpacing is the zero GridKind: linspace is never the only grid of a class.
const gridBySpacing = schedule.Linspace

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
	{name: "DDPMScheduler", solver: sampler.KindDDPM, set: clipped},
	{name: "GaussianDDPMScheduler", solver: sampler.KindDDPM, set: clipped},
	{name: "DDPMParallelScheduler", solver: sampler.KindDDPM, set: clipped},
	{name: "UnCLIPScheduler", solver: sampler.KindDDPM, set: func(c *schedulerConfig) { clipped(c); c.betas = betaCosine }},
	{name: "DDIMScheduler", solver: sampler.KindDDIM, steps: 50, set: clipped},
	{name: "DDIMParallelScheduler", solver: sampler.KindDDIM, steps: 50, set: clipped},
	{name: "DDIMInverseScheduler", solver: sampler.KindDDIM, steps: 50, set: clipped}, // the same steps, backwards
	{name: "RePaintScheduler", solver: sampler.KindDDIM, steps: 250, set: clipped},
	{name: "PNDMScheduler", solver: sampler.KindPRK, steps: 50, set: func(c *schedulerConfig) {
		c.spacing, c.finalTrained = spacingLeading, true
	}},
	{name: "LMSDiscreteScheduler", solver: sampler.KindLMS, exact: true, steps: 50},
	{name: "EulerDiscreteScheduler", solver: sampler.KindEuler, exact: true, steps: 50},
	{name: "EulerAncestralDiscreteScheduler", solver: sampler.KindEulerAncestral, exact: true, steps: 50},
	{name: "HeunDiscreteScheduler", solver: sampler.KindHeun, exact: true, steps: 50, set: sensible},
	{name: "KDPM2DiscreteScheduler", solver: sampler.KindDPM2, exact: true, steps: 50, set: sensible},
	{name: "KDPM2AncestralDiscreteScheduler", solver: sampler.KindDPM2Ancestral, exact: true, steps: 50, set: sensible},
	{name: "DPMSolverSDEScheduler", solver: sampler.KindDPMppSDE, exact: true, steps: 50, set: sensible},
	{name: "DPMSolverMultistepScheduler", solver: sampler.KindDPMpp2M, open: true, steps: 50},
	{name: "DPMSolverSinglestepScheduler", solver: sampler.KindDPMpp2S, open: true, steps: 25, set: func(c *schedulerConfig) { c.lowerOrder = false }},
	{name: "DEISMultistepScheduler", solver: sampler.KindDEIS, open: true, steps: 50, set: func(c *schedulerConfig) { c.finalFirst = true }},
	{name: "UniPCMultistepScheduler", solver: sampler.KindUniPC, open: true, steps: 50},
	{name: "IPNDMScheduler", solver: sampler.KindIPNDM, kind: processCosine, grid: schedule.CrashSteps, steps: 50,
		set: func(c *schedulerConfig) { c.prediction = denoise.PredictV }},
	{name: "LCMScheduler", solver: sampler.KindLCM, grid: schedule.DistilledSteps, steps: 4, set: func(c *schedulerConfig) { latent(c); c.boundary = 10 }},
	{name: "TCDScheduler", solver: sampler.KindTCD, grid: schedule.DistilledSteps, steps: 4, set: func(c *schedulerConfig) { latent(c); c.finalFirst = true }},
	{name: "CMStochasticIterativeScheduler", solver: sampler.KindCM, kind: processEDM, grid: schedule.ConsistencySteps, steps: 1,
		set: func(c *schedulerConfig) {
			c.clip, c.steps, c.original, c.prediction = true, 40, 40, denoise.PredictConsistency
		}},
	{name: "SCMScheduler", solver: sampler.KindSCM, kind: processTrig, grid: schedule.Trailing, steps: 2,
		set: func(c *schedulerConfig) { c.prediction = denoise.PredictTrig }},
	{name: "EDMEulerScheduler", solver: sampler.KindEuler, kind: processEDM, grid: schedule.Karras, steps: 50},
	{name: "EDMDPMSolverMultistepScheduler", solver: sampler.KindDPMpp2M, kind: processEDM, grid: schedule.Karras, steps: 50},
	{name: "FlowMatchEulerDiscreteScheduler", solver: sampler.KindEuler, kind: processFlow, grid: schedule.Trailing, steps: 28},
	{name: "FlowMatchHeunDiscreteScheduler", solver: sampler.KindFlowHeun, kind: processFlow, grid: schedule.Trailing, steps: 28},
	{name: "FlowMatchLCMScheduler", solver: sampler.KindFlowStochastic, kind: processFlow, grid: schedule.Trailing, steps: 4},
	{name: "ScoreSdeVeScheduler", solver: sampler.KindPC, kind: processVE, grid: schedule.Exponential, steps: 2000, set: func(c *schedulerConfig) {
		c.prediction, c.steps, c.sigmaMin, c.sigmaMax, c.snr = denoise.PredictScore, 2000, 0.01, 1348, 0.15
	}},
	{name: "LTXEulerAncestralRFScheduler", solver: sampler.KindFlowAncestral, kind: processFlow, grid: schedule.Trailing, steps: 30},
}

func clipped(c *schedulerConfig) { c.clip, c.spacing = true, spacingLeading }

func sensible(c *schedulerConfig) { c.betaStart, c.betaEnd = 0.00085, 0.012 }

func latent(c *schedulerConfig) { sensible(c); c.betas, c.original = betaScaledLinear, 50 }

func classWords() []word[*schedulerClass] {
	words := make([]word[*schedulerClass], len(schedulerClasses))
	for i := range schedulerClasses {
		words[i] = word[*schedulerClass]{schedulerClasses[i].name, &schedulerClasses[i]}
	}
	return words
}

// defaults gives a class's fields as its constructor has them, and the number of steps of its pipeline: a DDPM
// walks every trained step, 50 is the habit of the others.
func (class *schedulerClass) defaults() schedulerConfig {
	c := schedulerConfig{
		class: class, steps: 1000, betaStart: 0.0001, betaEnd: 0.02, lambdaMin: math.Inf(-1),
		sigmaMin: 0.002, sigmaMax: 80, sigmaData: 0.5, rho: 7, shift: 1, order: 2, sNoise: 1, eta: 1, snr: 0.16, corrections: 1,
		clipRange: 1, quantile: 0.995, thresholdM: 1, lowerOrder: true, numInferenceSteps: class.steps,
	}
	if class.kind == processFlow {
		c.prediction = denoise.PredictFlow
	}
	if class.set != nil {
		class.set(&c)
	}
	return c
}

// The solvers of DPM-Solver's classes by their order, 1 to 3.
var (
	dataMultistep  = [3]sampler.Kind{sampler.KindDDIM, sampler.KindDPMpp2M, sampler.KindDPMpp3M}
	sdeMultistep   = [3]sampler.Kind{sampler.KindSDEDPMpp1, sampler.KindSDEDPMpp2M, sampler.KindSDEDPMpp3M}
	noiseMultistep = [3]sampler.Kind{sampler.KindDDIM, sampler.KindDPMMultistep, sampler.KindDPMMultistep}
	dataSingle     = [3]sampler.Kind{sampler.KindDDIM, sampler.KindDPMpp2S, sampler.KindDPMpp3S}
	noiseSingle    = [3]sampler.Kind{sampler.KindDDIM, sampler.KindDPM2S, sampler.KindDPM3S}
)

// solver is the class's solver with the settings of the config that are not its defaults.
func (c *schedulerConfig) solver() (sampler.Kind, sampler.Options, error) {
	kind := c.class.solver
	var byOrder *[3]sampler.Kind
	switch {
	case kind == sampler.KindDPMpp2M && c.algorithm == algorithmData:
		byOrder = &dataMultistep
	case kind == sampler.KindDPMpp2M && c.algorithm == algorithmNoise:
		byOrder = &noiseMultistep
	case kind == sampler.KindDPMpp2M:
		byOrder = &sdeMultistep
	case kind == sampler.KindDPMpp2S && c.algorithm == algorithmData:
		byOrder = &dataSingle
	case kind == sampler.KindDPMpp2S && c.algorithm == algorithmNoise:
		byOrder = &noiseSingle
	case kind == sampler.KindDPMpp2S:
		return 0, sampler.Options{}, errors.New("algorithm_type sde-dpmsolver++ in single steps is not implemented; use DPMSolverSDEScheduler")
	case kind == sampler.KindDDPM && c.learned:
		kind = sampler.KindDDPMLearned
	case kind == sampler.KindPRK && c.skipPRK:
		kind = sampler.KindPLMS
	case kind == sampler.KindEuler && c.stochastic:
		kind = sampler.KindFlowStochastic
	}
	if byOrder != nil {
		if c.order < 1 || c.order > 3 {
			return 0, sampler.Options{}, errors.New("solver_order: expected 1 to 3")
		}
		kind = byOrder[c.order-1]
	}
	asked := sampler.Options{}.With(sampler.Order, float64(c.order)).With(sampler.SNoise, c.sNoise).
		With(sampler.SNR, c.snr).With(sampler.Inner, float64(c.corrections))
	if kind == sampler.KindLMS || kind == sampler.KindIPNDM {
		asked = asked.With(sampler.Order, 4)
	}
	if kind == sampler.KindFlowAncestral {
		asked = asked.With(sampler.Eta, c.eta)
	}
	asked = asked.With(sampler.LastSteps, pickIf(c.lowerOrder, sampler.LowerOrder, sampler.FullOrder))
	asked = asked.With(sampler.Bh, pickIf(c.bh1, sampler.BH1, sampler.BH2))
	asked = asked.With(sampler.Variance, pickIf(c.largeVariance, sampler.VarianceLarge, sampler.VarianceSmall))
	asked = asked.With(sampler.Correction, pickIf(c.heunCorrection, sampler.HeunLike, sampler.Midpoint))
	own := sampler.Options{}
	for _, k := range kind.Knobs() {
		if v, ok := asked.Get(k.Setting); ok && v != k.Default {
			own = own.With(k.Setting, v)
		}
	}
	return kind, own, kind.CheckOptions(own)
}

func pickIf(on bool, yes, no int) float64 {
	if on {
		return float64(yes)
	}
	return float64(no)
}

// gridKind is the class's grid.
func (c *schedulerConfig) gridKind() schedule.GridKind {
	if c.class.grid == schedule.DistilledSteps || c.class.grid == schedule.ConsistencySteps {
		return c.class.grid
	}
	switch c.sigmas {
	case sigmasKarras:
		return schedule.Karras
	case sigmasExponential:
		return schedule.Exponential
	case sigmasBeta:
		return schedule.BetaSigmas
	}
	switch {
	case c.class.grid != gridBySpacing:
		return c.class.grid
	case c.spacing == spacingTrailing || c.flowSigmas:
		return schedule.Trailing
	case c.spacing == spacingLeading && c.class.open:
		return schedule.LeadingOpen
	case c.spacing == spacingLeading:
		return schedule.Leading
	case c.class.open:
		return schedule.LinspaceOpen
	}
	return schedule.Linspace
}

// gridOptions are the config's settings of grids that are not their defaults.
func (c *schedulerConfig) gridOptions() schedule.Options {
	asked := map[schedule.Setting][2]float64{ // the value, and the default
		schedule.Offset: {float64(c.offset), 0}, schedule.Shift: {c.shift, 1}, schedule.Terminal: {c.terminal, 0}, schedule.Rho: {c.rho, 7},
		schedule.Original: {float64(c.original), 0},
		schedule.Rounding: {pickIf(c.class.exact, schedule.RoundNone, schedule.RoundTrained), schedule.RoundTrained},
		schedule.Final:    {pickIf(c.endsFirst(), schedule.FinalFirst, schedule.FinalClean), schedule.FinalClean},
		schedule.Start:    {pickIf(c.class.solver == sampler.KindCM, schedule.StartNoise, schedule.StartMarginal), schedule.StartMarginal},
	}
	o := schedule.Options{}
	for s, v := range asked {
		if v[0] != v[1] {
			o = o.With(s, v[0])
		}
	}
	return o
}

// endsFirst says whether the last step ends at the first trained level.
//
// set_alpha_to_one false says the same of DDIM and PNDM. Where their times reach 0 already, diffusers repeats that
// level, a step that does nothing; here such a grid ends at the clean picture.
func (c *schedulerConfig) endsFirst() bool {
	k := c.gridKind()
	return c.finalFirst || c.finalTrained && (k == schedule.Leading && c.offset > 0 || k != schedule.Leading && k != schedule.Linspace)
}

// defaultSteps is the class's number of steps, or as many as the process has. An offset takes the last ones from
// leading, which would begin beyond the table (diffusers does, and fails), and a grid that leaves the clean end out
// has a step less.
func (c *schedulerConfig) defaultSteps() int {
	most := c.steps
	switch c.gridKind() {
	case schedule.Leading:
		most -= c.offset
	case schedule.LeadingOpen, schedule.LinspaceOpen:
		most -= 1 + c.offset
	case schedule.DistilledSteps, schedule.ConsistencySteps:
		most = min(most, c.original)
	}
	if c.numInferenceSteps == 0 {
		return max(most, 1)
	}
	return max(min(c.numInferenceSteps, most), 1)
}

// samplerDefaults are the class's solver and grid, without guidance.
func (c *schedulerConfig) samplerDefaults() pipeline.Defaults {
	kind, options, _ := c.solver()
	return pipeline.Defaults{Solver: kind, Grid: c.gridKind(), Steps: c.numInferenceSteps, Options: options, Guidance: 1}
}
