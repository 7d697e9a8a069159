package recipe

import "strings"

// Find is the first recipe that stands in a text of anybody's, as it is or at the end of a link, "" if there is none.
// What XML makes of & is undone, and the punctuation of a sentence is not taken for the recipe's.
func Find(text string) string {
	if !strings.Contains(text, "model=") {
		return ""
	}
	text = strings.ReplaceAll(text, "&amp;", "&")
	for words := range strings.FieldsFuncSeq(text, func(c rune) bool { return c >= 0x80 || !allowed(byte(c)) }) {
		words = strings.Trim(words, "&.,:")
		if _, err := Parse(words); err == nil {
			return words
		}
	}
	return ""
}
