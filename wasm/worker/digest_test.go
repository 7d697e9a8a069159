//go:build js && wasm

package worker

import (
	"bytes"
	"crypto/sha256"
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
