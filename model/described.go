package model

import (
	"fmt"
	"slices"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/internal/scheduler"
	"tintype/weights"
)

// described replaces what the scheduler's config gives by what the checkpoint says of itself: its process, prediction,
// boundary and time input.
func described(m *Model, d *weights.Description, c *schedulerConfig) error {
	if err := describedProcess(m, d.Process, c); err != nil {
		return err
	}
	if d.Prediction != "" {
		p, err := named("prediction", d.Prediction, denoise.Predictions(), func(p denoise.Prediction) denoise.Prediction { return p })
		if err != nil {
			return err
		}
		m.Reading.Prediction = p
	} else if d.Process != nil && !d.Scheduler.Exists() {
		return fmt.Errorf("prediction: missing: a checkpoint without a scheduler's config needs one")
	}
	if b := d.Boundary; b != nil {
		m.Reading.Boundary = 0 // "none" switches off what the scheduler's class implies
		switch b.Kind {
		case "none":
		case "lcm":
			m.Reading.Boundary, m.Reading.Data = orElse(b.Scaling, 10), orElse(b.SigmaData, 0.5)
		case "cm":
			m.Reading.Prediction = denoise.PredictConsistency
			m.Reading.Data, m.Reading.Least = orElse(b.SigmaData, 0.5), orElse(b.SigmaMin, 0.002)
		default:
			return fmt.Errorf("boundary.kind %q is not implemented; implemented are none, lcm and cm", b.Kind)
		}
	}
	if v := d.Variance; v != nil {
		if err := describedVariance(m, v); err != nil {
			return fmt.Errorf("variance.%w", err)
		}
	}
	if err := describedTables(m, &d.Tables); err != nil {
		return fmt.Errorf("tables.%w", err)
	}
	if d.Degrader != nil {
		if m.Extras.Degrader = degrader(d.Degrader); m.Extras.Degrader == nil {
			return fmt.Errorf("degrader: kind %q with width %v and largest %d is not implemented; implemented are heat with a width, "+
				"pixelate with a largest side of 2 or more, fade and mask", d.Degrader.Kind, d.Degrader.Width.Value, d.Degrader.Largest)
		}
	}
	if _, blurs := m.Process.(*schedule.Blur); blurs && m.Reading.Prediction != denoise.PredictSample {
		return fmt.Errorf("process.kind blur needs the prediction sample: every frequency has a signal rate of its own")
	}
	if t := d.SecondTime; t != nil {
		if _, flow := m.Process.(*schedule.Continuous); !flow || d.Process == nil || d.Process.Kind != "flow" || m.Reading.Prediction != denoise.PredictFlow {
			return fmt.Errorf("second_time needs the process flow and the prediction flow_prediction: a jump is along a flow")
		}
		if m.Clip > 0 || m.Thresh.Quantile > 0 {
			return fmt.Errorf("second_time contradicts clip_sample or thresholding in the scheduler: a jump is not an estimate of the picture")
		}
		m.Extras.SecondTime, m.Extras.StepLength = true, t.Kind == "length"
	}
	// Last, since it is the one that says most exactly what the network was trained with.
	if t := d.TimeInput; t != nil {
		in, err := named("time_input.kind", t.Kind, denoise.TimeInputs(), func(in denoise.TimeInput) denoise.TimeInput { return in })
		if err != nil {
			return err
		}
		if in != denoise.TimeOwn && t.Scale.Or(1) != 1 {
			return fmt.Errorf("time_input.scale contradicts the kind %q, which has none", t.Kind)
		}
		m.Reading.Time, m.Reading.Scale = in, t.Scale.Or(1)
	}
	return nil
}

func orElse(v weights.Optional[float64], absent float64) float64 { return v.Or(absent) }

// heads are the second outputs of a network, by the words of variance.kind.
var heads = map[string]solver.Head{
	"none": solver.HeadNone, "analytic": solver.HeadNone, "learned_range": solver.HeadVariance,
	"second_moment": solver.HeadSecondMoment, "error": solver.HeadError,
}

// describedVariance is what the checkpoint knows of the reverse process' variance.
func describedVariance(m *Model, v *weights.Variance) error {
	head, ok := heads[v.Kind]
	if !ok {
		return fmt.Errorf("kind %q is not implemented", v.Kind)
	}
	m.Extras.Head, m.Extras.Squares = head, v.Squares
	if p, stepped := m.Process.(schedule.Stepped); v.Squares != nil && (!stepped || len(v.Squares) != p.Steps()) {
		return fmt.Errorf("squares: %d values, expected one for each trained step", len(v.Squares))
	}
	// Analytic variances are a table of numbers, not an output of the network: without it nothing is known.
	if v.Kind == "analytic" && v.Squares == nil {
		return fmt.Errorf("squares: missing")
	}
	return nil
}

