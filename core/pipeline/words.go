package pipeline

import (
	"sort"
	"strings"
	"unicode"
)

// maxWords bounds how much of a text is looked at; the rest is reported as unmatched.
const maxWords = 256

// glue holds words that join others; outside of a longer match they are passed over in silence.
var glue = map[string]bool{"a": true, "an": true, "the": true, "with": true, "and": true, "of": true, "in": true,
	"on": true, "wearing": true, "has": true, "his": true, "her": true, "its": true, "is": true}

// MatchWords finds values in a text: choice has one entry per slot, Open where nothing was found; unmatched lists
// the words that were not understood, in lower case and in order.
//
// Case does not matter. Text and values are cut into words at everything that is neither letter nor digit, and a
// value may be written in one word or in several: "wizard hat" is "wizardhat", "square black" is "square-black".
// First come slot=value and slot:value, which know no other slot; then, from left to right, the longest run of words
// that is a value; then runs that a value begins or ends with. Among runs of one length these win, in this order:
//
//   - the slot named right before or after the run ("blue glasses", "head cat"), where a part of a value is enough
//   - the slot with the most values: a word that fits several is most likely meant there
//   - the shortest value, then the first
//
// A slot is filled once; what would fill it again is unmatched, and so is what spells several values of one slot: of
// those that differ in case alone the text's own case decides. A value without a name is never found.
func (c *Conditioner) MatchWords(text string) (choice []int, unmatched []string) {
	m := newMatcher(c)
	words := m.assignments(cut(text))
	words = m.take(words, false)
	words = m.take(words, true)
	for _, w := range words {
		if !glue[w.text] {
			m.unmatched = append(m.unmatched, w)
		}
	}
	return m.choice, m.rest()
}

// word is a word of the text and its place in it; joins reports that it stands right before "=" or ":".
type word struct {
	text  string // in lower case
	as    string // it was written
	at    int
	joins bool
}

// cut splits a text into words.
func cut(text string) []word {
	var words []word
	start := -1
	text += " "
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			words = append(words, word{text: strings.ToLower(text[start:i]), as: text[start:i], at: len(words)})
			start = -1
		}
		if (r == '=' || r == ':') && len(words) > 0 {
			words[len(words)-1].joins = true
		}
	}
	return words
}

// matcher holds the words of every value and what is chosen so far.
type matcher struct {
	names     []string     // of the slots, lower case
	values    [][][]string // [slot][value] words
	joined    [][]string   // [slot][value] the words without anything between
	written   [][]string   // the same in their own case
	longestOf int          // words of the longest run that can be a value
	choice    []int
	unmatched []word
}

func newMatcher(c *Conditioner) *matcher {
	m := &matcher{values: make([][][]string, len(c.Slots)), joined: make([][]string, len(c.Slots)),
		written: make([][]string, len(c.Slots)), choice: make([]int, len(c.Slots))}
	for i, s := range c.Slots {
		m.choice[i] = Open
		m.names = append(m.names, strings.ToLower(s.Name))
		for _, v := range s.Values {
			var w []string
			written := ""
			for _, x := range cut(v) {
				w = append(w, x.text)
				written += x.as
			}
			m.written[i] = append(m.written[i], written)
			m.values[i] = append(m.values[i], w)
			m.joined[i] = append(m.joined[i], strings.Join(w, ""))
			m.longestOf = max(m.longestOf, len(w)+1) // one more: a word of it may be written as two
		}
	}
	return m
}

// assignments takes every slot=value out of the words and returns the others.
func (m *matcher) assignments(words []word) []word {
	if len(words) > maxWords {
		m.unmatched = append(m.unmatched, words[maxWords:]...)
		words = words[:maxWords]
	}
	var rest []word
	for i := 0; i < len(words); {
		slot := m.slotNamed(words[i].text)
		if !words[i].joins || slot < 0 {
			rest = append(rest, words[i])
			i++
			continue
		}
		i++
		n := min(m.longestOf, len(words)-i)
		for ; n > 0; n-- {
			if v := m.find(slot, words[i:i+n], true); v >= 0 && m.choice[slot] == Open {
				m.choice[slot] = v
				break
			}
		}
		if n == 0 && i < len(words) { // the value is unknown, or the slot is filled
			m.unmatched = append(m.unmatched, words[i])
			n = 1
		}
		i += n
	}
	return rest
}

