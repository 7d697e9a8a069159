package model

import (
	"errors"
	"slices"
	"strings"

	"tintype/core/pipeline"
)

// Holds and Methods are the words by which an edit is asked for; each stands at the place of its value.
var (
	Holds   = []string{pipeline.HoldNothing: "none", pipeline.HoldMask: "mask", pipeline.HoldGrey: "grey", pipeline.HoldBoxes: "boxes"}
	Methods = []string{pipeline.MethodReplace: "replace", pipeline.MethodHard: "hard", pipeline.MethodRestore: "ddrm"}
)

// ParseHold reads a word of Holds.
func ParseHold(word string) (pipeline.Hold, error) { return placeOf[pipeline.Hold](word, Holds) }

// ParseMethod reads a word of Methods.
func ParseMethod(word string) (pipeline.Method, error) {
	return placeOf[pipeline.Method](word, Methods)
}

func placeOf[T ~uint8](word string, words []string) (T, error) {
	i := slices.Index(words, word)
	if i < 0 {
		last := len(words) - 1
		return 0, errors.New(word + ": expected " + strings.Join(words[:last], ", ") + " or " + words[last])
	}
	return T(i), nil
}
