//go:build js && wasm

package page

import (
	"math"
	"strconv"
	"strings"
	"syscall/js"

	"tintype/internal/recipe"
	"tintype/wasm/proto"
)

// A promise is what a link or a file says about a picture that is made again.
type promise struct {
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
	if p.phase == sampling {
		return
	}
	r, err := recipe.Parse(words)
	if err == nil && r.Count > proto.MaxCount {
		p.refuse("It is of more than 16 pictures.", from)
		return
	}
	if err != nil {
		p.refuse(sentence(err.Error()), from)
		return
	}
	p.link = &promise{r, from}
	if m := p.modelOf(r); m != nil {
		m.input.SetChecked(true)
		if m == p.chosen && p.ready() {
			p.fulfil()
		} else {
			p.choose(m)
		}
		return
	}
	p.link = nil
	p.refuse("It names the model "+r.Model+", which is not here; drop its file on the page first, if you have it.", from)
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

// refuse says why a link or file is not followed.
func (p *page) refuse(why, from string) {
	if p.chosen == nil {
		p.models[0].input.SetChecked(true)
		p.choose(p.models[0])
	}
	p.fail(&proto.Error{
		Type: proto.ErrSpec, Text: "The " + from + " cannot be followed. " + why,
		Remedy: "Get it anew from where it came, or go on without it.",
	}, p.backToWork)
}

// fulfil sets every control as the promise says, and starts.
func (p *page) fulfil() {
	p.catchUp()
	r, u := p.link.recipe, p.ui
	p.setDefaults()
	p.restore(r.Pick)
	u.seed.SetValue(strconv.FormatUint(r.Seed, 10))
	u.count.SetValue(strconv.Itoa(r.Count))
	if r.Steps > 0 {
		u.steps.SetValue(strconv.Itoa(r.Steps))
	}
	if r.Grid != "" {
		u.grid.SetValue(r.Grid)
		p.gridChosen()
	}
	if r.Solver != "" {
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
	for _, v := range r.Settings {
		for _, k := range p.knobs {
			if k.setting.Name == v.Name {
				k.set(number(v.Value))
			}
		}
	}
	if len(r.Before) > 0 {
		p.setFork(legsOf(r))
	}
	p.stage.keep(0)
	p.runs, p.run = nil, nil
	p.generate()
}

func legsOf(r *recipe.Recipe) []proto.Leg {
	out := make([]proto.Leg, len(r.Before))
	for i, l := range r.Before {
		out[i] = proto.Leg{Seed: l.Seed, Choice: l.Pick, Solver: l.Solver, Guidance: math.NaN(), Until: l.Until}
		if v, err := strconv.ParseFloat(l.Guidance, 64); err == nil {
			out[i].Guidance = v
		}
		out[i].Rescale, _ = strconv.ParseFloat(l.Rescale, 64) // "" is 0, off
		out[i].Classify, _ = strconv.ParseFloat(l.Classify, 64)
		for _, s := range l.Settings {
			out[i].Settings = append(out[i].Settings, proto.Value{Name: s.Name, Value: s.Value})
		}
	}
	return out
}

// verdict compares what was made with what was promised: same or differs, and
// the sentence. Only what could make the difference is named.
func (q *promise) verdict(hash string, model proto.ModelRef) (kind, words string) {
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
