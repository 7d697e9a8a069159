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
	var mask []float32
	if !e.Mask.IsNull() {
		drawn, err := bytesOf(e.Mask, width*height)
		if err != nil {
			return nil, errors.New("edit.mask: " + err.Error())
		}
		for _, v := range drawn {
			mask = append(mask, picture.Kept(v))
		}
	}
	words := model.EditWords{Strength: e.Strength, Hold: e.Hold, Method: e.Method, Factor: e.Factor, Jump: e.Jump, Times: e.Times}
	out, err := model.ParseEdit(words, picture.Values(shown, channels), mask)
	if err != nil {
		return nil, errors.New("edit." + err.Error())
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
