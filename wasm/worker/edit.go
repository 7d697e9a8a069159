//go:build js && wasm

package worker

import (
	"errors"
	"image"
	"syscall/js"

	"tintype/core/pipeline"
	"tintype/internal/picture"
	"tintype/model"
	"tintype/wasm/proto"
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
	shown := &image.NRGBA{Pix: rgba, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
	picture.Over(shown, picture.White)
	out := &pipeline.Edit{Strength: e.Strength, Factor: e.Factor, Jump: e.Jump, Times: e.Times, Picture: picture.Values(shown, channels)}
	if out.Hold, err = model.ParseHold(e.Hold); err != nil {
		return nil, errors.New("edit.hold " + err.Error())
	}
	if out.Method, err = model.ParseMethod(e.Method); err != nil {
		return nil, errors.New("edit.method " + err.Error())
	}
	if !e.Mask.IsNull() {
		mask, err := bytesOf(e.Mask, width*height)
		if err != nil {
			return nil, errors.New("edit.mask: " + err.Error())
		}
		for _, v := range mask {
			out.Mask = append(out.Mask, picture.Kept(v))
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
