//go:build js && wasm

package worker

import (
	"image"
	"syscall/js"

	"tintype/internal/picture"
	"tintype/wasm/proto"
)

// animationLimit bounds the bytes of an animation's frames.
var animationLimit = 64 << 20

// frameMillis is how long a frame is shown: a short run at leisure, a long one
// in about four seconds.
const frameMillis = 4000

// An animation keeps what a request's pictures looked like at each step. A nil animation
// keeps nothing.
type animation struct {
	first  int              // picture
	frames [][]*image.NRGBA // by picture
	bytes  int
	full   bool
}

// newAnimation is nil unless the request asks for an animation.
func newAnimation(m proto.Sample) *animation {
	if !m.Animate {
		return nil
	}
	return &animation{first: m.First, frames: make([][]*image.NRGBA, m.Count)}
}

// begin keeps the noise that a picture begins as; x and denoised are scratch.
func (f *animation) begin(run run, k int, x, denoised *image.NRGBA) error {
	if f == nil {
		return nil
	}
	if err := run.RGBA(x.Pix, denoised.Pix); err != nil {
		return err
	}
	f.add(k, x)
	return nil
}

// add keeps a copy of a picture.
func (f *animation) add(k int, x *image.NRGBA) {
	if f == nil || f.full {
		return
	}
	if f.bytes += len(x.Pix); f.bytes > animationLimit {
		f.frames, f.full = nil, true
		return
	}
	frame := image.NewNRGBA(x.Rect)
	copy(frame.Pix, x.Pix)
	i := k - f.first
	f.frames[i] = append(f.frames[i], frame)
}

// file makes the animation: sheets of all pictures, step by step.
func (f *animation) file(recipe string) (js.Value, error) {
	if f == nil {
		return js.Null(), nil
	}
	if f.full {
		return js.Null(), &proto.Error{
			Type: proto.ErrMemory, Text: "The animation would be too large.",
			Remedy: "Ask for fewer pictures or fewer steps.",
		}
	}
	sheets := make([]*image.NRGBA, len(f.frames[0]))
	for i := range sheets {
		row := make([]*image.NRGBA, len(f.frames))
		for k := range row {
			row[k] = f.frames[k][i]
		}
		sheets[i] = picture.Sheet(row)
	}
	file, err := picture.Animation(sheets, max(frameMillis/len(sheets), 20), recipe, deflate)
	if err != nil {
		return js.Null(), err
	}
	return fromBytes(file).Get("buffer"), nil
}
