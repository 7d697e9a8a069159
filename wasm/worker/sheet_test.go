//go:build js && wasm

package worker

import (
	"bytes"
	"image"
	"syscall/js"
	"testing"

	"tintype/internal/picture"
	"tintype/wasm/proto"
)

// TestSheet: pictures that are made in several requests give the very answer of one request for all of them.
func TestSheet(t *testing.T) {
	b := newBench(t, &fakeModel{steps: 3})
	b.ask(1, request(3))
	_, answer := b.answer(1)
	whole := answer.(proto.Done)
	sheet := proto.Sheet{Width: 2, Height: 2}
	for i, part := range []struct{ first, count int }{{0, 1}, {1, 2}} {
		r := request(part.count)
		r.First = part.first
		b.ask(10+i, r)
		events, _ := b.answer(10 + i)
		next := part.first
		for _, e := range events {
			switch e := e.(type) {
			case proto.Step:
				if e.Picture != next {
					t.Errorf("a step of picture %d, want %d", e.Picture, next)
				}
			case proto.Picture:
				if e.Picture != next || e.Seed != uint64(40+next) {
					t.Errorf("picture %d of seed %d, want %d of %d", e.Picture, e.Seed, next, 40+next)
				}
				if next == 0 {
					sheet.Recipe = e.Recipe
				}
				sheet.Pictures = append(sheet.Pictures, e.RGBA)
				next++
			}
		}
	}
	b.ask(20, sheet)
	_, answer = b.answer(20)
	done, ok := answer.(proto.Done)
	if !ok {
		t.Fatalf("answered by %+v", answer)
	}
	if done.SHA256 != whole.SHA256 || done.Recipe != whole.Recipe {
		t.Errorf("hash and recipe %s, %s, want %s, %s", done.SHA256, done.Recipe, whole.SHA256, whole.Recipe)
	}
	if !bytes.Equal(bytesIn(done.PNG), bytesIn(whole.PNG)) {
		t.Error("the file is another one")
	}
}

// TestAnimationOfAPart shows the pictures that were asked for.
func TestAnimationOfAPart(t *testing.T) {
	b := newBench(t, &fakeModel{steps: 3})
	r := request(2)
	r.First, r.Animate = 5, true
	b.ask(1, r)
	_, answer := b.answer(1)
	done, ok := answer.(proto.Done)
	if !ok {
		t.Fatalf("answered by %+v", answer)
	}
	samePixels(t, done.Animation, picture.Sheet([]*image.NRGBA{grey(48), grey(49)}))
}

func TestBadSheets(t *testing.T) {
	b := newBench(t, &fakeModel{steps: 1})
	buffer := func(n int) js.Value { return js.Global().Get("ArrayBuffer").New(n) }
	for i, m := range []proto.Sheet{
		{Width: 2, Height: 2, Pictures: []js.Value{buffer(16), buffer(15)}},
		{Width: 1 << 14, Height: 1 << 14, Pictures: []js.Value{buffer(16)}},
		{Width: 2, Height: 2, Pictures: []js.Value{buffer(16), buffer(16)}, Recipe: "nonsense"},
	} {
		b.ask(i+1, m)
		if _, answer := b.answer(i + 1); !isError(answer, proto.ErrProtocol) {
			t.Errorf("sheet %d is answered by %+v", i, answer)
		}
	}
}
