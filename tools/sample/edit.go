package main

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"tintype/core/pipeline"
	"tintype/internal/command"
	"tintype/internal/decimal"
	"tintype/model"
)

// editFlags say which picture a run begins with, and what it is held to.
type editFlags struct {
	init, mask, hold, method, travel string
	strength                         float64
	given                            struct{ init, strength, mask, hold, method, travel *command.Flag }
}

func (e *editFlags) define(s *command.Set) {
	e.given.init = s.Text(&e.init, "init", "FILE", "picture to begin with or to hold to: PNG, JPEG, WebP or GIF, of the model's size")
	e.given.strength = s.Number(&e.strength, "strength", "X", -inf, inf, "how much is drawn anew, above 0 to 1 (default 0.6; 1 beside "+
		"-mask or -hold)\n: the share of the way from noise that is run")
	e.given.mask = s.Text(&e.mask, "mask", "FILE", "picture of -init's size: white is drawn anew, black is kept\n, grey in between; of strokes of one "+
		"colour on a transparent ground what is opaque is drawn anew")
	e.given.hold = s.Text(&e.hold, "hold", "WHAT", "else of -init is kept: grey, or boxes:N\n: grey has its colours drawn, boxes:N the detail within N x N pixels")
	e.given.method = s.OneOf(&e.method, "method", model.Methods, "how it is kept (default replace)").Rare()
	e.given.travel = s.Text(&e.travel, "travel", "J,R", "go back J steps and take them again, R times in all (RePaint; with -method replace)").Rare()
}

func (e *editFlags) check() error {
	for _, f := range []*command.Flag{e.given.strength, e.given.mask, e.given.hold, e.given.method, e.given.travel} {
		if err := f.Needs(e.given.init, "a picture to keep something of"); err != nil {
			return err
		}
	}
	return command.Both(e.given.mask, e.given.hold)
}

// edit reads the files; nil if none was named.
func (e *editFlags) edit(m *model.Model, photos *photoFlags) (*pipeline.Edit, error) {
	if e.init == "" {
		return nil, nil
	}
	words, err := e.words()
	if err != nil {
		return nil, err
	}
	picture, err := photos.read(e.init, m)
	if err != nil {
		return nil, fmt.Errorf("-init: %w", err)
	}
	var mask []float32
	if e.mask != "" {
		if mask, err = photos.mask(e.mask, m); err != nil {
			return nil, fmt.Errorf("-mask: %w", err)
		}
	}
	out, err := model.ParseEdit(words, picture, mask)
	if err != nil {
		return nil, fmt.Errorf("-%w", err)
	}
	return out, nil
}

// words are what the flags say beside the files.
func (e *editFlags) words() (w model.EditWords, err error) {
	w = model.EditWords{Strength: math.NaN(), Hold: "none", Method: cmp.Or(e.method, "replace")}
	if e.given.strength.Given() {
		w.Strength = e.strength
	}
	switch side, boxes := strings.CutPrefix(e.hold, "boxes:"); {
	case e.mask != "":
		w.Hold = "mask"
	case e.hold == "grey":
		w.Hold = "grey"
	case e.hold != "":
		w.Hold = "boxes"
		if w.Factor, err = decimal.Int(side); !boxes || err != nil {
			return w, fmt.Errorf("-hold %q: expected grey, or boxes:N such as boxes:4", e.hold)
		}
	}
	if e.travel != "" {
		jump, times, _ := strings.Cut(e.travel, ",")
		if w.Jump, err = decimal.Int(jump); err == nil {
			w.Times, err = decimal.Int(times)
		}
		if err != nil || w.Jump < 1 || w.Times < 1 {
			return w, fmt.Errorf("-travel %q: expected two whole numbers of 1 or more, such as 5,4", e.travel)
		}
	}
	return w, nil
}
