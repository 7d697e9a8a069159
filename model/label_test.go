package model

import (
	"slices"
	"strings"
	"testing"

	"tintype/core/arch"
	"tintype/core/limits"
	"tintype/core/pipeline"
	"tintype/weights"
)

func labelled(t testing.TB) *Model {
	t.Helper()
	cond, err := pipeline.ClassLabels([]string{"t-shirt", "Bag", "7"}, 3)
	if err != nil {
		t.Fatal(err)
	}
	return &Model{Model: pipeline.Model{Cond: cond}}
}

func slotted(t testing.TB) *Model {
	t.Helper()
	const dim = 2
	slots := []pipeline.Slot{
		{Name: "head", Values: []string{"cat", "dog"}, Table: make([]float32, 3*dim)},
		{Name: "body", Values: []string{"red", "1"}, Table: make([]float32, 3*dim)},
	}
	cond, err := pipeline.Attributes(slots, dim)
	if err != nil {
		t.Fatal(err)
	}
	return &Model{Model: pipeline.Model{Cond: cond}}
}

func classesOf(t testing.TB, null int, names ...string) *Model {
	t.Helper()
	cond, err := pipeline.ClassLabels(names, null)
	if err != nil {
		t.Fatal(err)
	}
	return &Model{Model: pipeline.Model{Cond: cond}}
}

// labelCase is a text and what it means to a model, or what the error says.
type labelCase struct {
	model *Model
	text  string
	want  []int
	says  string
}

func labelCases(t testing.TB) []labelCase {
	none, one, two := &Model{}, labelled(t), slotted(t)
	fish := classesOf(t, -1, "goldfish", "tench, Tinca tinca", `the "great" one`, "a=b")
	twice := classesOf(t, -1, "crane", "dog", "crane", "Bag", "bag", "#0")
	form := classesOf(t, -1, "caf\u00e9", "e\u0301te\u0301", "ＣＡＴ", "straße", "ΟΔΟΣ", "left  right", "x²", "x2")
	digits := classesOf(t, 0, "", "0", "1", "2") // class 0 is any and has no name, class 1 is called 0
	anyNamed := classesOf(t, 1, "a", "whatever", "b")
	return []labelCase{
		{none, "", nil, ""},
		{one, "", []int{-1}, ""},
		{one, "bag", []int{1}, ""},
		{one, "0", []int{0}, ""},
		{one, "7", []int{2}, ""}, // a name before a number
		{one, "class=t-shirt", []int{0}, ""},
		{two, "", []int{-1, -1}, ""},
		{two, "head=dog", []int{1, -1}, ""},
		{two, " body = red , head = 0 ", []int{0, 0}, ""},
		{two, "body=1", []int{-1, 1}, ""},
		{two, "body=#1,head=#0", []int{0, 1}, ""},
		{one, "3", []int{-1}, ""}, // the null label
		{one, "#3", []int{-1}, ""},
		{one, "-1", []int{-1}, ""},
		{one, "any", []int{-1}, ""},
		{two, "head=null,body=2", []int{-1, -1}, ""},
		{one, "#2", []int{2}, ""},
		{one, "002", []int{2}, ""},
		{fish, "tench, Tinca tinca", []int{1}, ""},
		{fish, "class=1", []int{1}, ""},
		{fish, `class="tench, Tinca tinca"`, []int{1}, ""},
		{fish, `"Tench, tinca TINCA"`, []int{1}, ""},
		{fish, `the "great" one`, []int{2}, ""},
		{fish, `class="the ""great"" one"`, []int{2}, ""},
		{fish, "a=b", []int{3}, ""},
		{fish, "class=a=b", []int{3}, ""},
		{twice, "dog", []int{1}, ""},
		{twice, "2", []int{2}, ""},
		{twice, "class=#2", []int{2}, ""},
		{twice, "bag", []int{4}, ""},
		{twice, "Bag", []int{3}, ""},
		{twice, "#0", []int{0}, ""},
		{twice, `"#0"`, []int{5}, ""},
		{form, "cafe\u0301", []int{0}, ""},
		{form, "CAFE\u0301", []int{0}, ""},
		{form, "\u00e9t\u00e9", []int{1}, ""},
		{form, "cat", []int{2}, ""},
		{form, "STRASSE", []int{3}, ""},
		{form, "οδος", []int{4}, ""},
		{form, " left\tright ", []int{5}, ""},
		{form, "x2", []int{7}, ""},
		{form, "x²", []int{6}, ""},
		{digits, "0", []int{1}, ""},
		{digits, "#1", []int{1}, ""},
		{digits, "#0", []int{-1}, ""},
		{digits, "2", []int{3}, ""},
		{digits, "3", []int{3}, ""},
		{anyNamed, "Whatever", []int{-1}, ""},
		{anyNamed, "1", []int{-1}, ""},
		{anyNamed, "b", []int{2}, ""},

		{none, "cat", nil, "takes no"},
		{one, "shoe", nil, "t-shirt, Bag, 7"},
		{one, "4", nil, "0 to 2"},
		{one, "+2", nil, "0 to 2"},
		{one, "-2", nil, "0 to 2"},
		{one, " ", nil, "no value"},
		{one, `"0"`, nil, "no value"},
		{one, "99999999999999999999", nil, "0 to 2"},
		{fish, "-1", nil, "0 to 3"}, // this model has no null label
		{fish, "null", nil, "0 to 3"},
		{fish, "any", nil, "0 to 3"},
		{fish, "tench", nil, "no value"},
		{two, "head=null,head=cat", nil, "twice"},
		{two, "cat", nil, "slot=value"},
		{two, "head=cat,red", nil, "slot=value"},
		{two, "tail=long", nil, "head, body"},
		{two, "head=cat,head=dog", nil, "twice"},
		{two, "head=", nil, "no value"},
		{two, "head=cat,", nil, "slot=value"},
		{two, `head="cat`, nil, "not closed"},
		{two, `head="cat"s`, nil, "comma"},
		{twice, "crane", nil, "#0 or #2"},
		{twice, "class=Crane", nil, "#0 or #2"},
		{twice, "BAG", nil, "#3 or #4"},
		{form, "X2", nil, "#6 or #7"},
		{form, "cafe", nil, "no value"},
		{digits, "#4", nil, "0 to 3"},
	}
}

