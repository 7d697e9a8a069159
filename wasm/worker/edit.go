//go:build js && wasm

package worker

import (
	"errors"
	"syscall/js"

	"tintype/core/pipeline"
	"tintype/wasm/proto"
)

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
