package model

import (
	"tintype/core/schedule"
	"tintype/core/solver"
)

// gridKind is the grid of the class and its config.
func (c *schedulerConfig) gridKind() schedule.GridKind {
	if c.class.grid == schedule.DistilledSteps || c.class.grid == consistencyGrid {
		return c.class.grid
	}
	switch {
	case c.Karras:
		return schedule.Karras
	case c.Exponential, c.Lu, c.SigmaSchedule == "exponential": // lu: the same grid, equal steps of lambda
		return schedule.Exponential
	case c.Beta:
		return schedule.BetaSigmas
	case c.class.grid != gridBySpacing:
		return c.class.grid
	case c.Spacing == "trailing" || c.Flow:
		return schedule.Trailing
	case c.Spacing == "leading" && c.class.open:
		return schedule.LeadingOpen
	case c.Spacing == "leading":
		return schedule.Leading
	case c.class.open:
		return schedule.LinspaceOpen
	}
	return schedule.Linspace
}

// gridOptions are the config's settings of grids that are not their defaults.
func (c *schedulerConfig) gridOptions() schedule.Options {
	o := schedule.Options{}
	for _, asked := range []struct {
		setting  schedule.Setting
		def, ask float64
	}{
		{schedule.Offset, 0, float64(c.Offset)}, {schedule.Rho, 7, c.Rho}, {schedule.Original, 0, float64(c.OriginalSteps)},
		{schedule.Ends, schedule.EndsProcess, c.ends()},
		{schedule.Shift, 1, c.shift()}, {schedule.Terminal, 0, c.terminal()},
		{schedule.SigmaMin, 0, c.bound(c.SigmaMin)}, {schedule.SigmaMax, 0, c.bound(c.SigmaMax)},
		{schedule.Rounding, schedule.RoundTrained, pickIf(c.class.exact, schedule.RoundNone, schedule.RoundTrained)},
		{schedule.Final, schedule.FinalClean, pickIf(c.endsFirst(), schedule.FinalFirst, schedule.FinalClean)},
		{schedule.Start, schedule.StartMarginal, pickIf(c.class.solver == solver.KindCM, schedule.StartNoise, schedule.StartMarginal)},
	} {
		if asked.ask != asked.def {
			o = o.With(asked.setting, asked.ask)
		}
	}
	return o
}

// bound is an end of the grid of sigmas, 0 where the config has none; those of other processes are their own.
func (c *schedulerConfig) bound(sigma float64) float64 {
	if k := c.class.kind; k != processTable && k != processFlow {
		return 0
	}
	return orZero(sigma)
}

// ends says where a grid of sigmas lies. The classes of sigma-space lay it between the ends of their timestep_spacing.
func (c *schedulerConfig) ends() float64 {
	if !c.class.exact || !(c.Karras || c.Exponential || c.Beta) {
		return schedule.EndsProcess
	}
	switch c.Spacing {
	case "leading":
		return schedule.EndsLeading
	case "trailing":
		return schedule.EndsTrailing
	}
	return schedule.EndsProcess
}

// shift moves a flow's times. Of the classes that are flows by use_flow_sigmas only, it is flow_shift.
func (c *schedulerConfig) shift() float64 {
	switch {
	case c.class.kind == processFlow:
		return c.Shift
	case c.Flow:
		return c.FlowShift
	}
	return 1
}

// terminal stretches a flow's times.
func (c *schedulerConfig) terminal() float64 {
	if c.isFlow() {
		return orZero(c.ShiftTerminal)
	}
	return 0
}

// endsFirst says whether the last step ends at the first trained level.
//
// final_sigmas_type sigma_min and, of DDIM and PNDM, set_alpha_to_one false say so. Where the times reach 0 already,
// diffusers repeats that level, a step that does nothing; here such a grid ends at the clean picture.
func (c *schedulerConfig) endsFirst() bool {
	k := c.gridKind()
	reaches := k == schedule.Leading && c.Offset == 0 || k == schedule.Linspace
	return c.class.first || (c.Final == "sigma_min" || c.class.alphas && !c.AlphaToOne) && !reaches
}

// defaultSteps is the class's number of steps, or as many as the process has. An offset takes the last ones from
// leading, which would begin beyond the table (diffusers does, and fails), and a grid that leaves the clean end out
// has a step less.
func (c *schedulerConfig) defaultSteps() int {
	most := c.Steps
	switch c.gridKind() {
	case schedule.Leading:
		most -= c.Offset
	case schedule.LeadingOpen, schedule.LinspaceOpen:
		most -= 1 + c.Offset
	case schedule.DistilledSteps, consistencyGrid:
		most = min(most, c.OriginalSteps)
	}
	n := c.class.steps
	switch {
	case n == 0:
		n = most
	case c.class.kind == processTable || c.class.grid == consistencyGrid || c.class.kind == processVE:
		n = min(n, most)
	}
	return max(n, 1)
}
