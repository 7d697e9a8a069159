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

// EditWords is an edit as a message or flags ask for it.
type EditWords struct {
	Strength     float64 // NaN: as much as is usual
	Hold, Method string  // of Holds and Methods
	Factor       int     // hold boxes: their side
	Jump, Times  int     // Jump 0: no travel, however often
}

// The strengths of edits that say none: of a picture to change, and of one that is held to.
const usualStrength, heldStrength = 0.6, 1

// ParseEdit gives an edit's words their types. picture is [H,W,C] in -1..1, mask [H,W] how far each pixel is kept, or nil.
// What belongs to another hold is left out. An error begins with the word's name; whether the edit suits a model is decided
// where it is compiled.
func ParseEdit(w EditWords, picture, mask []float32) (*pipeline.Edit, error) {
	e := &pipeline.Edit{Picture: picture, Mask: mask, Strength: w.Strength}
	var err error
	if e.Hold, err = placeOf[pipeline.Hold]("hold", w.Hold, Holds); err != nil {
		return nil, err
	}
	if e.Method, err = placeOf[pipeline.Method]("method", w.Method, Methods); err != nil {
		return nil, err
	}
	switch {
	case w.Strength == w.Strength:
	case e.Hold == pipeline.HoldNothing:
		e.Strength = usualStrength
	default:
		e.Strength = heldStrength
	}
	if e.Hold == pipeline.HoldBoxes {
		e.Factor = w.Factor
	}
	if w.Jump != 0 {
		e.Jump, e.Times = w.Jump, w.Times
	}
	return e, nil
}

func placeOf[T ~uint8](what, word string, words []string) (T, error) {
	i := slices.Index(words, word)
	if i < 0 {
		last := len(words) - 1
		return 0, errors.New(what + " " + word + ": expected " + strings.Join(words[:last], ", ") + " or " + words[last])
	}
	return T(i), nil
}
