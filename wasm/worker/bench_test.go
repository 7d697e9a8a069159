//go:build js && wasm

package worker

import (
	"io"
	"math"
	"syscall/js"
	"testing"
	"time"

	"tintype/internal/recipe"
	"tintype/wasm/proto"
)

// browserClasses are those that Node lacks. Its canvas hands out what was put
// on it.
const browserClasses = `
globalThis.ImageBitmap = class ImageBitmap { constructor(data) { this.data = data } };
globalThis.ImageData = class ImageData { constructor(data, w, h) { this.data = data; this.width = w; this.height = h } };
globalThis.OffscreenCanvas = class OffscreenCanvas {
	getContext() { return { putImageData: (d) => { this.put = d } } }
	transferToImageBitmap() { return new ImageBitmap(this.put.data.slice()) }
};`

// A fakeModel draws grey: the byte is seed + step. What it does besides is up
// to the test.
type fakeModel struct {
	steps  int
	inside func(seed uint64, step int, between func() error) error
}

func (m *fakeModel) Info() proto.Info {
	return proto.Info{ID: "fake", Width: 2, Height: 2, Defaults: proto.Defaults{Steps: m.steps}}
}

func (m *fakeModel) Compile(_ proto.Sample, between func() error) (run, error) {
	return &fakeRun{model: m, between: between}, nil
}

type fakeRun struct {
	model   *fakeModel
	between func() error
	seed    uint64
	ops     int // two to a step, as a solver may have
}

func (r *fakeRun) Reset(seed uint64) error                  { r.seed, r.ops = seed, 0; return nil }
func (m *fakeModel) Attach(io.Reader, proto.ModelRef) error { return nil }
func (r *fakeRun) Evals() int                               { return r.ops / 2 }
func (m *fakeModel) Foresee(grid string, steps int, between func() error) ([]proto.Outlook, error) {
	return []proto.Outlook{{Solver: grid, Reason: "noise", Remedy: "more steps"}}, between()
}
func (m *fakeModel) HasClassifier() bool                { return false }
func (m *fakeModel) Choice(label string) ([]int, error) { return []int{len(label)}, nil }

func (r *fakeRun) Recipe() (recipe.Recipe, bool) {
	return recipe.Recipe{Model: "fake", Leg: recipe.Leg{Seed: 40}}, true
}
func (r *fakeRun) Size() (int, int)     { return 2, 2 }
func (r *fakeRun) Memory() int64        { return 1 << 20 }
func (r *fakeRun) Progress() (int, int) { return r.ops / 2, r.model.steps }
func (r *fakeRun) RGBA(x, d []byte) error {
	fill(x, byte(r.seed)+byte(r.ops/2))
	fill(d, 99)
	return nil
}
func fill(p []byte, b byte) {
	for i := range p {
		if p[i] = b; i%4 == 3 {
			p[i] = 255
		}
	}
}
func (r *fakeRun) Step() (done bool, err error) {
	if r.model.inside != nil {
		if err := r.model.inside(r.seed, r.ops/2, r.between); err != nil {
			return false, err
		}
	}
	r.ops++
	return r.ops == 2*r.model.steps, nil
}

// A bench is a worker on a test bench: requests in, decoded messages out.
type bench struct {
	*worker
	t      *testing.T
	out    chan sent
	loaded []string // IDs that were loaded, in order
}

type sent struct {
	id int
	m  proto.Message
}

func newBench(t *testing.T, m *fakeModel) *bench {
	t.Helper()
	js.Global().Get("Function").New(browserClasses).Invoke()
	b := &bench{t: t, out: make(chan sent, 1000)}
	post := js.FuncOf(func(_ js.Value, args []js.Value) any {
		id, m, err := proto.Decode(args[0])
		if err != nil {
			t.Errorf("the worker sent what cannot be decoded: %v", err)
		}
		b.out <- sent{id, m}
		return nil
	})
	b.worker = newWorker(post.Value, func(file io.Reader, ref proto.ModelRef) (picturer, error) {
		b.loaded = append(b.loaded, ref.ID)
		_, err := io.ReadAll(file)
		return m, err
	})
	go b.serve()
	t.Cleanup(func() { close(b.jobs); post.Release() })
	return b
}

// ask sends a request as the page does.
func (b *bench) ask(id int, m proto.Message) {
	v, _ := proto.Encode(id, m)
	b.receive(v)
}

// patience ends a hang with a message; nothing depends on it.
const patience = 2 * time.Minute

// answer waits for the answer to a request and returns it with its events.
func (b *bench) answer(id int) (events []proto.Message, answer proto.Message) {
	b.t.Helper()
	for {
		select {
		case s := <-b.out:
			if s.id != id {
				b.t.Fatalf("waiting for the answer to %d, %d got %T", id, s.id, s.m)
			}
			if _, ok := s.m.(proto.Answer); ok {
				return events, s.m
			}
			events = append(events, s.m)
		case <-time.After(patience):
			b.t.Fatalf("request %d is not answered", id)
		}
	}
}

// modelRef serves a file by a data: URL, which fetch takes in Node too.
func modelRef(id string) proto.ModelRef {
	return proto.ModelRef{ID: id, URL: "data:application/zstd;base64,KLUv/QE=", Bytes: 5, SHA256: id}
}

func request(count int) proto.Sample {
	return proto.Sample{Model: modelRef("a"), Seed: 40, Count: count, Choice: []int{}, Guidance: math.NaN()}
}
