//go:build js && wasm

package page

import (
	"strconv"

	"honnef.co/go/js/dom/v2"
	"tintype/internal/sentence"
	"tintype/wasm/proto"
)

// sliderMost is the widest range that a slider is any good for.
const sliderMost = 200

// A knob is the control of one setting of a solver.
type knob struct {
	setting proto.Setting
	initial float64                // the checkpoint's own
	number  *dom.HTMLInputElement  // nil where the values have names
	slider  *dom.HTMLInputElement  // follows number; nil for a range too wide
	list    *dom.HTMLSelectElement // nil for a quantity
}

// showKnobs offers the settings of the chosen solver.
func (p *page) showKnobs(o *proto.Option) {
	clearChildren(p.ui.knobs)
	p.knobs = p.knobs[:0]
	for _, s := range o.Settings {
		k := &knob{setting: s, initial: s.Default}
		if o.Name == p.info.Defaults.Solver {
			for _, v := range p.info.Defaults.Settings {
				if v.Name == s.Name {
					k.initial = v.Value
				}
			}
		}
		p.addKnob(k)
		p.knobs = append(p.knobs, k)
	}
}

func (p *page) addKnob(k *knob) {
	doc, s := p.ui.doc, &k.setting
	field := create[dom.HTMLElement](doc, "div", "field knob")
	id := "set-" + s.Name
	text(doc, field, "label", "", s.Name).SetAttribute("for", id)
	var control dom.HTMLElement
	if len(s.Choices) > 0 {
		k.list = create[*dom.HTMLSelectElement](doc, "select", "")
		for _, c := range s.Choices[:min(len(s.Choices), int(s.Max)+1)] {
			text(doc, k.list, "option", "", c)
		}
		control = k.list
	} else {
		k.number = p.input(field, "number", s)
		control = k.number
		if s.Max-s.Min <= sliderMost {
			k.slider = p.input(field, "range", s)
			k.slider.SetAttribute("aria-label", s.Name)
			on(k.slider, "input", func(dom.Event) { k.number.SetValue(k.slider.Value()) })
			on(k.number, "input", func(dom.Event) { k.slider.SetValue(k.number.Value()) })
		}
	}
	control.SetAttribute("id", id)
	control.SetAttribute("aria-describedby", id+"-line")
	field.AppendChild(control)
	if k.slider != nil {
		field.AppendChild(k.slider)
	}
	text(doc, field, "p", "note", sentence.Of(s.Line)).SetAttribute("id", id+"-line")
	p.ui.knobs.AppendChild(field)
	k.set(number(k.initial))
}

func (p *page) input(field dom.Node, kind string, s *proto.Setting) *dom.HTMLInputElement {
	in := create[*dom.HTMLInputElement](p.ui.doc, "input", "")
	in.SetType(kind)
	step := "any"
	if s.Whole {
		step = "1"
	} else if kind == "range" {
		step = number((s.Max - s.Min) / 100)
	}
	in.SetAttribute("min", number(s.Min))
	in.SetAttribute("max", number(s.Max))
	in.SetAttribute("step", step)
	return in
}

// knobNamed is the control of a setting, nil if the chosen solver has none.
func (p *page) knobNamed(name string) *knob {
	for _, k := range p.knobs {
		if k.setting.Name == name {
			return k
		}
	}
	return nil
}

// set shows a value, as text so that no digit is lost.
func (k *knob) set(value string) {
	if k.list != nil {
		i, _ := strconv.Atoi(value)
		k.list.SetSelectedIndex(i)
		return
	}
	k.number.SetValue(value)
	if k.slider != nil {
		k.slider.SetValue(value)
	}
}

// value is what the visitor chose; ok is false where that is no such setting.
func (k *knob) value() (v float64, ok bool) {
	if k.list != nil {
		return float64(k.list.SelectedIndex()), true
	}
	v, err := strconv.ParseFloat(k.number.Value(), 64)
	return v, err == nil && v >= k.setting.Min && v <= k.setting.Max
}
