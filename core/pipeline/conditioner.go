package pipeline

import (
	"fmt"

	"tintype/core/tensor"
)

// Open is the choice of a slot that is left open.
const Open = -1

// Conditioner turns a choice of values into what the network is conditioned on. It has slots, each with named
// values; one value, or none, is chosen in each.
type Conditioner struct {
	Slots []Slot
	kind  condKind
	null  int // labels: the class that stands for none; -1: there is no such class
	dim   int // rows: the length of one
}

// Slot is one thing that can be chosen.
type Slot struct {
	Name   string
	Values []string

	// Table holds one row per value and a last one for a slot left open, [len(Values)+1, dim]; nil for a class label,
	// whose table is the network's own.
	Table []float32
}

type condKind uint8

const (
	condLabels condKind = iota
	condRows
	condTime // no slots: the network reads where a step ends
)

// ClassLabels conditions on one of the named classes, class i being label i. null is the label that stands for no
// class, or -1 if the network knows none; it may be among the names, and have the empty one.
func ClassLabels(names []string, null int) (*Conditioner, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("pipeline: labels: no class is named")
	}
	return &Conditioner{Slots: []Slot{{Name: "class", Values: names}}, kind: condLabels, null: null}, nil
}

// Attributes conditions on the sum of one row of each slot's table, given to the network as its ready class
// embedding of length dim.
func Attributes(slots []Slot, dim int) (*Conditioner, error) {
	if len(slots) == 0 || dim < 1 {
		return nil, fmt.Errorf("pipeline: attributes: %d slots of rows of %d, expected at least one of each", len(slots), dim)
	}
	for _, s := range slots {
		if want := (len(s.Values) + 1) * dim; len(s.Table) != want {
			return nil, fmt.Errorf("pipeline: attributes: slot %q: table of %d values, expected %d", s.Name, len(s.Table), want)
		}
	}
	return &Conditioner{Slots: slots, kind: condRows, null: Open, dim: dim}, nil
}

// SecondTime conditions on the end of each step, which is nobody's to choose: there are no slots.
func SecondTime() *Conditioner { return &Conditioner{kind: condTime, null: Open} }

// Bytes is what the tables take.
func (c *Conditioner) Bytes() (n int64) {
	if c == nil {
		return 0
	}
	for _, s := range c.Slots {
		n += 4 * int64(len(s.Table))
	}
	return n
}

// CanBeOpen reports whether a slot can be left open: guidance needs that, too.
func (c *Conditioner) CanBeOpen() bool { return c.kind == condRows || c.null >= 0 }

// NullRow is the number of the row that stands for the slot left open, -1 if there is none. Chosen as a value it means
// the same.
func (c *Conditioner) NullRow(slot int) int {
	if c.kind == condRows {
		return len(c.Slots[slot].Values)
	}
	return c.null
}

// check returns an error unless the choice is one of this conditioner's. A nil choice leaves every slot open.
func (c *Conditioner) check(choice []int) error {
	if c == nil {
		if len(choice) > 0 {
			return clash(SettingChoice, "leave the label out", "the model takes no label")
		}
		return nil
	}
	if choice != nil && len(choice) != len(c.Slots) {
		return clash(SettingChoice, fmt.Sprintf("give one value for each of %d slots", len(c.Slots)), "%d values", len(choice))
	}
	for i, s := range c.Slots {
		v := Open
		if choice != nil {
			v = choice[i]
		}
		if v == Open && !c.CanBeOpen() {
			return clash(SettingChoice, "choose a "+s.Name, "the model has no null label, so its %s cannot be left open", s.Name)
		}
		if v < Open || v >= len(s.Values) {
			return clash(SettingChoice, fmt.Sprintf("use 0 to %d, or -1 to leave it open", len(s.Values)-1),
				"%s %d does not exist", s.Name, v)
		}
	}
	return nil
}

// NewCond makes the rows of n pictures, nil where the network takes no condition.
func (c *Conditioner) NewCond(n int) *tensor.Cond {
	switch {
	case c == nil:
		return nil
	case c.kind == condRows:
		return &tensor.Cond{Rows: make([]float32, n*c.dim)}
	}
	if c.kind == condTime {
		return &tensor.Cond{Values: make([]float32, n)}
	}
	return &tensor.Cond{Labels: make([]int32, n), Values: make([]float32, n)}
}

// fill writes the rows of pictures [from, to). A nil choice leaves every slot open. It allocates nothing.
func (c *Conditioner) fill(dst *tensor.Cond, from, to int, choice []int) {
	if c == nil || c.kind == condTime {
		return
	}
	for k := from; k < to; k++ {
		if c.kind == condRows {
			c.sum(dst.Rows[k*c.dim:][:c.dim], choice)
			continue
		}
		label := c.null
		if choice != nil && choice[0] != Open {
			label = choice[0]
		}
		dst.Labels[k], dst.Values[k] = int32(label), float32(label)
	}
}

// sum adds the chosen rows in the slots' order.
func (c *Conditioner) sum(dst []float32, choice []int) {
	clear(dst)
	for i, s := range c.Slots {
		row := c.NullRow(i)
		if choice != nil && choice[i] != Open {
			row = choice[i]
		}
		for j, v := range s.Table[row*c.dim:][:c.dim] {
			dst[j] += v
		}
	}
}
