//go:build js && wasm

package page

import (
	"strings"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/core/pipeline"
	"tintype/wasm/proto"
)

// chipLimit is the number of values up to which all are laid out to be
// clicked; longer slots get a drop-down list.
const chipLimit = 12

// A slotControl lets one slot of the model be chosen.
type slotControl struct {
	slot proto.Slot
	// Of a drop-down list: entry 0 is "any" when the slot may stay open.
	list *dom.HTMLSelectElement
	// Of chips: one radio button per value, "any" first when it is offered.
	chips []*dom.HTMLInputElement
}

// wordsHelp stands below the text box until something cannot be matched.
const wordsHelp = "Words are matched to the choices below; what is not named stays open."

// showSlots makes the controls anew and carries over what was chosen for a
// slot of the same name and value, as when a student's teacher is loaded.
func (p *page) showSlots() {
	before := make(map[string]string)
	for _, c := range p.slots {
		if i := c.chosen(); i >= 0 {
			before[c.slot.Name] = c.slot.Values[i]
		}
	}
	clearChildren(p.ui.slots)
	p.slots = p.slots[:0]
	for _, s := range p.info.Slots {
		c := p.addSlot(s)
		p.slots = append(p.slots, c)
		c.choose(-1)
		for i, v := range s.Values {
			if before[s.Name] == v {
				c.choose(i)
			}
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
		if n := len(c.slot.Values); n > 0 {
			example += " " + c.slot.Values[n/2]
		}
	}
	p.ui.words.SetAttribute("placeholder", example)
}

func (p *page) addSlot(s proto.Slot) slotControl {
	names := s.Values
	if s.Open {
		names = append([]string{"any"}, names...)
	}
	if len(s.Values) <= chipLimit {
		return p.addChips(s, names)
	}
	return p.addList(s, names)
}

func (p *page) addChips(s proto.Slot, names []string) slotControl {
	doc := p.ui.doc
	group := create[dom.HTMLElement](doc, "fieldset", "chips")
	legend := create[dom.HTMLElement](doc, "legend", "")
	legend.SetTextContent(s.Name)
	group.AppendChild(legend)
	c := slotControl{slot: s}
	for _, name := range names {
		label := create[dom.HTMLElement](doc, "label", "chip")
		input := create[*dom.HTMLInputElement](doc, "input", "")
		input.SetType("radio")
		input.SetName("slot-" + s.Name)
		caption := create[dom.HTMLElement](doc, "span", "")
		caption.SetTextContent(name)
		label.AppendChild(input)
		label.AppendChild(caption)
		group.AppendChild(label)
		c.chips = append(c.chips, input)
	}
	p.ui.slots.AppendChild(group)
	return c
}

func (p *page) addList(s proto.Slot, names []string) slotControl {
	doc := p.ui.doc
	field := create[dom.HTMLElement](doc, "label", "field")
	caption := create[dom.HTMLElement](doc, "span", "field-name")
	caption.SetTextContent(s.Name)
	c := slotControl{slot: s, list: create[*dom.HTMLSelectElement](doc, "select", "")}
	addOptions(c.list, names)
	field.AppendChild(caption)
	field.AppendChild(c.list)
	p.ui.slots.AppendChild(field)
	return c
}

// addOptions fills a drop-down list. A checkpoint can have hundreds of values: made one by one from here they would keep
// a busy page from answering for 30 ms.
func addOptions(list dom.Element, names []string) {
	js.Global().Get("tintype").Call("options", list.Underlying(), strings.Join(names, "\x00"))
}

// open is 1 when the first entry is "any".
func (c *slotControl) open() int {
	if c.slot.Open {
		return 1
	}
	return 0
}

// chosen is the index of the chosen value, -1 for an open slot.
func (c *slotControl) chosen() int {
	if c.list != nil {
		return c.list.SelectedIndex() - c.open()
	}
	for i, chip := range c.chips {
		if chip.Checked() {
			return i - c.open()
		}
	}
	return -1
}

func (c *slotControl) choose(value int) {
	i := max(value+c.open(), 0)
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
		c.Slots[i] = pipeline.Slot{Name: p.slots[i].slot.Name, Values: p.slots[i].slot.Values}
	}
	choice, unmatched := c.MatchWords(p.ui.words.Value())
	p.restore(choice)
	note := wordsHelp
	if len(unmatched) > 0 {
		note = "Not known here: " + strings.Join(unmatched, ", ") + "."
	}
	setNote(p.ui.wordsNote, note)
}

// surprise chooses a value for every slot.
func (p *page) surprise() {
	p.ui.words.SetValue("")
	setNote(p.ui.wordsNote, wordsHelp)
	for i := range p.slots {
		p.slots[i].choose(randomBelow(len(p.slots[i].slot.Values)))
	}
}