func TestParseLabel(t *testing.T) {
	for _, c := range labelCases(t) {
		got, err := c.model.ParseLabel(c.text)
		switch {
		case c.says == "" && (err != nil || !slices.Equal(got, c.want)):
			t.Errorf("%q: %v, %v; want %v", c.text, got, err, c.want)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%q: %v, %v; want an error that says %q", c.text, got, err, c.says)
		}
	}
}

// Rows without names have their numbers for names, but for the null class, which is asked for by leaving it out.
func TestNullClassIsAnyRow(t *testing.T) {
	for _, c := range []struct {
		null int
		want []string
	}{{-1, []string{"0", "1", "2"}}, {0, []string{"", "1", "2"}}, {1, []string{"0", "", "2"}}, {2, []string{"0", "1"}}} {
		cond, err := classes(weights.Model{NullLabel: c.null}, 3)
		if err != nil || !slices.Equal(cond.Slots[0].Values, c.want) || cond.CanBeOpen() != (c.null >= 0) {
			t.Errorf("null %d: %+v, %v, want %q", c.null, cond, err, c.want)
		}
	}
	// Of more rows than names the others have none; they are classes all the same.
	for _, c := range []struct {
		null int
		want []string
	}{{-1, []string{"a", "b", "", ""}}, {3, []string{"a", "b", ""}}, {1, []string{"a", "b", "", ""}}} {
		labels := make([]string, 2, 8)
		copy(labels, []string{"a", "b"})
		cond, err := classes(weights.Model{Labels: labels, NullLabel: c.null}, 4)
		if err != nil || !slices.Equal(cond.Slots[0].Values, c.want) || labels[:3][2] != "" {
			t.Errorf("null %d: %+v, %v, want %q", c.null, cond, err, c.want)
		}
		if got, err := (&Model{Model: pipeline.Model{Cond: cond}}).ParseLabel("2"); err != nil || got[0] != 2 {
			t.Errorf("class 2: %v, %v", got, err)
		}
	}
}

// What a checkpoint says of its classes must fit the network.
func TestConditionerRefusesContradictions(t *testing.T) {
	for _, c := range []struct {
		model weights.Model
		rows  int // of the network's table; 0: it takes no class
		says  string
	}{
		{weights.Model{NullLabel: -1, Labels: []string{"cat"}}, 0, "takes no class"},
		{weights.Model{NullLabel: 3}, 0, "takes no class"},
		{weights.Model{NullLabel: -1, Labels: []string{"cat", "dog", "owl"}}, 2, "name 3 classes"},
		{weights.Model{NullLabel: 2, Labels: []string{"cat", "dog"}}, 2, "name 3 classes"},
		{weights.Model{NullLabel: -1}, limits.Classes + 1, "at most 65536"},
	} {
		cfg := arch.DefaultUNet2D()
		cfg.NumClassEmbeds = c.rows
		if _, err := conditioner(c.model, cfg, nil); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v and %d rows: error %v, want one that says %q", c.model, c.rows, err, c.says)
		}
	}
}
