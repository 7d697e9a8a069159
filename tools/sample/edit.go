package main

import (
	"fmt"
	"image"
	"image/png"
	"os"
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
	e.given.init = s.Text(&e.init, "init", "FILE", "PNG to begin with or to hold to, of the model's size")
	e.given.strength = s.Number(&e.strength, "strength", "X", -inf, inf, "how much is drawn anew, above 0 to 1 (default 0.6; 1 beside "+
		"-mask or -hold)\n: the share of the way from noise that is run")
	e.given.mask = s.Text(&e.mask, "mask", "FILE", "PNG of -init's size: white is drawn anew, black is kept\n, grey in between")
	e.given.hold = s.Text(&e.hold, "hold", "WHAT", "else of -init is kept: grey, or boxes:N\n: grey has its colours drawn, boxes:N the detail within N x N pixels")
	e.given.method = s.OneOf(&e.method, "method", []string{"replace", "hard", "ddrm"}, "how it is kept (default replace)").Rare()
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

// methods are the names of -method.
var methods = map[string]pipeline.Method{"": pipeline.MethodReplace, "replace": pipeline.MethodReplace, "hard": pipeline.MethodHard, "ddrm": pipeline.MethodRestore}

// edit reads the files; nil if none was named.
func (e *editFlags) edit(m *model.Model) (*pipeline.Edit, error) {
	if e.init == "" {
		return nil, nil
	}
	out := &pipeline.Edit{Strength: e.strength, Method: methods[e.method]}
	var err error
	if out.Picture, err = readPicture(e.init, m); err != nil {
		return nil, fmt.Errorf("-init: %w", err)
	}
	if err := e.readHold(out, m); err != nil {
		return nil, err
	}
	if !e.given.strength.Given() {
		out.Strength = 0.6
		if out.Hold != pipeline.HoldNothing {
			out.Strength = 1
		}
	}
	if e.travel != "" {
		jump, times, _ := strings.Cut(e.travel, ",")
		if out.Jump, err = decimal.Int(jump); err == nil {
			out.Times, err = decimal.Int(times)
		}
		if err != nil {
			return nil, fmt.Errorf("-travel %q: expected two whole numbers, such as 5,4", e.travel)
		}
	}
	return out, nil
}

// readHold reads -mask and -hold, of which there is one at most.
func (e *editFlags) readHold(out *pipeline.Edit, m *model.Model) (err error) {
	switch {
	case e.mask != "":
		out.Hold = pipeline.HoldMask
		if out.Mask, err = readMask(e.mask, m); err != nil {
			return fmt.Errorf("-mask: %w", err)
		}
	case e.hold == "grey":
		out.Hold = pipeline.HoldGrey
	case e.hold != "":
		side, ok := strings.CutPrefix(e.hold, "boxes:")
		if out.Factor, err = decimal.Int(side); !ok || err != nil {
			return fmt.Errorf("-hold %q: expected grey, or boxes:N such as boxes:4", e.hold)
		}
		out.Hold = pipeline.HoldBoxes
	}
	return nil
}

// readPNG decodes a picture of the model's size.
func readPNG(path string, m *model.Model) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, w, _ := m.PictureSize()
	size, err := png.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: expected a PNG file", path, err)
	}
	if size.Width != w || size.Height != h {
		return nil, fmt.Errorf("%s is %d x %d pixels, expected the model's %d x %d", path, size.Width, size.Height, w, h)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	img, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return img, nil
}

// readPicture gives [H,W,C] in -1..1; a model of grey pictures takes the luminance.
func readPicture(path string, m *model.Model) ([]float32, error) {
	img, err := readPNG(path, m)
	if err != nil {
		return nil, err
	}
	h, w, c := m.PictureSize()
	out := make([]float32, 0, h*w*c)
	for y := range h {
		for x := range w {
			px := img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y)
			r, g, b, _ := px.RGBA()
			if c == 1 {
				out = append(out, unit(luminance(r, g, b)))
				continue
			}
			out = append(out, unit(r), unit(g), unit(b))
		}
	}
	return out, nil
}

// readMask gives [H,W], how far each pixel is kept: 1 where the mask is black.
func readMask(path string, m *model.Model) ([]float32, error) {
	img, err := readPNG(path, m)
	if err != nil {
		return nil, err
	}
	h, w, _ := m.PictureSize()
	out := make([]float32, 0, h*w)
	for y := range h {
		for x := range w {
			r, g, b, _ := img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y).RGBA()
			out = append(out, 1-float32(luminance(r, g, b))/0xffff)
		}
	}
	return out, nil
}

// luminance is that of ITU-R BT.601, as image/color has it.
func luminance(r, g, b uint32) uint32 { return (19595*r + 38470*g + 7471*b + 1<<15) >> 16 }

// unit maps 0..65535 to -1..1.
func unit(v uint32) float32 { return float32(v)/32767.5 - 1 }
