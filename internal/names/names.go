// Package names compares the names of classes, slots and values as people write them. Two machines write one word in
// different bytes: é as one code point or as a letter and an accent, with a space too many, in full-width letters. The
// rule stands in docs/FORMAT.md, "Labels".
package names

import "strings"

// Exact is the form in which a name is itself: normal form C, runs of white space as one space, none at the ends.
func Exact(s string) string {
	return spaced(NFC(s))
}

// NFC is a text in Unicode's normal form C.
func NFC(s string) string {
	if ascii(s) {
		return s
	}
	return normalC(s)
}

// loose is the form in which names are alike: Exact, in normal form KC and without regard to case. Upper case comes
// before lower case, so that ß is ss and a final sigma is a sigma.
func loose(s string) string {
	if ascii(s) {
		return spaced(strings.ToLower(s))
	}
	return spaced(normalKC(folded(normalKC(s))))
}

// ascii texts are in every normal form.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// Find gives the places of the names that text means: those that are exactly it, or else those that are alike. Empty
// names are none.
func Find(list []string, text string) (at []int) {
	for _, form := range []func(string) string{Exact, loose} {
		want := form(text)
		for i, name := range list {
			if want != "" && name != "" && (name == text || form(name) == want) {
				at = append(at, i)
			}
		}
		if at != nil {
			return at
		}
	}
	return nil
}
