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
	// Attach decodes a classifier to be guided by.
	Attach(file io.Reader, ref proto.ModelRef) error
	HasClassifier() bool
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
	return w.fetch(j, ref, func(file io.Reader) error {
		model, err := w.load(file, ref)
		if err == nil {
			w.model, w.loaded = model, ref.SHA256
		}
		return err
	})
}

// fetch downloads a file and has it decoded as it comes.
func (w *worker) fetch(j *job, ref proto.ModelRef, decode func(io.Reader) error) error {
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
	if err := decode(&checkedReader{w, j, file}); err != nil {
		return loadError(ref.ID, err)
	}
	return nil
}

// ensureClassifier gives the loaded model its classifier, if the request is
// guided by one.
func (w *worker) ensureClassifier(j *job, m proto.Sample) error {
	wanted := m.Classify > 0
	for _, l := range m.Before {
		wanted = wanted || l.Classify > 0
	}
	if !wanted || m.Model.Classifier == nil || w.model.HasClassifier() {
		return nil // without one the request will be refused with the reason
	}
	return w.fetch(j, *m.Model.Classifier, func(file io.Reader) error { return w.model.Attach(file, *m.Model.Classifier) })
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
