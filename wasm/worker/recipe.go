//go:build js && wasm

package worker

import (
	"tintype/core/pipeline"
	"tintype/internal/recipe"
	"tintype/wasm/proto"
)

// recipeOf is the text for pictures of a run, the first of them number k; ""
// if no text can say how they are made.
func recipeOf(run run, k uint64, count int, hash string) string {
	r, ok := run.Recipe()
	if !ok {
		return ""
	}
	r = r.At(k, count, hash)
	return r.String()
}

// legs gives a request's words their types.
func (c *checkpoint) legs(m proto.Sample) ([]pipeline.Leg, error) {
	r := recipe.Recipe{Grid: m.Grid, Steps: m.Steps, Levels: m.Levels, Vary: m.Vary, Leg: words(proto.Leg{
		Seed: m.Seed, Choice: m.Choice, Solver: m.Solver, Guidance: m.Guidance, Rescale: m.Rescale, Classify: m.Classify, Settings: m.Settings,
	})}
	for _, l := range m.Before {
		r.Before = append(r.Before, words(l))
	}
	read := c.model.Legs
	if m.Recipe {
		read = c.model.Recall
	}
	legs, err := read(&r)
	if err != nil {
		return nil, err
	}
	for i := range legs {
		legs[i].Spec.Force = legs[i].Spec.Force || m.Force
	}
	legs[0].Spec.Edit, err = c.edit(m.Edit)
	return legs, err
}

func words(l proto.Leg) recipe.Leg {
	out := recipe.Leg{Until: l.Until, Seed: l.Seed, Solver: l.Solver, Pick: l.Choice, Settings: l.Settings}
	if l.Guidance == l.Guidance {
		out.Guidance = recipe.Number(l.Guidance)
	}
	if l.Rescale != 0 {
		out.Rescale = recipe.Number(l.Rescale)
	}
	if l.Classify != 0 {
		out.Classify = recipe.Number(l.Classify)
	}
	return out
}
