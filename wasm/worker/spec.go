//go:build js && wasm

package worker

import (
	"errors"
	"syscall/js"

	"tintype/core/pipeline"
	"tintype/model"
	"tintype/wasm/proto"
)

// specs turns a request's names into typed settings, one Spec for each leg and
// one for the end; what the request leaves out is the checkpoint's own.
func (c *checkpoint) specs(m proto.Sample) ([]pipeline.Spec, error) {
	end := c.model.Defaults()
	if m.Grid != "" {
		var err error
		if end.Grid, err = model.GridNamed(m.Grid); err != nil {
			return nil, err
		}
	}
	if m.Steps != 0 {
		end.Steps = m.Steps
	}
	legs := append(m.Before[:len(m.Before):len(m.Before)], proto.Leg{
		Seed: m.Seed, Choice: m.Choice, Solver: m.Solver, Guidance: m.Guidance, Rescale: m.Rescale, Settings: m.Settings,
	})
	specs := make([]pipeline.Spec, len(legs))
	for i, l := range legs {
		var err error
		if specs[i], err = leg(end, l); err != nil {
			return nil, err
		}
	}
	var err error
	specs[0].Edit, err = c.edit(m.Edit)
	return specs, err
}

// leg is the Spec with the settings of a leg.
func leg(s pipeline.Spec, l proto.Leg) (pipeline.Spec, error) {
	s.Seed, s.Choice = l.Seed, l.Choice
	if l.Solver != "" {
		kind, err := model.SolverNamed(l.Solver)
		if err != nil {
			return s, err
		}
		s.Use(kind)
	}
	if l.Guidance == l.Guidance {
		s.Guidance.Scale = l.Guidance
	}
	s.Guidance.Rescale = l.Rescale
	for _, v := range l.Settings {
		setting, err := model.SettingNamed(v.Name)
		if err != nil {
			return s, err
		}
		s.Options = s.Options.With(setting, v.Value)
	}
	return s, nil
}

// The words of an edit.
var (
	holds = map[string]pipeline.Hold{
		"none": pipeline.HoldNothing, "mask": pipeline.HoldMask, "grey": pipeline.HoldGrey, "boxes": pipeline.HoldBoxes,
	}
	methods = map[string]pipeline.Method{
		"replace": pipeline.MethodReplace, "hard": pipeline.MethodHard, "ddrm": pipeline.MethodRestore,
	}
)

// edit copies the pictures out of the message.
func (c *checkpoint) edit(e *proto.Edit) (*pipeline.Edit, error) {
	if e == nil {
		return nil, nil
	}
	height, width, channels := c.model.PictureSize()
	rgba, err := bytesOf(e.RGBA, 4*width*height)
	if err != nil {
		return nil, errors.New("edit.rgba: " + err.Error())
	}
	out := &pipeline.Edit{Strength: e.Strength, Factor: e.Factor, Jump: e.Jump, Times: e.Times, Picture: make([]float32, 0, width*height*channels)}
	for i := 0; i < len(rgba); i += 4 {
		r, g, b := rgba[i], rgba[i+1], rgba[i+2]
		if channels == 1 {
			out.Picture = append(out.Picture, float32((19595*int(r)+38470*int(g)+7471*int(b)+1<<15)>>16)/127.5-1)
			continue
		}
		out.Picture = append(out.Picture, float32(r)/127.5-1, float32(g)/127.5-1, float32(b)/127.5-1)
	}
	var ok bool
	if out.Hold, ok = holds[e.Hold]; !ok {
		return nil, errors.New("edit.hold " + e.Hold + ": expected none, mask, grey or boxes")
	}
	if out.Method, ok = methods[e.Method]; !ok {
		return nil, errors.New("edit.method " + e.Method + ": expected replace, hard or ddrm")
	}
	if !e.Mask.IsNull() {
		mask, err := bytesOf(e.Mask, width*height)
		if err != nil {
			return nil, errors.New("edit.mask: " + err.Error())
		}
		for _, v := range mask {
			out.Mask = append(out.Mask, 1-float32(v)/255)
		}
	}
	return out, nil
}

// bytesOf copies an ArrayBuffer of exactly n bytes.
func bytesOf(buffer js.Value, n int) ([]byte, error) {
	if buffer.Get("byteLength").Int() != n {
		return nil, errors.New("not of the model's size")
	}
	out := make([]byte, n)
	js.CopyBytesToGo(out, js.Global().Get("Uint8Array").New(buffer))
	return out, nil
}
