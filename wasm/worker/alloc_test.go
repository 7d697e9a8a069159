//go:build js && wasm

package worker

import (
	"syscall/js"
	"testing"

	"tintype/wasm/proto"
)

// allocsPerStep is what the messages of a step may allocate: two bitmaps and one message of six fields, whatever the
// picture, the network and the number of steps.
const allocsPerStep = 32

// stepper makes a picture of some steps that cost nothing, its messages going nowhere.
func stepper(tb testing.TB) func(steps int) {
	js.Global().Get("Function").New(browserClasses).Invoke()
	m := &fakeModel{}
	w := newWorker(js.Global().Get("Function").New(), nil)
	request := request(1)
	w.model, w.loaded = m, request.Model.SHA256
	return func(steps int) {
		m.steps = steps
		run, _ := m.Compile(proto.Sample{}, nil)
		if _, err := w.picture(&job{id: 1, request: request}, run, 0, 1, nil); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestStepAllocations: what a step allocates is bounded and does not grow with their number; values that JavaScript
// holds are freed late, which costs an object more here and there.
func TestStepAllocations(t *testing.T) {
	draw := stepper(t)
	per := func(steps int) float64 {
		whole := testing.AllocsPerRun(10, func() { draw(2 * steps) })
		return (whole - testing.AllocsPerRun(10, func() { draw(steps) })) / float64(steps)
	}
	few, many := per(50), per(500)
	t.Logf("%.2f objects a step of 50, %.2f a step of 500", few, many)
	if few > allocsPerStep || many > few+4 {
		t.Errorf("a step allocates %.1f objects, one of 500 %.1f, expected at most %d and hardly more", few, many, allocsPerStep)
	}
}

// BenchmarkStep is one solver step without the network: progress, two bitmaps, a message. make bench prints it.
func BenchmarkStep(b *testing.B) {
	draw := stepper(b)
	b.ReportAllocs()
	draw(b.N)
}
