//go:build js && wasm

package worker

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"tintype/internal/picture"
	"tintype/internal/recipe"
	"tintype/wasm/proto"
)

func TestSample(t *testing.T) {
	b := newBench(t, &fakeModel{steps: 3})
	b.ask(1, request(2))
	events, answer := b.answer(1)
	done, ok := answer.(proto.Done)
	if !ok {
		t.Fatalf("answered by %+v", answer)
	}
	var steps []int
	var pictures []proto.Picture
	for _, e := range events {
		switch e := e.(type) {
		case proto.Step:
			steps = append(steps, 10*e.Picture+e.Step)
			if e.Total != 3 {
				t.Errorf("total %d", e.Total)
			}
			if got, want := e.X.Get("data").Index(0).Int(), 40+e.Picture+e.Step; got != want {
				t.Errorf("picture %d, step %d: x shows %d, want %d", e.Picture, e.Step, got, want)
			}
			if got := e.Denoised.Get("data").Index(0).Int(); got != 99 {
				t.Errorf("the predicted picture shows %d", got)
			}
		case proto.Picture:
			pictures = append(pictures, e)
		}
	}
	if want := []int{1, 2, 3, 11, 12, 13}; !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
	first, second := grey(43), grey(44)
	if done.SHA256 != picture.SHA256(first, second) {
		t.Error("the hash is not that of all pictures in order")
	}
	if len(pictures) != 2 || pictures[1].Seed != 41 || pictures[1].SHA256 != picture.SHA256(second) {
		t.Errorf("pictures %+v", pictures)
	}
	samePixels(t, pictures[0].PNG, first)
	samePixels(t, done.PNG, picture.Sheet([]*image.NRGBA{first, second}))
	// Every picture's file says how it alone is made, the sheet how all are.
	for _, c := range []struct {
		file js.Value
		want recipe.Recipe
	}{
		{pictures[1].PNG, recipe.Recipe{Model: "fake", Count: 1, Hash: pictures[1].SHA256, Leg: recipe.Leg{Seed: 41}}},
		{done.PNG, recipe.Recipe{Model: "fake", Count: 2, Hash: done.SHA256, Leg: recipe.Leg{Seed: 40}}},
	} {
		if got, err := picture.Recipe(bytesIn(c.file), nil); got != c.want.String() || err != nil {
			t.Errorf("recipe %q, %v, want %q", got, err, c.want.String())
		}
	}
	if pictures[0].Recipe == "" || done.Recipe == "" || !done.Animation.IsNull() {
		t.Errorf("recipes %q and %q, animation %v", pictures[0].Recipe, done.Recipe, done.Animation)
	}
}

// An animation shows the noise and every step; one that would be too large is refused, and the worker goes on.
func TestAnimation(t *testing.T) {
	b := newBench(t, &fakeModel{steps: 3})
	r := request(2)
	r.Animate = true
	b.ask(1, r)
	_, answer := b.answer(1)
	done, ok := answer.(proto.Done)
	if !ok {
		t.Fatalf("answered by %+v", answer)
	}
	samePixels(t, done.Animation, picture.Sheet([]*image.NRGBA{grey(43), grey(44)}))
	if n := bytes.Count(bytesIn(done.Animation), []byte("fcTL")); n != 4 {
		t.Errorf("%d frames, want 4", n)
	}
	defer func(limit int) { animationLimit = limit }(animationLimit)
	animationLimit = 7 * 16 // a frame has 16 bytes, and there are eight
	b.ask(2, r)
	if _, answer := b.answer(2); answer.(*proto.Error).Type != proto.ErrMemory {
		t.Errorf("answered by %+v", answer)
	}
}

func bytesIn(buffer js.Value) []byte {
	a := js.Global().Get("Uint8Array").New(buffer)
	file := make([]byte, a.Length())
	js.CopyBytesToGo(file, a)
	return file
}

func grey(b byte) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	fill(m.Pix, b)
	return m
}

func samePixels(t *testing.T, buffer js.Value, want *image.NRGBA) {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(bytesIn(buffer)))
	if err != nil {
		t.Fatal(err)
	}
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			r, _, _, _ := m.At(x, y).RGBA()
			if byte(r>>8) != want.NRGBAAt(x, y).R {
				t.Fatalf("pixel %d,%d is %d", x, y, r>>8)
			}
		}
	}
}

func TestModelIsKeptAndReplaced(t *testing.T) {
	b := newBench(t, &fakeModel{steps: 1})
	for i, id := range []string{"a", "a", "b", "a"} {
		b.ask(i+1, proto.Load{Model: modelRef(id)})
		if _, answer := b.answer(i + 1); answer.(proto.Loaded).Info.ID != "fake" {
			t.Fatalf("answered by %+v", answer)
		}
	}
	if want := []string{"a", "b", "a"}; !slices.Equal(b.loaded, want) {
		t.Errorf("loaded %v, want %v", b.loaded, want)
	}
}

