package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/setting"
	"tintype/core/solver"
	"tintype/internal/sentence"
	"tintype/model"
)

// printList lists every solver and grid or, beside a model, what goes with that.
func (r *request) printList(w io.Writer) error {
	if r.model == "" {
		return list(w, nil)
	}
	m, _, err := load(r.model)
	if err != nil {
		return err
	}
	s, err := r.spec(m)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "For %s, in %d steps of %v.\n\n", m.Name, s.Steps, s.Grid)
	return list(w, &outlook{m, s})
}

// outlook is a model and what is asked of it beside the solver.
type outlook struct {
	model *model.Model
	spec  pipeline.Spec
}

// ofSolver says why a solver is refused; "" if it is not.
func (o *outlook) ofSolver(k solver.Kind) string {
	if o == nil {
		return ""
	}
	err := o.model.CheckSolver(k)
	if err == nil {
		s := o.spec
		s.Use(k)
		err = o.model.Foresee(s)
	}
	return reason(err)
}

// ofGrid says it of a grid.
func (o *outlook) ofGrid(k schedule.GridKind) string {
	if o == nil {
		return ""
	}
	return reason(o.model.CheckGrid(k))
}

func reason(err error) string {
	var clash *pipeline.Clash
	if errors.As(err, &clash) {
		return clash.Problem + ": " + clash.Remedy
	}
	return ""
}

// list prints every solver and grid for a terminal.
func list(w io.Writer, o *outlook) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "SOLVER\tORDER\tEVALUATIONS\tNOISE\tWHAT IT DOES")
	for _, s := range solver.Solvers() {
		fmt.Fprintf(tab, "%s\t%d\t%s\t%s\t%s%s\n", s.Name, s.Order, s.Evals, noise(s), s.Line, needs(s, "; needs "))
		if why := o.ofSolver(s.Kind); why != "" {
			fmt.Fprintf(tab, "\t\t\t\t  not here: %s\n", why)
			continue
		}
		for _, k := range s.Knobs {
			fmt.Fprintf(tab, "\t\t\t\t  %s (%s): %s\n", k.Setting, values(k), k.Setting.Info().Line)
		}
	}
	fmt.Fprintln(tab, "\nGRID\t\t\t\tWHAT IT DOES")
	for _, g := range schedule.Grids() {
		fmt.Fprintf(tab, "%s\t\t\t\t%s\n", g.Name, g.Line)
		if why := o.ofGrid(g.Kind); why != "" {
			fmt.Fprintf(tab, "\t\t\t\t  not here: %s\n", why)
			continue
		}
		for _, k := range g.Knobs {
			fmt.Fprintf(tab, "\t\t\t\t  grid.%s (%s): %s\n", k.Setting, values(k), k.Setting.Info().Line)
		}
	}
	fmt.Fprintln(tab, "\nWITH ANY OF THEM\t\t\t\tWHAT IT DOES")
	for _, e := range model.EstimateSettings {
		fmt.Fprintf(tab, "%s\t\t\t\t%s\n", e.Name, e.Line)
	}
	return tab.Flush()
}

func noise(s solver.Info) string {
	if s.Stochastic {
		return "yes"
	}
	return "no"
}

// values says which values of a setting a solver or grid takes.
func values[S setting.Setting[S]](k setting.Knob[S]) string {
	if choices := k.Setting.Info().Choices; choices != nil {
		return strings.Join(choices[int(k.Min):int(k.Max)+1], " or ") + ", default " + choices[int(k.Default)]
	}
	return fmt.Sprintf("%v to %v, default %v", k.Min, k.Max, k.Default)
}

const pageHead = `# SAMPLERS: every solver and grid
Generated from the code's own registry by ` + "`go run ./tools/sample -samplers > docs/SAMPLERS.md`" + `; a test holds the two together.

A level has signal rate a and noise rate s: x = a·x0 + s·ε, with σ = s/a, λ = ln(a/s) and X = x/a. A step goes from level S to level T, which has less noise; h = λ_T - λ_S, A = s_T/s_S, D is the network's estimate of the clean picture at S (m0; m1, m2 are the ones before it), e = (x - a_S·D)/s_S the slope, z unit noise, p1 = 1 - e^-h, p2 = 1 - p1/h. An order in noise is the weak order: how fast the distribution converges. n is the number of steps.

## Solvers
`

// needs says what the solver needs of a checkpoint, after the words that lead to it.
func needs(s solver.Info, lead string) string {
	if s.Needs == solver.NeedsNothing {
		return ""
	}
	return lead + s.Needs.String()
}

// samplersPage writes docs/SAMPLERS.md.
func samplersPage(w io.Writer) error {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, s := range solver.Solvers() {
		order := fmt.Sprint("order ", s.Order)
		switch {
		case s.Order == 0 && s.Stochastic:
			order = "of no order, draws noise"
		case s.Order == 0:
			order = "of no order"
		case s.Stochastic:
			order = fmt.Sprint("weak order ", s.Order, ", draws noise")
		}
		fmt.Fprintf(&b, "### %s\n%s. %s; %s evaluations. %s%s. In core/solver/%s.\n\n    %s\n",
			s.Name, sentence.Capital(s.Line), sentence.Capital(order), s.Evals, s.Source, needs(s, ". Needs "), s.File, s.Formula)
		if len(s.Knobs) > 0 {
			b.WriteString("\n")
		}
		for _, k := range s.Knobs {
			fmt.Fprintf(&b, "- `%s` (%s): %s\n", k.Setting, values(k), k.Setting.Info().Line)
		}
		b.WriteString("\n")
	}
	b.WriteString("## Grids\nTimes t are the process' own: the number of the trained step, 0 the cleanest. A setting is asked for as grid.NAME.\n\n")
	common := commonKnobs(schedule.Grids())
	for _, g := range schedule.Grids() {
		fmt.Fprintf(&b, "### %s\n%s. %s.\n\n    %s\n\n", g.Name, sentence.Capital(g.Line), g.Source, g.Formula)
		for _, k := range g.Knobs {
			if !slices.Contains(common, k) {
				fmt.Fprintf(&b, "- `%s` (%s): %s\n", k.Setting, values(k), k.Setting.Info().Line)
			}
		}
		if len(g.Knobs) > len(common) {
			b.WriteString("\n")
		}
	}
	b.WriteString("Every grid has these:\n\n")
	for _, k := range common {
		fmt.Fprintf(&b, "- `%s` (%s): %s\n", k.Setting, values(k), k.Setting.Info().Line)
	}
	b.WriteString("\n## With any of them\n")
	for _, e := range model.EstimateSettings {
		fmt.Fprintf(&b, "- `%s`: %s\n", e.Name, e.Line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// commonKnobs are the settings that every grid has.
func commonKnobs(grids []schedule.GridInfo) []schedule.Knob {
	return slices.DeleteFunc(slices.Clone(grids[0].Knobs), func(k schedule.Knob) bool {
		return slices.ContainsFunc(grids, func(g schedule.GridInfo) bool { return !slices.Contains(g.Knobs, k) })
	})
}
