//go:build js && wasm

package page

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"syscall/js"

	"tintype/core/limits"
	"tintype/core/setting"
	"tintype/internal/recipe"
	"tintype/internal/sentence"
	"tintype/wasm/proto"
)

// A claim is what a link or a file says about a picture that is made again.
type claim struct {
	recipe *recipe.Recipe
	from   string // "link" or "file"
}

// readAddress follows the recipe after the # of the page's address; false if
// there is none.
func (p *page) readAddress() bool {
	words := strings.TrimPrefix(js.Global().Get("location").Get("hash").String(), "#")
	if words == "" {
		return false
	}
	p.follow(words, "link")
	return true
}

// follow makes the picture of a recipe again: its model first, then the
// controls, then the run.
func (p *page) follow(words, from string) {
	if !p.free() {
		p.whenFree(from, func() { p.follow(words, from) })
		return
	}
	p.awaited = nil
	r, err := recipe.Read(words)
	switch {
	case err != nil:
		p.refuse(from, sentence.Of(err.Error()), "Get it anew from where it came, or go on without it.")
		return
	case r.Count > limits.PagePictures:
		p.refuse(from, "It is of "+pictures(r.Count)+", and this page makes "+strconv.Itoa(limits.PagePictures)+" at most.",
			"Make them with tools/sample and its flag -recipe, or go on without them.")
		return
	case r.Steps > limits.PageSteps:
		p.refuse(from, "It asks for "+strconv.Itoa(r.Steps)+" steps, and "+strconv.Itoa(limits.PageSteps)+" are the most.",
			"Get it anew from where it came, or go on without it.")
		return
	}
	m := p.modelOf(r)
	if m == nil {
		p.refuse(from, "It names the model "+r.Model+", which is not here.",
			"If you have the model's file, open it now: the picture is made then. Or go on without it.")
		p.awaited = &claim{r, from}
		return
	}
	p.prove(m, &claim{r, from})
}

// prove makes the picture of a recipe with its model, once that is loaded.
func (p *page) prove(m *entry, q *claim) {
	p.link = q
	m.input.SetChecked(true)
	if m == p.chosen && p.ready() {
		p.fulfil()
	} else {
		p.choose(m)
	}
}

// modelOf is the model that a recipe means: the one of its file, whatever that is called here, or else of its name.
func (p *page) modelOf(r *recipe.Recipe) (named *entry) {
	for _, m := range p.models {
		switch {
		case r.File != "" && m.ref.SHA256 == r.File:
			return m
		case m.ref.ID == r.Model:
			named = m
		}
	}
	return named
}

// refuse says why a link or file is not followed, and what to do about it.
func (p *page) refuse(from, why, remedy string) {
	if p.chosen == nil {
		p.models[0].input.SetChecked(true)
		p.choose(p.models[0])
	}
	p.fail(&proto.Error{Type: proto.ErrSpec, Text: "The " + from + " cannot be followed. " + why, Remedy: remedy}, nil)
}

// fulfil shows what the claim says and starts that, as the claim says it:
// nothing is taken from a control, for the engine is to refuse what no control
// can show.
func (p *page) fulfil() {
	p.catchUp()
	r := p.link.recipe
	p.showRecipe(r)
	p.stage.keep(0)
	p.runs, p.run = nil, nil
	p.launch([]proto.Sample{p.requestOf(r)})
}

// requestOf is the request of a recipe for the loaded model. What the recipe leaves out is the checkpoint's own.
func (p *page) requestOf(r *recipe.Recipe) proto.Sample {
	d, end := p.info.Defaults, p.legOf(r.Leg)
	s := proto.Sample{
		Model: p.chosen.ref, Seed: end.Seed, Count: r.Count, Choice: end.Choice, Solver: cmp.Or(end.Solver, d.Solver), Grid: cmp.Or(r.Grid, d.Grid),
		Steps: cmp.Or(r.Steps, len(r.Levels), d.Steps), Guidance: end.Guidance, Rescale: end.Rescale, Classify: end.Classify, Settings: end.Settings, Vary: r.Vary, Levels: r.Levels, Recipe: true,
	}
	if s.Guidance != s.Guidance && p.info.GuidanceReason == "" {
		s.Guidance = d.Guidance
	}
	for _, l := range r.Before {
		s.Before = append(s.Before, p.legOf(l))
	}
	return s
}

