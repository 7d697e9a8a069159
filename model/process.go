package model

import (
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/limits"
	"tintype/core/schedule"
	"tintype/core/solver"
)

// process builds the forward process.
func (c *schedulerConfig) process() (schedule.Process, error) {
	switch {
	case c.isFlow():
		if c.Steps < 1 || c.Steps > limits.Steps {
			return nil, fmt.Errorf("num_train_timesteps is %d: expected 1 to %d", c.Steps, limits.Steps)
		}
		// A flow's least time is that of its first trained step; one step alone would make it the time of pure noise.
		return schedule.Flow(1 / float64(max(c.Steps, 2)))
	case c.class.kind == processEDM:
		return schedule.EDM(c.SigmaMin, c.SigmaMax)
	case c.class.kind == processVE:
		return schedule.VE(c.SigmaMin, c.SigmaMax)
	case c.class.kind == processTrig:
		return schedule.Trig(c.SigmaData, 0)
	case c.class.kind == processCosine:
		return schedule.Cosine(0, 1e-3)
	}
	betas, err := c.table()
	if err != nil {
		return nil, err
	}
	// On the finished betas, whatever made them: the recurrence is on their products (Lin et al., arXiv 2305.08891).
	if c.ZeroSNR {
		betas = schedule.ZeroTerminalSNR(betas)
	}
	p, err := schedule.NewVPDiscrete(betas)
	if err != nil || math.IsInf(c.LambdaMin, -1) {
		return p, err
	}
	return p.Until(c.LambdaMin)
}

// table is the betas.
func (c *schedulerConfig) table() ([]float64, error) {
	// What was written out wins over the name of a curve, which a config keeps beside it.
	if c.Trained != nil {
		return c.Trained, nil
	}
	switch c.Betas {
	case "scaled_linear":
		return schedule.BetasScaledLinear(c.BetaStart, c.BetaEnd, c.Steps)
	case "squaredcos_cap_v2":
		return schedule.BetasCosine(c.Steps)
	case "sigmoid":
		return schedule.BetasSigmoid(c.BetaStart, c.BetaEnd, c.Steps)
	case "laplace":
		return schedule.BetasLaplace(c.Steps)
	case "exp":
		return schedule.BetasExp(c.Steps)
	}
	return schedule.BetasLinear(c.BetaStart, c.BetaEnd, c.Steps)
}

// reading is how the network is asked and read.
func (c *schedulerConfig) reading() denoise.Reading {
	r := denoise.Reading{Prediction: c.prediction}
	switch {
	case c.isFlow():
		r.Scale = float64(c.Steps) // its time is 0 to 1
	case c.class.kind == processTrig:
		r.Data = c.SigmaData
	case c.prediction == denoise.PredictConsistency: // before EDM, whose process it has and whose reading it has not
		r.Time, r.Data, r.Least = denoise.TimeLog250, c.SigmaData, c.SigmaMin
	case c.class.kind == processEDM:
		r.Time, r.Data = denoise.TimeQuarterLog, c.SigmaData
		switch c.prediction { // the words mean F, not what it says of the noise
		case denoise.PredictEpsilon:
			r.Prediction = denoise.PredictEDM
		case denoise.PredictV:
			r.Prediction = denoise.PredictEDMV
		}
	case c.class.kind == processVE:
		r.Time = denoise.TimeSigma
	case c.TimestepType == "continuous" && c.prediction == denoise.PredictV: // EulerDiscrete as SVD saves it
		r.Time = denoise.TimeQuarterLog
	}
	if c.class.solver == solver.KindLCM {
		r.Boundary = c.TimestepScaling
	}
	return r
}
