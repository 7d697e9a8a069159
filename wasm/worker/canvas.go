//go:build js && wasm

package worker

import (
	"image"
	"syscall/js"
)

// A canvas is the worker's own. The page's only receive
// finished bitmaps, so they outlive a worker that has to be replaced.
type canvas struct {
	canvas, context js.Value // OffscreenCanvas and its 2D context
	pixels          js.Value // Uint8ClampedArray behind data
	data            js.Value // ImageData
	size            image.Point
}

// bitmap draws the picture and returns it as an ImageBitmap.
func (e *canvas) bitmap(m *image.NRGBA) js.Value {
	if size := m.Rect.Size(); size != e.size {
		e.resize(size)
	}
	js.CopyBytesToJS(e.pixels, m.Pix)
	e.context.Call("putImageData", e.data, 0, 0)
	return e.canvas.Call("transferToImageBitmap")
}

func (e *canvas) resize(size image.Point) {
	e.size = size
	e.canvas = js.Global().Get("OffscreenCanvas").New(size.X, size.Y)
	e.context = e.canvas.Call("getContext", "2d")
	e.pixels = js.Global().Get("Uint8ClampedArray").New(4 * size.X * size.Y)
	e.data = js.Global().Get("ImageData").New(e.pixels, size.X, size.Y)
}
