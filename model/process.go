package model

import (
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/sampler"
	"tintype/core/schedule"
)

// process builds the forward process.
func (c *schedulerConfig) process() (schedule.Process, error) {
	switch {
	case c.class.kind == processFlow || c.flowSigmas:
		if c.steps < 1 || c.steps > schedule.MaxSteps {
			return nil, fmt.Errorf("num_train_timesteps is %d: expected 1 to %d", c.steps, schedule.MaxSteps)
		}
		return schedule.Flow(1 / float64(max(c.steps, 2)))
	case c.class.kind == processEDM:
		return schedule.EDM(c.sigmaMin, c.sigmaMax)
	case c.class.kind == processVE:
		return schedule.VE(c.sigmaMin, c.sigmaMax)
	case c.class.kind == processTrig:
		return schedule.Trig(c.sigmaData, 0)
	case c.class.kind == processCosine:
		return schedule.Cosine(0, 1e-3)
	}
	betas, err := c.table()
	if err != nil {
		return nil, err
	}
	if c.zeroSNR {
		betas = schedule.ZeroTerminalSNR(betas)
	}
	p, err := schedule.NewVPDiscrete(betas)
	if err != nil || math.IsInf(c.lambdaMin, -1) {
		return p, err
	}
	return p.Until(c.lambdaMin)
}

// table is the betas.
func (c *schedulerConfig) table() ([]float64, error) {
	if c.trained != nil {
		return c.trained, nil
	}
	switch c.betas {
	case betaScaledLinear:
		return schedule.BetasScaledLinear(c.betaStart, c.betaEnd, c.steps)
	case betaCosine:
		return schedule.BetasCosine(c.steps)
	case betaSigmoid:
		return schedule.BetasSigmoid(c.betaStart, c.betaEnd, c.steps)
	case betaLaplace:
		return schedule.BetasLaplace(c.steps)
	case betaExp:
		return schedule.BetasExp(c.steps)
	}
	return schedule.BetasLinear(c.betaStart, c.betaEnd, c.steps)
}

// reading is how the network is asked and read.
func (c *schedulerConfig) reading() denoise.Reading {
	r := denoise.Reading{Prediction: c.prediction}
	switch {
	case c.class.kind == processFlow || c.flowSigmas:
		r.Scale = float64(c.steps) // its time is 0 to 1
	case c.class.kind == processTrig:
		r.Data = c.sigmaData
	case c.prediction == denoise.PredictConsistency:
		r.Time, r.Data, r.Least = denoise.TimeLog250, c.sigmaData, c.sigmaMin
	case c.class.kind == processEDM:
		r.Time, r.Data = denoise.TimeQuarterLog, c.sigmaData
		switch c.prediction { // the words mean F, not what it says of the noise
		case denoise.PredictEpsilon:
			r.Prediction = denoise.PredictEDM
		case denoise.PredictV:
			r.Prediction = denoise.PredictEDMV
		}
	case c.class.kind == processVE:
		r.Time = denoise.TimeSigma
	case c.logTime:
		r.Time = denoise.TimeQuarterLog
	}
	if c.class.solver == sampler.KindLCM {
		r.Boundary = c.boundary
	}
	return r
}
