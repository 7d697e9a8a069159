//go:build js && wasm

package worker

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"tintype/wasm/proto"
)

// stallLimit is how long a download may deliver nothing before it is given up.
const stallLimit = 30 * time.Second

// A download is a checkpoint on its way, as an io.Reader. It checks what only
// the network side can know: status, kind of file and number of bytes. The
// hash is checked where the bytes are decoded.
type download struct {
	ref      proto.ModelRef
	reader   js.Value // ReadableStreamDefaultReader
	abort    js.Value // AbortController
	chunk    js.Value // Uint8Array that is being handed out
	offset   int      // bytes of chunk handed out already
	length   int      // of chunk
	received int64
	progress func(received int64)
}

// open starts the download and looks at the response's head.
func open(ref proto.ModelRef, abort js.Value, progress func(int64)) (*download, error) {
	d := &download{ref: ref, abort: abort, progress: progress}
	if !ref.File.IsUndefined() {
		d.reader = ref.File.Call("stream").Call("getReader")
		return d, nil
	}
	// The file's hash is in the manifest, so a copy from the HTTP cache is as
	// good as a fresh one; the server's ETag still decides.
	promise := js.Global().Call("fetch", ref.URL, map[string]any{
		"signal": abort.Get("signal"), "credentials": "same-origin",
	})
	response, err := await(promise, stallLimit)
	if err != nil {
		return nil, d.networkError(err)
	}
	if status := response.Get("status").Int(); !response.Get("ok").Bool() {
		d.close()
		return nil, &proto.Error{
			Type:   proto.ErrMissing,
			Text:   "The server has no file for the model " + ref.ID + " (it answered " + strconv.Itoa(status) + " for " + ref.URL + ").",
			Remedy: "Choose another model, or put the file where models/index.json says it is.",
		}
	}
	if kind := response.Get("headers").Call("get", "content-type"); kind.Type() == js.TypeString &&
		strings.HasPrefix(kind.String(), "text/html") {
		d.close()
		return nil, d.notModel("an HTML page")
	}
	d.reader = response.Get("body").Call("getReader")
	return d, nil
}

// Read hands out what has arrived and waits for more when that is nothing.
func (d *download) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for d.offset == d.length {
		if err := d.next(); err != nil {
			return 0, err
		}
	}
	part := d.chunk
	if d.offset > 0 || len(p) < d.length {
		part = d.chunk.Call("subarray", d.offset, min(d.length, d.offset+len(p)))
	}
	n := js.CopyBytesToGo(p, part)
	d.offset += n
	return n, nil
}

// next waits for the following chunk; io.EOF after exactly ref.Bytes bytes.
func (d *download) next() error {
	result, err := await(d.reader.Call("read"), stallLimit)
	if err != nil {
		return d.networkError(err)
	}
	if result.Get("done").Bool() {
		if d.received != d.ref.Bytes {
			return d.lengthError("only " + megabytes(d.received) + " of " + megabytes(d.ref.Bytes) + " arrived")
		}
		return io.EOF
	}
	d.chunk = result.Get("value")
	d.offset, d.length = 0, d.chunk.Get("length").Int()
	if d.received == 0 && d.length >= len(zstdMagic) {
		for i, b := range zstdMagic {
			if d.chunk.Index(i).Int() != int(b) {
				d.close()
				return d.notModel("another kind of file")
			}
		}
	}
	d.received += int64(d.length)
	if d.received > d.ref.Bytes {
		d.close()
		return d.lengthError("more than " + megabytes(d.ref.Bytes) + " arrived")
	}
	d.progress(d.received)
	return nil
}

// zstdMagic opens every zstd frame (RFC 8878, 3.1.1).
var zstdMagic = [...]byte{0x28, 0xb5, 0x2f, 0xfd}

// close ends the transfer; harmless when it has ended.
func (d *download) close() { d.abort.Call("abort") }

func (d *download) notModel(found string) *proto.Error {
	if !d.ref.File.IsUndefined() {
		return &proto.Error{
			Type: proto.ErrNotModel, Text: "Your file " + d.ref.ID + " is no checkpoint but " + found + ".",
			Remedy: "Convert the checkpoint with tools/convert and take the .safetensors.zst file that it writes.",
		}
	}
	return &proto.Error{
		Type:   proto.ErrNotModel,
		Text:   "The server sent " + found + " instead of the model " + d.ref.ID + ".",
		Remedy: "If this network asks you to sign in first, do that and try again; otherwise the site is not set up right.",
	}
}

func (d *download) lengthError(found string) *proto.Error {
	return &proto.Error{
		Type:   proto.ErrLength,
		Text:   "The file of the model " + d.ref.ID + " has the wrong length: " + found + ".",
		Remedy: "Try again; if it stays, the file and models/index.json do not belong together.",
	}
}

func (d *download) networkError(err error) error {
	if err == errStalled {
		d.close()
		return &proto.Error{
			Type:   proto.ErrStalled,
			Text:   "The download of the model " + d.ref.ID + " stopped: nothing arrived for 30 seconds.",
			Remedy: "Check the connection and try again.",
		}
	}
	var r rejection
	if errors.As(err, &r) && r.name == "AbortError" {
		return errCancelled
	}
	return &proto.Error{
		Type:   proto.ErrNetwork,
		Text:   "The model " + d.ref.ID + " could not be downloaded: the server cannot be reached or the connection broke.",
		Remedy: "Check that the server is running and the connection is up, then try again.",
	}
}

// megabytes writes a size as people read it, in decimal units.
func megabytes(n int64) string {
	switch {
	case n < 1e3:
		return strconv.FormatInt(n, 10) + " bytes"
	case n < 1e6:
		return strconv.FormatFloat(float64(n)/1e3, 'f', 1, 64) + " kB"
	}
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}
