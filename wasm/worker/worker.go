//go:build js && wasm

// Package worker is the program's role inside a Web Worker: it loads
// checkpoints, samples and answers the page. docs/PROTOCOL.md has the messages.
//
// Everything but the kernels' parts runs on one thread. Callbacks from the browser only queue jobs
// and mark them cancelled; one goroutine does the jobs in order and yields to
// the event loop between slices of work (yield.go).
package worker

import (
	"sync"
	"syscall/js"

	"tintype/wasm/proto"
	"tintype/wasm/threads"
)

// maxWaiting bounds the queue: a page that asks faster than pictures are made
// is told so instead of filling the memory.
const maxWaiting = 32

// A worker is the state behind one Web Worker's global scope.
type worker struct {
	post    js.Value // bound postMessage of the scope
	jobs    chan *job
	waiting map[int]*job // every request that has not been answered, by ID
	yielder *yielder
	canvas  canvas

	threads int

	model  picturer // nil until one is loaded
	loaded string   // SHA-256 of the model's file
	load   loader

	kept    storage
	keeping sync.WaitGroup // the copy that is being stored
	full    bool           // storage had no room for the last one
}

// A job is one request that takes its time.
type job struct {
	id        int
	request   proto.Message
	cancelled bool
	abort     func()   // ends the download under way; nil when there is none
	file      js.Value // Blob of the last file that was downloaded for it, null for none
}

// Main takes over the scope's messages and returns; the caller keeps the
// program alive.
func Main() {
	CollectForLoading(0)
	scope := js.Global()
	w := newWorker(scope.Get("postMessage").Call("bind", scope), openModel)
	scope.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		w.receive(args[0].Get("data"))
		return nil
	}))
	go w.kept() // ready before it is needed
	go w.serve()
	w.threads = threads.Use()
	w.send(0, proto.Ready{SIMD: simd, Threads: w.threads})
}

func newWorker(post js.Value, load loader) *worker {
	return &worker{
		post: post, load: load, jobs: make(chan *job, maxWaiting), waiting: make(map[int]*job), yielder: newYielder(), kept: newStorage(), threads: 1,
	}
}

// receive handles one message on the event loop's stack: it must not block. What is no object at all is nobody's request.
func (w *worker) receive(data js.Value) {
	if data.Type() != js.TypeObject {
		return
	}
	id, message, err := proto.Decode(data)
	if err != nil {
		w.send(id, protocolError(err))
		return
	}
	switch m := message.(type) {
	case proto.Cancel:
		w.send(id, proto.Cancelled{Found: w.cancel(m.Target)})
	case proto.Load, proto.Digest, proto.Sample, proto.Foresee, proto.Sheet, proto.Cached, proto.Purge:
		w.enqueue(&job{id: id, request: m, file: js.Null()})
	default:
		w.send(id, &proto.Error{
			Type: proto.ErrProtocol, Text: "The worker was sent an answer instead of a request.",
			Remedy: "Reload the page.",
		})
	}
}

func (w *worker) enqueue(j *job) {
	if w.waiting[j.id] != nil || len(w.jobs) == cap(w.jobs) {
		w.send(j.id, &proto.Error{
			Type: proto.ErrBusy, Text: "The worker has too many requests waiting.",
			Remedy: "Wait for the current picture, or cancel it.",
		})
		return
	}
	w.waiting[j.id] = j
	w.jobs <- j
}

// cancel marks a request; its own goroutine answers it at the next check.
func (w *worker) cancel(id int) bool {
	j := w.waiting[id]
	if j == nil {
		return false
	}
	j.cancelled = true
	if j.abort != nil {
		j.abort()
	}
	return true
}

// serve does the jobs one after the other.
func (w *worker) serve() {
	for j := range w.jobs {
		answer := w.do(j)
		delete(w.waiting, j.id)
		w.send(j.id, answer)
		if _, drawn := j.request.(proto.Sample); drawn {
			collectForDrawing() // whatever became of it
		}
	}
}

// do runs one job. Its panics become an answer; the model is dropped then,
// because nobody knows which of its buffers were half written.
func (w *worker) do(j *job) (answer proto.Answer) {
	defer func() {
		if p := recover(); p != nil {
			w.model = nil
			answer = panicError(p)
		}
	}()
	var err error
	switch m := j.request.(type) {
	case proto.Load:
		var loaded proto.Loaded
		if loaded, err = w.loadModel(j, m); err == nil {
			return loaded
		}
	case proto.Digest:
		var sum string
		if sum, err = w.digest(j, m.Model); err == nil {
			return proto.Digested{SHA256: sum}
		}
	case proto.Sample:
		var done proto.Done
		if done, err = w.sample(j, m); err == nil {
			return done
		}
	case proto.Foresee:
		var seen proto.Foreseen
		if seen, err = w.foresee(j, m); err == nil {
			return seen
		}
	case proto.Sheet:
		var done proto.Done
		if done, err = sheetOf(m); err == nil {
			return done
		}
	case proto.Cached:
		w.keeping.Wait()
		return w.keptNow()
	case proto.Purge:
		w.keeping.Wait()
		w.kept.purge(m.SHA256)
		return w.keptNow()
	}
	return answerError(err)
}

// check lets messages in when a slice is over and returns errCancelled once
// the job has been cancelled. It is the Between hook of every run.
func (w *worker) check(j *job) error {
	if w.yielder.due() {
		w.yielder.yield()
	}
	if j.cancelled {
		return errCancelled
	}
	return nil
}

func (w *worker) send(id int, m proto.Message) {
	w.post.Invoke(proto.Encode(id, m))
}
