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

// A picturer is what the worker needs of a loaded checkpoint.
type picturer interface {
	Info() proto.Info
	// Compile checks the request and allocates everything for one picture,
	// whatever the request's count.
	Compile(request proto.Sample, between func() error) (run, error)
	// Foresee says which solvers would end in noise; between is called after each.
	Foresee(grid string, steps int, between func() error) ([]proto.Outlook, error)
	// Attach decodes a classifier to be guided by.
	Attach(file io.Reader, ref proto.ModelRef) error
	HasClassifier() bool
	// Choice reads a label: one value per slot, -1 where it is left open.
	Choice(label string) ([]int, error)
}

// A run makes one picture after the other.
type run interface {
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
	// Evals is how often the network has been asked for this picture.
	Evals() int
	// Memory is the bytes that the run holds, the weights not among them.
	Memory() int64
	// Recipe says how picture 0 is made; false if a recipe cannot say it.
	Recipe() (recipe.Recipe, bool)
}

// A loader decodes a checkpoint and checks it against ref to the last byte.
type loader func(file io.Reader, ref proto.ModelRef) (picturer, error)

// progressEvery keeps the page from being told of every network packet.
const progressEvery = 50 * time.Millisecond

// loadModel makes a model ready and tells what a label means to it.
func (w *worker) loadModel(j *job, m proto.Load) (loaded proto.Loaded, err error) {
	if err := w.ensure(j, m.Model); err != nil {
		return loaded, err
	}
	loaded = proto.Loaded{Info: w.model.Info(), File: j.file, Threads: w.threads}
	if m.Label != "" {
		loaded.Choice, err = w.model.Choice(m.Label)
	}
	return loaded, err
}

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
	if w.model != nil {
		w.model, w.loaded = nil, ""
		runtime.GC()
	}
	CollectForLoading(ref.Bytes)
	return w.fetch(j, ref, func(file io.Reader) error {
		model, err := w.load(file, ref)
		if err == nil {
			w.model, w.loaded = model, ref.SHA256
		}
		return err
	})
}

// fetch gives a file to decode: one that is kept, or else as it is downloaded. What was decoded of one that is given up
// is collected at once: the next load would come on top of it.
func (w *worker) fetch(j *job, ref proto.ModelRef, decode func(io.Reader) error) error {
	err := w.decoded(j, ref, decode)
	if err != nil {
		runtime.GC()
	}
	return err
}

func (w *worker) decoded(j *job, ref proto.ModelRef, decode func(io.Reader) error) error {
	w.keeping.Wait()
	if file := w.kept.find(ref); file != nil {
		w.send(j.id, proto.Progress{Received: ref.Bytes, Total: ref.Bytes})
		err := decode(w.reader(j, ref, file.next))
		file.close()
		if err == nil || j.cancelled {
			return err
		}
		w.kept.purge(ref.SHA256) // damaged
		runtime.GC()
	}
	// What came in pieces and is not the right file is fetched anew in one.
	for attempt := 1; ; attempt++ {
		again, err := w.download(j, ref, attempt > 1, decode)
		if err == nil {
			return nil
		}
		if !again || attempt == tries || j.cancelled {
			return loadError(ref, err)
		}
		runtime.GC()
	}
}

// teller tells the page how much of a file has arrived.
func (w *worker) teller(j *job, ref proto.ModelRef) func(received int64) {
	var told time.Time
	return func(received int64) {
		if now := time.Now(); now.Sub(told) >= progressEvery || received == ref.Bytes {
			told = now
			w.send(j.id, proto.Progress{Received: received, Total: ref.Bytes})
		}
	}
}

// download has a file decoded as it comes; again says that another download
// may succeed where this one failed.
func (w *worker) download(j *job, ref proto.ModelRef, fresh bool, decode func(io.Reader) error) (again bool, err error) {
	d := newDownload(ref, fresh, w.teller(j, ref))
	if d.copy = w.kept.keep(ref); d.copy != nil {
		d.copy.full = &w.full
	}
	j.abort = d.close
	defer func() {
		d.close()
		j.abort = nil
	}()
	if err := decode(w.reader(j, ref, d.next)); err != nil {
		d.copy.drop()
		return d.doubtful, err
	}
	j.file = d.copy.seal()
	w.keeping.Go(d.copy.finish) // nobody need wait for it
	return false, nil
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
	defer w.keeping.Wait() // another worker may look for it as soon as this one draws
	return w.fetch(j, *m.Model.Classifier, func(file io.Reader) error { return w.model.Attach(file, *m.Model.Classifier) })
}

// A checkedReader is what a source of chunks gives, as an io.Reader. It lets
// messages in between chunks that are here already: decoding a fast download
// would otherwise keep a cancel waiting.
type checkedReader struct {
	w    *worker
	j    *job
	next func() (chunk js.Value, err error)
	hash *digest // nil: who decodes hashes too

	chunk  js.Value // Uint8Array that is being handed out
	offset int      // bytes of chunk handed out already
	length int      // of chunk
}

func (w *worker) reader(j *job, ref proto.ModelRef, next func() (js.Value, error)) *checkedReader {
	return &checkedReader{w: w, j: j, next: next, hash: newDigest(ref)}
}

// Read hands out what has arrived and waits for more when that is nothing.
func (r *checkedReader) Read(p []byte) (int, error) {
	if err := r.w.check(r.j); err != nil {
		return 0, err
	}
	for r.offset == r.length {
		chunk, err := r.next()
		if err != nil {
			return 0, err
		}
		r.chunk, r.offset, r.length = chunk, 0, chunk.Length()
		if r.hash != nil {
			r.hash.add(chunk)
		}
	}
	part := r.chunk
	if r.offset > 0 || len(p) < r.length {
		part = r.chunk.Call("subarray", r.offset, min(r.length, r.offset+len(p)))
	}
	n := js.CopyBytesToGo(p, part)
	r.offset += n
	return n, nil
}
