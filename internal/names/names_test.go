package names

import (
	"slices"
	"testing"
)

func TestFind(t *testing.T) {
	list := []string{"bag", "Bag", "caf\u00e9", "ＣＡＴ", "straße", "tench,  Tinca tinca ", "ΟΔΟΣ", "", "crane", "crane", "e\u0301te", "ﬁg"}
	for text, want := range map[string][]int{
		"bag": {0}, "Bag": {1}, "BAG": {0, 1}, // exact before alike
		"cafe\u0301": {2}, "CAFÉ": {2}, "\u00e9te": {10}, // either form
		"cat": {3}, "Cat": {3}, "ＣＡＴ": {3}, "STRASSE": {4}, "οδος": {6}, "fig": {11},
		" tench, Tinca  tinca": {5}, "crane": {8, 9}, "": nil, " ": nil, "cafe": nil,
	} {
		if got := Find(list, text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// A form of a form is itself.
func FuzzForms(f *testing.F) {
	for _, s := range []string{"é", "e\u0301", "ＣＡＴ", "ß", "ΟΔΟΣ", "İı", "ǆ", "\xff", "a \u00a0b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if e := Exact(s); Exact(e) != e {
			t.Errorf("%q: exactly %q, and that %q", s, e, Exact(e))
		}
	})
}
