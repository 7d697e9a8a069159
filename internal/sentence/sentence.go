// Package sentence makes sentences for people out of the reasons that errors and tables give.
package sentence

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Capital writes the first letter large, whatever its script.
func Capital(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 || first == utf8.RuneError {
		return words
	}
	return string(unicode.ToTitle(first)) + words[size:]
}

// Of makes a reason a sentence: a capital and a full stop. No reason is no sentence.
func Of(reason string) string {
	if reason == "" {
		return ""
	}
	return Capital(strings.TrimSuffix(reason, ".")) + "."
}
