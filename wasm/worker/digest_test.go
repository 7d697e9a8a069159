//go:build js && wasm

package worker

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"syscall/js"
	"testing"

	"tintype/wasm/proto"
)

// TestDigest: the browser's sum of a file in chunks is ours, also where the
// browser fails, and a file longer than announced has another.
func TestDigest(t *testing.T) {
	file := bytes.Repeat([]byte("weights "), 1000)
	want := sha256.Sum256(file)
	sum := func() []byte {
		d := newDigest(proto.ModelRef{Bytes: int64(len(file))})
		if d == nil {
			t.Fatal("no digest where there is crypto.subtle")
		}
		for part := range slices.Chunk(file, 1234) {
			d.add(fromBytes(part))
			d.Write(part)
		}
		d.add(fromBytes([]byte("more"))) // beyond the announced length: left out, and nothing breaks
		return d.Sum([]byte{7})
	}
	if got := sum(); !bytes.Equal(got, append([]byte{7}, want[:]...)) {
		t.Errorf("the browser's sum is %x, want 07%x", got, want)
	}

	subtle := js.Global().Get("crypto").Get("subtle")
	prototype := js.Global().Get("Object").Call("getPrototypeOf", subtle)
	real := prototype.Get("digest")
	prototype.Set("digest", js.Global().Call("eval", `() => Promise.reject(new Error("on purpose"))`))
	got := sum()
	prototype.Set("digest", real)
	if !bytes.Equal(got, append([]byte{7}, want[:]...)) {
		t.Errorf("without the browser the sum is %x, want 07%x", got, want)
	}

	if newDigest(proto.ModelRef{Bytes: smallFile + 1}) != nil {
		t.Error("a long file would be held in memory to be hashed")
	}
}

// TestDigestOfAFile: a visitor's file, short or long, as a Blob or as bytes, has the sum that it has, and is not decoded.
// What brings no file is refused, and a digest can be cancelled.
func TestDigestOfAFile(t *testing.T) {
	b := newFileBench(t)
	for id, size := range []int{1, 1000, smallFile, smallFile + 70_001} {
		file := append([]byte{0x28, 0xb5, 0x2f, 0xfd}, bytes.Repeat([]byte("weights "), size/8+1)...)[:size]
		want := sha256.Sum256(file)
		buffer := fromBytes(file).Get("buffer")
		for k, as := range []js.Value{js.Global().Get("Blob").New([]any{buffer}), buffer} {
			ref := proto.ModelRef{URL: "mine.zst", Bytes: int64(size), File: as}
			b.ask(10*id+k+1, proto.Digest{Model: ref})
			events, answer := b.answer(10*id + k + 1)
			if answer != (proto.Digested{SHA256: hex.EncodeToString(want[:])}) {
				t.Errorf("%d bytes: %+v, want %x", size, answer, want)
			}
			if last := (proto.Progress{Received: int64(size), Total: int64(size)}); len(events) == 0 || events[len(events)-1] != last {
				t.Errorf("%d bytes: told %+v", size, events)
			}
		}
	}
	if len(b.loaded) != 0 {
		t.Errorf("loaded %q", b.loaded)
	}
	letter := []byte("a letter to my aunt")
	b.ask(89, proto.Digest{Model: proto.ModelRef{URL: "letter.zst", Bytes: int64(len(letter)), File: fromBytes(letter).Get("buffer")}})
	if _, answer := b.answer(89); !isError(answer, proto.ErrNotModel) {
		t.Errorf("of a letter: %+v", answer)
	}
	b.ask(90, proto.Digest{Model: fileRef()})
	if _, answer := b.answer(90); !isError(answer, proto.ErrProtocol) {
		t.Errorf("of no file: %+v", answer)
	}
	long := proto.ModelRef{URL: "mine.zst", Bytes: smallFile + 1, File: js.Global().Get("Blob").New([]any{fromBytes(make([]byte, smallFile+1))})}
	b.ask(91, proto.Digest{Model: long})
	b.worker.cancel(91)
	if _, answer := b.answer(91); !isError(answer, proto.ErrCancelled) {
		t.Errorf("cancelled: %+v", answer)
	}
}