// describedTables are the costs of steps, and a learned sampler.
func describedTables(m *Model, t *weights.Tables) error {
	if rows := t.Costs; rows != nil {
		p, stepped := m.Process.(schedule.Stepped)
		if !stepped || len(rows) == 0 || p.Steps()%len(rows) != 0 {
			return fmt.Errorf("costs: %d rows, expected one for each trained step, or for every so many", len(rows))
		}
		// The table is square, from each place to each: a file writes only what falls, its lower triangle.
		wide := len(rows) + 1
		m.Grid.Costs = &schedule.Costs{Steps: len(rows), L: make([]float64, wide*wide)}
		for i, row := range rows {
			copy(m.Grid.Costs.L[(i+1)*wide:], row)
		}
	}
	if g := t.GGDM; g != nil {
		m.Extras.Table = &solver.Table{X: g.X, D: g.D, Noise: g.Noise}
		if err := m.Extras.Table.Check(); err != nil {
			return fmt.Errorf("ggdm: %w", err)
		}
	}
	return nil
}

// degrader is what a restoring network undoes; nil: there is none of that description.
func degrader(d *weights.Degrader) solver.Degrader {
	const widest = 1 << 12 // pixels
	width := d.Width.Value
	switch {
	case d.Kind == "heat" && width > 0 && width <= widest && d.Largest == 0:
		return solver.Heat{Width: width}
	case d.Kind == "pixelate" && d.Largest > 1 && d.Largest <= widest && !d.Width.Given:
		return solver.Pixelate{Largest: d.Largest}
	case d.Kind == "fade" && !d.Width.Given && d.Largest == 0:
		return solver.Fade{}
	case d.Kind == "mask" && !d.Width.Given && d.Largest == 0:
		return solver.Mask{}
	}
	return nil
}

// continuousStart is the first time of a continuous process that says nothing of it.
const continuousStart = 1e-3

// describedProcess builds the checkpoint's own process, or its scheduler's.
func describedProcess(m *Model, d *weights.Process, c *schedulerConfig) (err error) {
	if d == nil {
		if m.Process, err = c.process(); err != nil {
			return fmt.Errorf("scheduler: %w", err)
		}
		return nil
	}
	if d.Shift.Given {
		m.Grid.Options = m.Grid.With(schedule.Shift, d.Shift.Value)
	}
	low, high := orElse(d.SigmaMin, 0.002), orElse(d.SigmaMax, 80)
	switch d.Kind {
	case "vp":
		table, wrong := describedTable(d)
		if wrong != nil {
			return fmt.Errorf("process.%w", wrong)
		}
		m.Process, err = table.process()
	case "vp_linear":
		m.Process, err = schedule.VPLinear(orElse(d.BetaStart, 0.1), orElse(d.BetaEnd, 20), continuousStart)
	case "sub_vp":
		m.Process, err = schedule.SubVP(orElse(d.BetaStart, 0.1), orElse(d.BetaEnd, 20), continuousStart)
	case "cosine":
		m.Process, err = schedule.Cosine(0, continuousStart)
	case "ve":
		m.Process, err = schedule.VE(low, high)
	case "edm":
		m.Process, err = schedule.EDM(low, high)
	case "flow":
		m.Process, err = schedule.Flow(continuousStart)
	case "trigflow":
		m.Reading.Data = orElse(d.SigmaData, 0.5)
		m.Process, err = schedule.Trig(m.Reading.Data, 0)
	case "blur":
		var base *schedule.Continuous
		if base, err = schedule.Cosine(0, continuousStart); err == nil {
			m.Process = &schedule.Blur{Process: base, Most: orElse(d.Blur, 20), Floor: orElse(d.Floor, 0.001)}
		}
		if f := orElse(d.Floor, 0.001); f > 1 {
			err = fmt.Errorf("floor %v, expected more than 0, to 1", f)
		}
	case "gamma_table":
		m.Process, err = schedule.GammaTable(d.Gamma)
	default:
		return fmt.Errorf("process.kind %q is not implemented", d.Kind)
	}
	if err != nil {
		return fmt.Errorf("process: %w", err)
	}
	return nil
}

// describedTable is the scheduler's config that says the same of a table.
func describedTable(d *weights.Process) (*schedulerConfig, error) {
	c := plain()
	c.ZeroSNR, c.Trained = d.ZeroSNR, d.Betas
	if d.Steps != 0 {
		c.Steps = d.Steps
	}
	if c.Trained != nil && d.Steps != 0 && len(c.Trained) != d.Steps {
		return nil, fmt.Errorf("betas: %d values contradict T, which is %d", len(c.Trained), d.Steps)
	}
	c.BetaStart, c.BetaEnd = orElse(d.BetaStart, c.BetaStart), orElse(d.BetaEnd, c.BetaEnd)
	if d.Schedule != "" {
		if !slices.Contains(scheduler.Words("beta_schedule"), d.Schedule) {
			return nil, fmt.Errorf("schedule %q is not implemented", d.Schedule)
		}
		c.Betas = scheduler.Word(d.Schedule)
	}
	return &c, nil
}