func (p *page) legOf(l recipe.Leg) proto.Leg {
	out := proto.Leg{Seed: l.Seed, Choice: l.Pick, Solver: l.Solver, Guidance: math.NaN(), Settings: l.Settings, Until: l.Until}
	if l.Pick == nil {
		out.Choice = slices.Repeat([]int{-1}, len(p.info.Slots)) // all left open
	}
	if v, err := strconv.ParseFloat(l.Guidance, 64); err == nil {
		out.Guidance = v
	}
	out.Rescale, _ = strconv.ParseFloat(l.Rescale, 64) // "" is 0, off
	out.Classify, _ = strconv.ParseFloat(l.Classify, 64)
	return out
}

// showRecipe sets the controls as a recipe says, as far as they can. Settings without one are carried along.
func (p *page) showRecipe(r *recipe.Recipe) {
	u := p.ui
	p.setDefaults()
	p.untick()
	u.words.SetValue("")
	setNote(u.wordsNote, wordsHelp)
	for i := range p.slots {
		p.slots[i].choose(-1)
	}
	p.restore(r.Pick)
	u.seed.SetValue(strconv.FormatUint(r.Seed, 10))
	u.count.SetValue(strconv.Itoa(r.Count))
	if r.Steps > 0 {
		u.steps.SetValue(strconv.Itoa(r.Steps))
	}
	if optionNamed(p.info.Grids, r.Grid) != nil {
		u.grid.SetValue(r.Grid)
		u.levels.SetValue(recipe.Numbers(r.Levels))
		p.gridChosen()
	}
	if optionNamed(p.info.Solvers, r.Solver) != nil {
		u.solver.SetValue(r.Solver)
		p.solverChosen()
	}
	if r.Guidance != "" && p.info.GuidanceReason == "" {
		u.guidance.SetValue(r.Guidance)
	}
	if r.Rescale != "" {
		u.rescale.SetValue(r.Rescale)
	}
	if r.Classify != "" {
		u.classify.SetValue(r.Classify)
	}
	if seed, amount, ok := strings.Cut(r.Vary, ":"); ok {
		u.varySeed.SetValue(seed)
		u.vary.SetValue(amount)
	}
	var carried []setting.Value
	for _, v := range r.Settings {
		if k := p.knobNamed(v.Name); k != nil {
			k.set(number(v.Value))
		} else {
			carried = append(carried, v)
		}
	}
	p.carry(carried)
	if len(r.Before) > 0 {
		p.setFork(p.requestOf(r).Before)
	}
}

// carry keeps settings that no control shows for the next pictures, and says so. nil: none.
func (p *page) carry(settings []setting.Value) {
	p.carried = settings
	note := ""
	for _, v := range settings {
		note += ", " + v.Name + " " + number(v.Value)
	}
	if note != "" {
		note = "Kept from the link or file: " + note[2:] + ". “Model’s own settings” lets go of it."
	}
	setNote(p.ui.carriedNote, note)
}

// verdict compares what was made with what was promised: same or differs, and
// the sentence. Only what could make the difference is named.
func (q *claim) verdict(hash string, model proto.ModelRef) (kind, words string) {
	r := q.recipe
	switch {
	case r.Hash == "":
		return "none", "The " + q.from + " names no hash to compare with."
	case r.Hash == hash:
		return "same", "Same bytes as the " + q.from + " says."
	case r.File != "" && r.File != model.SHA256:
		return "differs", "Other bytes: the " + q.from + " was made with another version of this model."
	case r.Numerics != recipe.Numerics:
		return "differs", "Other bytes: the " + q.from + " was made with numerics " + strconv.Itoa(r.Numerics) + ", this page has " +
			strconv.Itoa(recipe.Numerics) + "."
	}
	return "differs", "Other bytes, though model and numerics are the same: the " + q.from + " was changed, or this is a bug."
}

// address puts the recipe of what is shown after the #: the address bar is
// then the share link. Where no recipe can say it there is none.
func (p *page) address(words string) {
	address := js.Global().Get("location").Get("pathname").String() + js.Global().Get("location").Get("search").String()
	if words != "" {
		address = "#" + words
	}
	defer func() { recover() }() // a sandboxed frame has no address of its own, and throws
	js.Global().Get("history").Call("replaceState", nil, "", address)
}
