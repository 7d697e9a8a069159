//go:build js && wasm

package worker

import (
	"io"
	"runtime"
	"syscall/js"
	"time"

	"tintype/internal/recipe"
	"tintype/wasm/proto"
)

// A Model is what the worker needs of a loaded checkpoint.
type Model interface {
	Info() proto.Info
	// Compile checks the request and allocates everything for one picture,
	// whatever the request's count.
	Compile(request proto.Sample, between func() error) (Run, error)
}

// A Run makes one picture after the other.
type Run interface {
	Size() (width, height int)
	// Reset begins the picture of a seed.
	Reset(seed uint64) error
	// Step does one operation of the sampler's tape; Progress tells how many
	// whole solver steps that has finished.
	Step() (done bool, err error)
	Progress() (step, total int)
	// RGBA writes the noisy picture and the predicted clean one, row by row,
	// 4*width*height bytes each.
	RGBA(x, denoised []byte) error
	// Recipe says how picture 0 is made; false if a recipe cannot say it.
	Recipe() (recipe.Recipe, bool)
}

// A Loader decodes a checkpoint and checks it against ref to the last byte.
type Loader func(file io.Reader, ref proto.ModelRef) (Model, error)

// progressEvery keeps the page from being told of every network packet.
const progressEvery = 50 * time.Millisecond

// ensure makes the model the loaded one. The one in memory stays when it is
// the same file, and is given up before another is decoded, so that two never
// share the memory.
func (w *worker) ensure(j *job, ref proto.ModelRef) error {
	if w.model != nil && w.loaded == ref.SHA256 {
		return nil
	}
	if j.cancelled {
		return errCancelled
	}
	w.model, w.loaded = nil, ""
	runtime.GC()

	controller := js.Global().Get("AbortController").New()
	j.abort = func() { controller.Call("abort") }
	defer func() {
		j.abort()
		j.abort = nil
	}()
	var told time.Time
	file, err := open(ref, controller, func(received int64) {
		if now := time.Now(); now.Sub(told) >= progressEvery || received == ref.Bytes {
			told = now
			w.send(j.id, proto.Progress{Received: received, Total: ref.Bytes})
		}
	})
	if err != nil {
		return err
	}
	model, err := w.load(&checkedReader{w, j, file}, ref)
	if err != nil {
		return loadError(ref.ID, err)
	}
	w.model, w.loaded = model, ref.SHA256
	return nil
}

// A checkedReader lets messages in between chunks that are here already:
// decoding a fast download would otherwise keep a cancel waiting.
type checkedReader struct {
	w    *worker
	j    *job
	file *download
}

func (r *checkedReader) Read(p []byte) (int, error) {
	if err := r.w.check(r.j); err != nil {
		return 0, err
	}
	return r.file.Read(p)
}
