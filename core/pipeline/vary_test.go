package pipeline

import (
	"math"
	"slices"
	"testing"
)

// A variation leads from one seed's picture to the other's, and noise stays as long as noise is.
func TestVary(t *testing.T) {
	m, _ := testModel(t)
	begin := func(seed uint64, v Vary, batch int) []float32 {
		s := m.Defaults()
		s.Seed, s.Vary, s.Batch = seed, v, batch
		return slices.Clone(mustCompile(t, m, s).X())
	}
	near := func(a, b []float32) bool {
		for i := range a {
			if math.Abs(float64(a[i]-b[i])) > 1e-6 {
				return false
			}
		}
		return true
	}
	own, other := begin(5, Vary{}, 1), begin(9, Vary{}, 1)
	if got := begin(5, Vary{9, 0}, 1); !slices.Equal(got, own) {
		t.Error("a variation by nothing begins elsewhere")
	}
	if got := begin(5, Vary{9, 1}, 1); !near(got, other) {
		t.Error("a whole variation does not begin as the other seed")
	}
	if got := begin(5, Vary{5, 0.5}, 1); !near(got, own) {
		t.Error("a variation towards itself begins elsewhere")
	}
	length := func(x []float32) (sum float64) {
		for _, v := range x {
			sum += float64(v) * float64(v)
		}
		return sum
	}
	half := begin(5, Vary{9, 0.5}, 1)
	if l := length(half); l < 0.99*min(length(own), length(other)) || l > 1.01*max(length(own), length(other)) {
		t.Errorf("half way the noise has length %v, its ends %v and %v", l, length(own), length(other))
	}
	both := begin(4, Vary{9, 0.5}, 2)
	if !slices.Equal(both[len(both)/2:], half) {
		t.Error("the second picture of a batch varies otherwise than alone")
	}
	for _, amount := range []float64{-0.1, 1.1, math.NaN()} {
		s := m.Defaults()
		s.Vary = Vary{9, amount}
		if c := refused(t, m, s); c.Setting != SettingVary {
			t.Errorf("amount %v: %v", amount, c)
		}
	}
}