// TestCancel: a cancel that arrives in the middle of a pass ends that pass, and
// each of the two requests has one answer.
func TestCancel(t *testing.T) {
	var b *bench
	channel := js.Global().Get("MessageChannel").New()
	arrive := js.FuncOf(func(js.Value, []js.Value) any {
		b.ask(2, proto.Cancel{Target: 1})
		return nil
	})
	defer arrive.Release()
	channel.Get("port1").Set("onmessage", arrive)
	// Three layers are a slice or more, however slow the machine: there are ten slices to go when the cancel is sent.
	const pass, sentAt = 50, 70
	layers := 0
	b = newBench(t, &fakeModel{steps: 100, inside: func(_ uint64, _ int, between func() error) error {
		for range pass {
			if layers++; layers == sentAt {
				channel.Get("port2").Call("postMessage", js.Null())
			}
			for now := time.Now(); time.Since(now) < slice/3; {
			}
			if err := between(); err != nil {
				return err
			}
		}
		return nil
	}})
	yieldBySetImmediate(t, b.yielder)
	b.ask(1, request(1))
	var got []sent
	for len(got) < 2 {
		if s := <-b.out; s.id == 2 || isError(s.m, proto.ErrCancelled) {
			got = append(got, s)
		}
	}
	if layers >= 2*pass {
		t.Errorf("%d layers were computed, the pass in which the cancel was sent ends with layer %d", layers, 2*pass)
	}
	if got[0].m != (proto.Cancelled{Found: true}) || !isError(got[1].m, proto.ErrCancelled) || got[1].id != 1 {
		t.Errorf("answered by %+v", got)
	}
	b.ask(3, proto.Cancel{Target: 1})
	if _, answer := b.answer(3); answer != (proto.Cancelled{Found: false}) {
		t.Errorf("a second cancel is answered by %+v", answer)
	}
}

// yieldBySetImmediate makes the event loop turn in Node as it does in a
// browser. Node takes up to 1000 messages from one port before it looks at any
// other; that a MessageChannel yields is for the browser tests to prove.
func yieldBySetImmediate(t *testing.T, y *yielder) {
	wake := js.FuncOf(func(js.Value, []js.Value) any {
		y.woken <- struct{}{}
		return nil
	})
	post := js.FuncOf(func(js.Value, []js.Value) any {
		js.Global().Call("setImmediate", wake)
		return nil
	})
	y.post = post.Value
	t.Cleanup(func() { wake.Release(); post.Release() })
}

func isError(m proto.Message, kind proto.ErrorType) bool {
	e, ok := m.(*proto.Error)
	return ok && e.Type == kind
}

func TestPanicIsAnAnswer(t *testing.T) {
	m := &fakeModel{steps: 1, inside: func(uint64, int, func() error) error {
		var none []int
		_ = none[7]
		return nil
	}}
	b := newBench(t, m)
	b.ask(1, request(1))
	if _, answer := b.answer(1); !isError(answer, proto.ErrInternal) || !strings.Contains(answer.(*proto.Error).Text, "index out of range") {
		t.Fatalf("answered by %+v", answer)
	}
	m.inside = nil
	b.ask(2, request(1))
	if _, answer := b.answer(2); len(b.loaded) != 2 {
		t.Errorf("after a panic the model was kept: %+v", answer)
	}
}

func TestErrorsKeepTheirType(t *testing.T) {
	m := &fakeModel{steps: 1, inside: func(uint64, int, func() error) error { return notANumber("in step 1 of 1") }}
	b := newBench(t, m)
	b.ask(1, request(1))
	if _, answer := b.answer(1); !isError(answer, proto.ErrNumber) {
		t.Errorf("answered by %+v", answer)
	}
	m.inside = func(uint64, int, func() error) error { return errors.New("something else") }
	b.ask(2, request(1))
	if _, answer := b.answer(2); !isError(answer, proto.ErrInternal) {
		t.Errorf("answered by %+v", answer)
	}
	long := modelRef("long")
	long.Bytes = 6
	short := modelRef("short")
	short.Bytes = 4
	other := modelRef("other")
	other.URL = "data:text/plain,hello"
	page := modelRef("page")
	page.URL = "data:text/html,hello"
	gone := modelRef("gone")
	gone.URL = "http://127.0.0.1:1/"
	for i, c := range []struct {
		ref  proto.ModelRef
		kind proto.ErrorType
	}{
		{long, proto.ErrLength}, {short, proto.ErrLength}, {other, proto.ErrNotModel}, {page, proto.ErrNotModel}, {gone, proto.ErrNetwork},
	} {
		b.ask(10+i, proto.Load{Model: c.ref})
		if _, answer := b.answer(10 + i); !isError(answer, c.kind) {
			t.Errorf("%s is answered by %+v, want type %s", c.ref.ID, answer, c.kind)
		}
	}
}

func TestQueueIsBounded(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, &fakeModel{steps: 1, inside: func(uint64, int, func() error) error { <-hold; return nil }})
	const asked = maxWaiting + 10
	for i := range asked {
		b.ask(i+1, request(1))
	}
	close(hold)
	answers, busy := map[int]int{}, 0
	for len(answers) < asked {
		select {
		case s := <-b.out:
			if _, ok := s.m.(proto.Answer); ok {
				answers[s.id]++
			}
			if isError(s.m, proto.ErrBusy) {
				busy++
			}
		case <-time.After(patience):
			t.Fatalf("%d of %d requests are answered", len(answers), asked)
		}
	}
	for id, n := range answers {
		if n != 1 {
			t.Errorf("request %d has %d answers", id, n)
		}
	}
	if busy == 0 {
		t.Error("nobody was told that the worker is busy")
	}
}

func TestForeignMessagesAreAnswered(t *testing.T) {
	b := newBench(t, &fakeModel{steps: 1})
	b.receive(js.ValueOf(map[string]any{"v": 1, "id": 5, "kind": "dance"}))
	if _, answer := b.answer(5); !isError(answer, proto.ErrProtocol) {
		t.Errorf("answered by %+v", answer)
	}
	b.ask(6, proto.Ready{})
	if _, answer := b.answer(6); !isError(answer, proto.ErrProtocol) {
		t.Errorf("answered by %+v", answer)
	}
}
