//go:build js && wasm

package page

import (
	"slices"
	"strconv"
	"strings"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/core/pipeline"
	"tintype/internal/names"
	"tintype/wasm/proto"
)

// chipLimit is the number of values up to which all are laid out to be
// clicked; longer slots get a drop-down list.
const chipLimit = 12

// A slotControl lets one slot of the model be chosen.
type slotControl struct {
	slot  proto.Slot
	shown []int // the value that each entry is, -1: left open
	// One entry each: of a drop-down list, or a radio button.
	list  *dom.HTMLSelectElement
	chips []*dom.HTMLInputElement
}

// wordsHelp stands below the text box until something cannot be matched.
const wordsHelp = "Words are matched to the choices below; what is not named stays open."

// showSlots makes the controls anew and carries over what was chosen for a
// slot of the same name and value, as when a student's teacher is loaded.
func (p *page) showSlots() {
	type value struct {
		name   string
		number int
	}
	before := make(map[string]value)
	for _, c := range p.slots {
		if i := c.chosen(); i >= 0 {
			before[c.slot.Name] = value{c.slot.Values[i], i}
		}
	}
	clearChildren(p.ui.slots)
	p.slots = p.slots[:0]
	for _, s := range p.info.Slots {
		c := p.addSlot(s)
		p.slots = append(p.slots, c)
		was, chosen := before[s.Name]
		switch {
		case !chosen:
			c.choose(-1)
		case was.number < len(s.Values) && s.Values[was.number] == was.name: // the one of several of its name
			c.choose(was.number)
		default:
			c.choose(slices.Index(s.Values, was.name))
		}
	}
	setHidden(p.ui.labels, len(p.slots) == 0)
	p.showWords()
}

// showWords offers the text box, with an example from the model itself. One
// slot of a few classes needs no words to find one.
func (p *page) showWords() {
	setHidden(p.ui.wordsRow, len(p.slots) < 2)
	setNote(p.ui.wordsNote, wordsHelp)
	example := "e.g."
	for _, c := range p.slots[max(len(p.slots)-2, 0):] {
		if v := c.values(); len(v) > 0 {
			example += " " + c.slot.Values[v[len(v)/2]]
		}
	}
	p.ui.words.SetAttribute("placeholder", example)
}

func (p *page) addSlot(s proto.Slot) slotControl {
	c := slotControl{slot: s}
	var captions []string
	if s.Open {
		open := "any"
		if s.Null >= 0 && s.Null < len(s.Values) && s.Values[s.Null] != "" {
			open = s.Values[s.Null]
		}
		c.shown, captions = []int{-1}, []string{open}
	}
	times := make(map[string]int)
	for _, v := range s.Values {
		times[v]++
	}
	for i, v := range s.Values {
		if s.Open && i == s.Null {
			continue
		}
		c.shown, captions = append(c.shown, i), append(captions, caption(v, i, times[v]))
	}
	if len(s.Values) <= chipLimit {
		p.addChips(&c, captions)
	} else {
		p.addList(&c, captions)
	}
	return c
}

// caption tells a value from others of its name: a class without a name has its number alone.
func caption(name string, number, times int) string {
	switch {
	case name == "":
		return "#" + strconv.Itoa(number)
	case times > 1:
		return name + " #" + strconv.Itoa(number)
	}
	return name
}

func (p *page) addChips(c *slotControl, captions []string) {
	doc := p.ui.doc
	group := create[dom.HTMLElement](doc, "fieldset", "chips")
	legend := create[dom.HTMLElement](doc, "legend", "")
	legend.SetTextContent(c.slot.Name)
	group.AppendChild(legend)
	for _, name := range captions {
		label := create[dom.HTMLElement](doc, "label", "chip")
		input := create[*dom.HTMLInputElement](doc, "input", "")
		input.SetType("radio")
		input.SetName("slot-" + c.slot.Name)
		caption := create[dom.HTMLElement](doc, "span", "")
		caption.SetTextContent(name)
		label.AppendChild(input)
		label.AppendChild(caption)
		group.AppendChild(label)
		c.chips = append(c.chips, input)
	}
	p.ui.slots.AppendChild(group)
}

func (p *page) addList(c *slotControl, captions []string) {
	doc := p.ui.doc
	field := create[dom.HTMLElement](doc, "label", "field")
	caption := create[dom.HTMLElement](doc, "span", "field-name")
	caption.SetTextContent(c.slot.Name)
	c.list = create[*dom.HTMLSelectElement](doc, "select", "")
	addOptions(c.list, captions)
	field.AppendChild(caption)
	field.AppendChild(c.list)
	p.ui.slots.AppendChild(field)
}

// addOptions fills a drop-down list. A checkpoint can have hundreds of values: made one by one from here they would keep
// a busy page from answering for 30 ms.
func addOptions(list dom.Element, names []string) {
	js.Global().Get("tintype").Call("options", list.Underlying(), strings.Join(names, "\x00"))
}

// values are the numbers of the values that can be chosen.
func (c *slotControl) values() []int {
	if c.slot.Open {
		return c.shown[1:]
	}
	return c.shown
}

// chosen is the number of the chosen value, -1 for an open slot.
func (c *slotControl) chosen() int {
	at := slices.IndexFunc(c.chips, func(chip *dom.HTMLInputElement) bool { return chip.Checked() })
	if c.list != nil {
		at = c.list.SelectedIndex()
	}
	if at < 0 || at >= len(c.shown) {
		return -1
	}
	return c.shown[at]
}

func (c *slotControl) choose(value int) {
	i := max(slices.Index(c.shown, value), 0)
	if c.list != nil {
		c.list.SetSelectedIndex(i)
	} else if i < len(c.chips) {
		c.chips[i].SetChecked(true)
	}
}

// choice is what goes into the request: one index per slot.
func (p *page) choice() []int {
	out := make([]int, len(p.slots))
	for i := range p.slots {
		out[i] = p.slots[i].chosen()
	}
	return out
}

// restore puts a request's choice back, as far as the slots are the same.
func (p *page) restore(choice []int) {
	for i := range p.slots {
		if i < len(choice) && choice[i] < len(p.slots[i].slot.Values) {
			p.slots[i].choose(choice[i])
		}
	}
}

// matchWords chooses what the text names and says what it did not understand.
func (p *page) matchWords() {
	c := pipeline.Conditioner{Slots: make([]pipeline.Slot, len(p.slots))}
	for i := range p.slots {
		s := p.slots[i].slot
		c.Slots[i].Name = names.Exact(s.Name)
		for _, v := range s.Values {
			c.Slots[i].Values = append(c.Slots[i].Values, names.Exact(v))
		}
	}
	choice, unmatched := c.MatchWords(names.Exact(p.ui.words.Value()))
	p.restore(choice)
	note := wordsHelp
	if len(unmatched) > 0 {
		note = "Not known here, or several are called so: " + strings.Join(unmatched, ", ") + "."
	}
	setNote(p.ui.wordsNote, note)
}

// surprise chooses a value for every slot.
func (p *page) surprise() {
	p.ui.words.SetValue("")
	setNote(p.ui.wordsNote, wordsHelp)
	for i := range p.slots {
		if values := p.slots[i].values(); len(values) > 0 {
			p.slots[i].choose(values[randomBelow(len(values))])
		}
	}
}
