//go:build js && wasm

package worker

import (
	"crypto/sha256"
	"hash"
	"syscall/js"

	"tintype/wasm/proto"
)

// A digest is the SHA-256 of a small file, computed by the browser when all of it
// is there. Its native code takes a tenth of our time. What is hashed are the very
// chunks that are decoded.
type digest struct {
	hash.Hash          // ours, for what is not computed here
	bytes     js.Value // Uint8Array
	received  int
}

// newDigest gives nil where a file is to be hashed as it comes: pages that are
// not secure contexts have no crypto.subtle.
func newDigest(ref proto.ModelRef) *digest {
	crypto := js.Global().Get("crypto")
	if ref.Bytes > smallFile || crypto.Type() != js.TypeObject || !crypto.Get("subtle").Truthy() {
		return nil
	}
	return &digest{Hash: sha256.New(), bytes: js.Global().Get("Uint8Array").New(ref.Bytes)}
}

// add takes the next chunk. Of a file longer than it should be nobody asks the sum.
func (d *digest) add(chunk js.Value) {
	if n := chunk.Length(); d.received+n <= d.bytes.Length() {
		d.bytes.Call("set", chunk, d.received)
		d.received += n
	}
}

// Write is told of the same bytes that add was given.
func (d *digest) Write(p []byte) (int, error) { return len(p), nil }

// Sum must be called from a job: it waits for the browser.
func (d *digest) Sum(b []byte) []byte {
	bytes := d.bytes.Call("subarray", 0, d.received)
	sum, err := await(js.Global().Get("crypto").Get("subtle").Call("digest", "SHA-256", bytes), stallLimit)
	if err == nil {
		var out [sha256.Size]byte
		js.CopyBytesToGo(out[:], js.Global().Get("Uint8Array").New(sum))
		return append(b, out[:]...)
	}
	all := make([]byte, d.received) // the browser would not, for whatever reason
	js.CopyBytesToGo(all, bytes)
	d.Hash.Write(all)
	return d.Hash.Sum(b)
}
