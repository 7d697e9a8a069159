package model

import (
	"slices"
	"strings"
	"testing"

	"tintype/core/arch"
	"tintype/core/pipeline"
	"tintype/weights"
)

func labelled(t *testing.T) *Model {
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

func TestParseLabel(t *testing.T) {
	none, one, two := &Model{}, labelled(t), slotted(t)
	fish, err := pipeline.ClassLabels([]string{"goldfish", "tench, Tinca tinca"}, -1)
	if err != nil {
		t.Fatal(err)
	}
	commas := &Model{Model: pipeline.Model{Cond: fish}}
	for _, c := range []struct {
		model *Model
		text  string
		want  []int
	}{
		{none, "", nil},
		{one, "", []int{-1}},
		{one, "bag", []int{1}},
		{one, "0", []int{0}},
		{one, "7", []int{2}}, // a name before a number
		{one, "class=t-shirt", []int{0}},
		{two, "", []int{-1, -1}},
		{two, "head=dog", []int{1, -1}},
		{two, " body = red , head = 0 ", []int{0, 0}},
		{two, "body=1", []int{-1, 1}},
		{one, "3", []int{-1}}, // the null label
		{one, "-1", []int{-1}},
		{two, "head=null,body=2", []int{-1, -1}},
		{commas, "tench, Tinca tinca", []int{1}},
		{commas, "class=1", []int{1}},
	} {
		got, err := c.model.ParseLabel(c.text)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, %v; want %v", c.text, got, err, c.want)
		}
	}
	for _, c := range []struct {
		model *Model
		text  string
		says  string
	}{
		{none, "cat", "takes no label"},
		{one, "shoe", "t-shirt, Bag, 7"},
		{one, "4", "0 to 2"},
		{one, "-2", "0 to 2"},
		{commas, "-1", "0 to 1"}, // this model has no null label
		{commas, "null", "0 to 1"},
		{two, "head=null,head=cat", "twice"},
		{two, "cat", "slot=value"},
		{two, "tail=long", "head, body"},
		{two, "head=cat,head=dog", "twice"},
		{two, "head=", "no value"},
	} {
		if _, err := c.model.ParseLabel(c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: error %v, want one that says %q", c.text, err, c.says)
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
		{weights.Model{NullLabel: -1}, maxClasses + 1, "at most 65536"},
	} {
		cfg := arch.DefaultUNet2D()
		cfg.NumClassEmbeds = c.rows
		if _, err := conditioner(c.model, cfg, nil); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v and %d rows: error %v, want one that says %q", c.model, c.rows, err, c.says)
		}
	}
}
