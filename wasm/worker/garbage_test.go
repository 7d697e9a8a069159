//go:build js && wasm

package worker

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall/js"
	"testing"

	"tintype/wasm/proto"
)

// held is the memory that the program has taken from the browser: it never gives any back. The heap's own share would
// not do: it shrinks where a stack takes of it.
func held() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}

// A cutOff is a file of which a load is given up.
type cutOff struct {
	io.Reader
	left int
	cut  func()
}

func (c *cutOff) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.left -= n; c.left < 0 {
		c.cut()
	}
	return n, err
}

// TestGivenUpLoadsLeaveNothing: loads of a real model that are given up at every part of its file, and at its end for
// another kind of reason, take no more memory than one load did.
func TestGivenUpLoadsLeaveNothing(t *testing.T) {
	file, err := os.ReadFile("../../site/models/fashion-mnist-32.safetensors.zst")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, nil)
	serveFile(t, file)
	ref := fileRef()
	ref.Bytes, ref.SHA256 = int64(len(file)), fmt.Sprintf("%x", sha256.Sum256(file))
	at, id := len(file)+1, 0 // where the load is given up
	b.worker.load = func(r io.Reader, ref proto.ModelRef) (picturer, error) {
		m, err := openModel(&cutOff{r, at, func() { b.cancel(id) }}, ref)
		if err == nil && at < 0 {
			err = errCancelled
		}
		return m, err
	}
	load := func() proto.Message {
		b.model = nil
		id++
		b.ask(id, proto.Load{Model: ref})
		_, answer := b.answer(id)
		return answer
	}
	if answer := load(); !loaded(answer) {
		t.Fatalf("answered by %+v", answer)
	}
	one := held()
	const times = 40
	for k := range times {
		if at = len(file) * k / times; k%10 == 9 {
			at = -1
		}
		if answer := load(); !isError(answer, proto.ErrCancelled) {
			t.Fatalf("a load that is given up at %d is answered by %+v", at, answer)
		}
	}
	at = len(file) + 1
	if answer := load(); !loaded(answer) {
		t.Fatalf("at the end it is answered by %+v", answer)
	}
	if got := held(); got > one*6/5 {
		t.Errorf("%d MiB after %d loads that were given up, %d after the first", got>>20, times, one>>20)
	}
}

func loaded(m proto.Message) bool {
	_, ok := m.(proto.Loaded)
	return ok
}

// serveFile has fetch give a file whole.
func serveFile(t *testing.T, file []byte) {
	was := js.Global().Get("fetch")
	js.Global().Get("Function").New(`const [file] = arguments;
		globalThis.fetch = async () => new Response(file, { headers: { "content-type": "application/zstd" } });`).Invoke(jsBytes(file))
	t.Cleanup(func() { js.Global().Set("fetch", was) })
}

// TestGarbageOfTheFirstRequest: what a first request leaves behind is collected while it runs, whether it has many
// pictures or one of many steps.
func TestGarbageOfTheFirstRequest(t *testing.T) {
	const each = 1 << 18
	for _, c := range []struct{ steps, count int }{{500, 1}, {25, 16}} {
		var sink []byte
		b := newBench(t, &fakeModel{steps: c.steps, inside: func(uint64, int, func() error) error {
			sink = make([]byte, each)
			return nil
		}})
		before := held()
		b.ask(1, request(c.count))
		b.answer(1)
		made, grown := 2*c.steps*c.count*each, held()-before // two operations a step
		if grown > 2*looseBytes {
			t.Errorf("%d pictures of %d steps: %d MiB of garbage took %d MiB", c.count, c.steps, made>>20, grown>>20)
		}
		_ = sink
	}
}
