package main

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"strconv"
	"strings"

	"tintype/core/pipeline"
	"tintype/model"
)

// editFlags say which picture a run begins with, and what it is held to.
type editFlags struct {
	init, mask, hold, method, travel string
	strength                         float64
}

func (e *editFlags) define(flags *flag.FlagSet) {
	flags.StringVar(&e.init, "init", "", "PNG `file` to begin with or to hold to, of the model's size")
	flags.Float64Var(&e.strength, "strength", 0, "how much of the way from noise is run, above 0 to 1 `X`: less keeps more of -init "+
		"(default 0.6; 1 beside -mask or -hold)")
	flags.StringVar(&e.mask, "mask", "", "PNG `file` of -init's size: white is drawn anew, black is kept, grey in between")
	flags.StringVar(&e.hold, "hold", "", "`WHAT` else of -init is kept: grey (colours are drawn), boxes:N (detail within N x N pixels is drawn)")
	flags.StringVar(&e.method, "method", "replace", "`NAME` of how it is kept: replace, hard, ddrm")
	flags.StringVar(&e.travel, "travel", "", "`J,R`: go back J steps and take them again, R times in all (RePaint; with -method replace)")
}

// methods are the names of -method.
var methods = map[string]pipeline.Method{"replace": pipeline.MethodReplace, "hard": pipeline.MethodHard, "ddrm": pipeline.MethodRestore}

// edit reads the files; nil if none was named.
func (e *editFlags) edit(m *model.Model) (*pipeline.Edit, error) {
	if e.init == "" {
		if e.mask != "" || e.hold != "" || e.strength != 0 || e.travel != "" {
			return nil, errors.New("-mask, -hold, -strength and -travel need -init: a picture to keep something of")
		}
		return nil, nil
	}
	out := &pipeline.Edit{Strength: e.strength}
	var err error
	if out.Picture, err = readPicture(e.init, m); err != nil {
		return nil, fmt.Errorf("-init: %w", err)
	}
	if err := e.readHold(out, m); err != nil {
		return nil, err
	}
	if out.Strength == 0 {
		out.Strength = 0.6
		if out.Hold != pipeline.HoldNothing {
			out.Strength = 1
		}
	}
	var ok bool
	if out.Method, ok = methods[e.method]; !ok {
		return nil, fmt.Errorf("-method %q: expected replace, hard or ddrm", e.method)
	}
	if e.travel != "" {
		jump, times, _ := strings.Cut(e.travel, ",")
		if out.Jump, err = strconv.Atoi(jump); err == nil {
			out.Times, err = strconv.Atoi(times)
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
	case e.mask != "" && e.hold != "":
		return errors.New("-mask and -hold contradict each other: give one")
	case e.mask != "":
		out.Hold = pipeline.HoldMask
		if out.Mask, err = readMask(e.mask, m); err != nil {
			return fmt.Errorf("-mask: %w", err)
		}
	case e.hold == "grey":
		out.Hold = pipeline.HoldGrey
	case e.hold != "":
		side, ok := strings.CutPrefix(e.hold, "boxes:")
		if out.Factor, err = strconv.Atoi(side); !ok || err != nil {
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