// take fills slots from the words and returns the words left. With part, parts of values count too.
func (m *matcher) take(words []word, part bool) (left []word) {
	for i := 0; i < len(words); {
		n := m.longest(words[i:], part)
		if n == 0 {
			left = append(left, words[i])
			n = 1
		}
		i += n
	}
	return left
}

// longest fills a slot from the longest run that the words begin with and returns how many words that took.
func (m *matcher) longest(words []word, part bool) int {
	longest := 1
	for longest < min(m.longestOf+1, len(words)) && words[longest].at == words[0].at+longest {
		longest++
	}
	for n := longest; n > 0; n-- {
		if n > 1 { // the slot's own name, before the run or after it
			for _, c := range [2]struct {
				name word
				run  []word
			}{{words[0], words[1:n]}, {words[n-1], words[:n-1]}} {
				if slot := m.slotNamed(c.name.text); m.open(slot) {
					if v := m.find(slot, c.run, true); v >= 0 {
						m.choice[slot] = v
						return n
					}
				}
			}
		}
		if slot, v := m.best(words[:n], part); v >= 0 {
			m.choice[slot] = v
			return n
		}
	}
	return 0
}

// best is the open slot and value that fit a run best; -1, -1 if none does.
func (m *matcher) best(run []word, part bool) (slot, value int) {
	slot, value = -1, -1
	for s := range m.values {
		if !m.open(s) || value >= 0 && len(m.values[s]) <= len(m.values[slot]) {
			continue
		}
		if v := m.find(s, run, part); v >= 0 {
			slot, value = s, v
		}
	}
	return slot, value
}

// find is the value of a slot that a run spells; with part, else the shortest that begins or ends with the run; -1
// if there is none, or several that are spelt so. A single word of one or two letters, or one that only joins, is never
// a part.
func (m *matcher) find(slot int, run []word, part bool) int {
	if v, spelt := m.spelt(slot, run); spelt {
		return v
	}
	value := -1
	if !part || len(run) == 1 && (len(run[0].text) < 3 || glue[run[0].text]) {
		return value
	}
	for v, words := range m.values[slot] {
		if len(words) < len(run) || !same(words[:len(run)], run) && !same(words[len(words)-len(run):], run) {
			continue
		}
		if value < 0 || len(words) < len(m.values[slot][value]) {
			value = v
		}
	}
	return value
}

// spelt is the one value that a run spells; -1, true if these are several.
func (m *matcher) spelt(slot int, run []word) (value int, spelt bool) {
	lower, written := "", ""
	for _, w := range run {
		lower += w.text
		written += w.as
	}
	alike, exact := 0, 0
	for v, joined := range m.joined[slot] {
		if joined != lower {
			continue
		}
		alike++
		if m.written[slot][v] == written {
			exact++
			value = v
		} else if exact == 0 {
			value = v
		}
	}
	if alike > 1 && exact != 1 {
		value = -1
	}
	return value, alike > 0
}

func (m *matcher) open(slot int) bool { return slot >= 0 && m.choice[slot] == Open }

// slotNamed is the slot of a name; -1 if there is none.
func (m *matcher) slotNamed(name string) int {
	for i, n := range m.names {
		if n == name {
			return i
		}
	}
	return -1
}

// rest is the unmatched words in the text's order.
func (m *matcher) rest() []string {
	sort.SliceStable(m.unmatched, func(i, j int) bool { return m.unmatched[i].at < m.unmatched[j].at })
	var out []string
	for _, w := range m.unmatched {
		out = append(out, w.text)
	}
	return out
}

func same(words []string, run []word) bool {
	for i, w := range words {
		if w != run[i].text {
			return false
		}
	}
	return true
}
