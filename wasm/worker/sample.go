//go:build js && wasm

package worker

import (
	"image"
	"syscall/js"
	"time"

	"tintype/internal/picture"
	"tintype/wasm/proto"
)

// sample makes the pictures of one request, one after the other: the memory
// is that of one picture however many are asked for, and each is the picture
// of its own seed alone.
func (w *worker) sample(j *job, m proto.Sample) (proto.Done, error) {
	if err := w.ensure(j, m.Model); err != nil {
		return proto.Done{}, err
	}
	if err := w.ensureClassifier(j, m); err != nil {
		return proto.Done{}, err
	}
	begun := time.Now()
	run, err := w.model.Compile(m, func() error { return w.check(j) })
	if err != nil {
		return proto.Done{}, err
	}
	pictures := make([]*image.NRGBA, m.Count)
	animation, evals := newAnimation(m), 0
	for i := range pictures {
		if i == 1 {
			collectForDrawing() // the first is shown
		}
		k := m.First + i
		seed := m.Seed + uint64(k)
		if pictures[i], err = w.picture(j, run, k, seed, animation); err != nil {
			return proto.Done{}, err
		}
		evals += run.Evals()
		one := proto.Picture{Picture: k, Seed: seed, SHA256: picture.SHA256(pictures[i])}
		one.Recipe = recipeOf(run, uint64(k), 1, one.SHA256)
		if one.PNG, err = pngOf(pictures[i], one.Recipe); err != nil {
			return proto.Done{}, err
		}
		one.RGBA = fromBytes(pictures[i].Pix).Get("buffer")
		w.send(j.id, one)
	}
	done := proto.Done{SHA256: picture.SHA256(pictures...), Millis: millis(begun), Memory: run.Memory(), Evals: evals, PNG: js.Null()}
	done.Recipe = recipeOf(run, uint64(m.First), m.Count, done.SHA256)
	if m.Count > 1 {
		if done.PNG, err = pngOf(picture.Sheet(pictures), done.Recipe); err != nil {
			return done, err
		}
	}
	done.Animation, err = animation.file(done.Recipe)
	return done, err
}

// foresee looks ahead for every solver, a few at a time.
func (w *worker) foresee(j *job, m proto.Foresee) (seen proto.Foreseen, err error) {
	if err = w.ensure(j, m.Model); err == nil {
		seen.Solvers, err = w.model.Foresee(m.Grid, m.Steps, func() error { return w.check(j) })
	}
	return seen, err
}

// picture runs the tape for picture k and shows every solver step.
func (w *worker) picture(j *job, run run, k int, seed uint64, animation *animation) (*image.NRGBA, error) {
	if err := run.Reset(seed); err != nil {
		return nil, err
	}
	width, height := run.Size()
	x := image.NewNRGBA(image.Rect(0, 0, width, height))
	denoised := image.NewNRGBA(x.Rect)
	if err := animation.begin(run, k, x, denoised); err != nil {
		return nil, err
	}
	shown, begun := 0, time.Now()
	for done := false; !done; {
		if err := w.check(j); err != nil {
			return nil, err
		}
		var err error
		if done, err = run.Step(); err != nil {
			return nil, err
		}
		step, total := run.Progress()
		if step == shown {
			continue
		}
		ms := millis(begun)
		if err := run.RGBA(x.Pix, denoised.Pix); err != nil {
			return nil, err
		}
		w.send(j.id, proto.Step{
			Picture: k, Step: step, Total: total, Millis: ms,
			X: w.canvas.bitmap(x), Denoised: w.canvas.bitmap(denoised),
		})
		animation.add(k, x)
		shown, begun = step, time.Now()
	}
	return x, nil
}

// pngOf encodes the worker's own bytes. A canvas is never read back: browsers
// that guard against fingerprinting change the pixels they give out.
func pngOf(m *image.NRGBA, recipe string) (js.Value, error) {
	file, err := picture.PNG(m, recipe, deflate)
	if err != nil {
		return js.Null(), err
	}
	return fromBytes(file).Get("buffer"), nil
}

// deflate makes a zlib stream with the browser's own encoder. The bytes are written to it: a worker of a page from disk
// cannot read a Blob in WebKit.
func deflate(raw []byte) ([]byte, error) {
	encoder := js.Global().Get("CompressionStream").New("deflate")
	writer := encoder.Get("writable").Call("getWriter")
	writer.Call("write", fromBytes(raw))
	writer.Call("close")
	response := js.Global().Get("Response").New(encoder.Get("readable"))
	buffer, err := await(response.Call("arrayBuffer"), stallLimit)
	if err != nil {
		return nil, err
	}
	out := js.Global().Get("Uint8Array").New(buffer)
	file := make([]byte, out.Length())
	js.CopyBytesToGo(file, out)
	return file, nil
}

// fromBytes copies bytes out of Go's memory into a new Uint8Array.
func fromBytes(p []byte) js.Value {
	a := js.Global().Get("Uint8Array").New(len(p))
	js.CopyBytesToJS(a, p)
	return a
}

func millis(since time.Time) float64 {
	return float64(time.Since(since).Microseconds()) / 1e3
}
