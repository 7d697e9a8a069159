package pipeline

import (
	"math"
	"slices"
	"testing"

	"tintype/core/guidance"
)

// Where guidance is off nobody computes its unconditional half, and what is computed is the condition's own estimate.
func TestBoundedGuidanceIsHalfTheWork(t *testing.T) {
	m, net := testModel(t)
	s := m.Defaults()
	s.Batch, s.Guidance.Scale, s.Choice = 3, 4, []int{2}
	s.Guidance.SigmaMin = 1e9
	none := mustCompile(t, m, s)
	finish(t, none)
	if net.passes != 5 || net.rows != 15 {
		t.Errorf("guided nowhere: %d passes of %d pictures, want 5 of 15", net.passes, net.rows)
	}
	s.Guidance = guidance.Options{Scale: 1}
	alone := mustCompile(t, m, s)
	finish(t, alone)
	if !slices.Equal(none.X(), alone.X()) {
		t.Error("guided nowhere it is not what it is without guidance")
	}
	net.passes, net.rows = 0, 0
	s.Guidance = guidance.Options{Scale: 4, SigmaMax: 1}
	part := mustCompile(t, m, s)
	finish(t, part)
	if net.passes != 5 || net.rows <= 15 || net.rows >= 30 {
		t.Errorf("guided at some levels: %d passes of %d pictures", net.passes, net.rows)
	}
	if slices.Equal(part.X(), alone.X()) {
		t.Error("guidance of some levels changes nothing")
	}
	part.Reset(s.Seed, []int{1})
	finish(t, part)
	s.Choice = []int{1}
	other := mustCompile(t, m, s)
	finish(t, other)
	if !slices.Equal(part.X(), other.X()) {
		t.Error("another choice reaches one half only")
	}
}

// Guidance 1 is the conditional estimate at half the work; any other runs both halves in one batch.
func TestGuidanceOneIsConditional(t *testing.T) {
	m, net := testModel(t)
	s := m.Defaults()
	s.Batch, s.Guidance.Scale, s.Choice = 3, 1, []int{2}
	r := mustCompile(t, m, s)
	finish(t, r)
	if net.batches[0] != 3 || net.passes != 5 || net.rows != 15 {
		t.Errorf("guidance 1: planned %v, %d passes of %d pictures", net.batches, net.passes, net.rows)
	}
	s.Guidance.Scale = 1 + 1e-9 // rounds to 1 in float32, yet runs both halves
	both := mustCompile(t, m, s)
	finish(t, both)
	if net.batches[1] != 6 || net.passes != 10 || net.rows != 45 {
		t.Errorf("guidance on: planned %v, %d passes of %d pictures", net.batches, net.passes, net.rows)
	}
	for i, v := range r.X() {
		if math.Abs(float64(v-both.X()[i])) > 1e-6 {
			t.Fatalf("value %d is %v with guidance 1, %v conditionally", i, both.X()[i], v)
		}
	}
	s.Guidance.Scale, s.Choice = 0, []int{2}
	none := mustCompile(t, m, s)
	finish(t, none)
	s.Guidance.Scale, s.Choice = 1, nil
	open := mustCompile(t, m, s)
	finish(t, open)
	for i, v := range open.X() {
		if math.Abs(float64(v-none.X()[i])) > 1e-6 {
			t.Fatalf("value %d is %v with guidance 0, %v without a label", i, none.X()[i], v)
		}
	}
}
