//go:build js && wasm

package worker

import (
	"errors"
	"io"
	"strconv"
	"syscall/js"
	"time"

	"tintype/wasm/proto"
	"tintype/weights"
)

// stallLimit is how long a request may deliver nothing before it is given up:
// with tries of them the visitor has waited for half a minute.
var stallLimit = 10 * time.Second

// tries is how many requests in a row may bring no new byte.
const tries = 3

// pauses are the waits before a request, by how many brought nothing so far.
var pauses = [tries]time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 1600 * time.Millisecond}

// A download is a checkpoint on its way. It checks what only the network side
// can know: status, kind of file and number of bytes. The hash is checked
// where the bytes are decoded.
//
// When the connection breaks it asks for the rest (RFC 9110, 14: Range and
// If-Range), and where a server knows no ranges for everything again, of which
// it skips what it had. Whoever reads notices nothing.
type download struct {
	ref      proto.ModelRef
	fresh    bool // asks past the browser's own cache
	progress func(received int64)
	copy     *keeper // nil: no copy is made

	abort     js.Value // AbortController of the request under way
	reader    js.Value // ReadableStreamDefaultReader of its body; undefined between requests
	expected  int64    // bytes of its body, -1 if it did not say
	position  int64    // in the file, of the body's next byte
	received  int64    // bytes of the file that were handed out
	validator string   // of the file: a strong ETag or a date
	unpacked  string   // ", zstd" where the response declares that
	tried     int      // requests since the last new byte
	whole     bool     // the server's ranges are of no use
	closed    chan struct{}

	// doubtful: the bytes are not of one response, or the file changed on the
	// way. If they prove wrong, another download may well be right.
	doubtful bool
}

func newDownload(ref proto.ModelRef, fresh bool, progress func(int64)) *download {
	return &download{ref: ref, fresh: fresh, progress: progress, closed: make(chan struct{})}
}

// next gives the following chunk of the file; io.EOF after exactly ref.Bytes bytes.
func (d *download) next() (js.Value, error) {
	for {
		if d.isClosed() {
			return js.Undefined(), errCancelled
		}
		chunk, err := d.read()
		if err == nil && chunk.IsUndefined() {
			continue // all of it was here before
		}
		var broken interruption
		if !errors.As(err, &broken) {
			return chunk, err
		}
		d.hangUp()
		if d.isClosed() {
			return js.Undefined(), errCancelled
		}
		if d.tried >= tries {
			d.doubtful = false // it is the connection that is at fault
			return js.Undefined(), d.gaveUp(broken)
		}
		d.pause()
	}
}

// read takes one chunk from the response under way, or from a new one.
func (d *download) read() (js.Value, error) {
	if d.reader.IsUndefined() {
		if err := d.request(); err != nil {
			return js.Undefined(), err
		}
	}
	result, err := await(d.reader.Call("read"), stallLimit)
	if err != nil {
		return js.Undefined(), interruption{err, 0}
	}
	if result.Get("done").Bool() {
		return js.Undefined(), d.end()
	}
	return d.take(result.Get("value"))
}

// end is what the end of a response means.
func (d *download) end() error {
	switch {
	case d.received == d.ref.Bytes:
		return io.EOF
	case d.expected == 0 || d.expected < 0 && d.tried > 0 && d.position == d.received:
		// It is as long as it said, or ended here before.
		return d.lengthError("only " + megabytes(d.received) + " of " + megabytes(d.ref.Bytes) + " arrived")
	}
	return interruption{errors.New("the response ended early"), 0}
}

// take looks at a chunk and cuts off what was received before; undefined if
// that is all of it.
func (d *download) take(chunk js.Value) (js.Value, error) {
	n := int64(chunk.Length())
	if d.position == 0 {
		if err := d.look(chunk); err != nil {
			return js.Undefined(), err
		}
	}
	d.position += n
	d.expected -= min(n, max(d.expected, 0))
	if d.position > d.ref.Bytes {
		return js.Undefined(), d.lengthError("more than " + megabytes(d.ref.Bytes) + " arrived")
	}
	fresh := d.position - d.received
	if fresh <= 0 {
		return js.Undefined(), nil
	}
	if fresh < n {
		chunk = chunk.Call("subarray", n-fresh)
	}
	d.received, d.tried = d.position, 0
	d.copy.add(chunk)
	d.progress(d.received)
	return chunk, nil
}

// look refuses a file by its first chunk: a page to sign in is not as long as the model, and shall not be taken for a
// connection that broke.
func (d *download) look(chunk js.Value) error {
	start := make([]byte, min(chunk.Length(), 512))
	if js.CopyBytesToGo(start, chunk) < 4 {
		return nil // too little to tell
	}
	packed, raw := weights.IsZstd(start), d.ref.RawBytes
	switch what := weights.WhatIs(start); {
	case what != "":
		return notModel(d.ref, what)
	case !packed && raw != 0 && raw != d.ref.Bytes:
		return &proto.Error{
			Type: proto.ErrNotModel,
			Text: "The model " + d.ref.Name() + " arrived unpacked: the server declares the compression of the file itself as its Content-Encoding" +
				d.unpacked + ", and the browser took it off.",
			Remedy: "Have the server send .zst files as they are, without a Content-Encoding.",
		}
	}
	return nil
}

// pause waits before the next request, unless the download is closed meanwhile.
func (d *download) pause() {
	timer := time.NewTimer(pauses[d.tried])
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.closed:
	}
}

// hangUp ends the request under way; harmless when it has ended.
func (d *download) hangUp() {
	if !d.abort.IsUndefined() {
		d.abort.Call("abort")
	}
	d.abort, d.reader = js.Undefined(), js.Undefined()
}

// close ends the download. It is called from callbacks too: it must not block.
func (d *download) close() {
	if !d.isClosed() {
		close(d.closed)
		switch {
		case !d.abort.IsUndefined():
			d.abort.Call("abort")
		case !d.reader.IsUndefined(): // a file of the visitor's own
			d.reader.Call("cancel")
		}
	}
}

func (d *download) isClosed() bool {
	select {
	case <-d.closed:
		return true
	default:
		return false
	}
}

// An interruption is a failure that another request may mend.
type interruption struct {
	cause  error
	status int // that the server answered; 0: none
}

func (i interruption) Error() string { return i.cause.Error() }

// gaveUp says what kept every try from succeeding.
func (d *download) gaveUp(last interruption) *proto.Error {
	switch {
	case !d.ref.File.IsUndefined():
		return &proto.Error{
			Type:   proto.ErrMissing,
			Text:   "Your file " + d.ref.Name() + " can no longer be read: " + last.Error() + ".",
			Remedy: "It may have been moved or changed; open it again.",
		}
	case last.status != 0:
		return d.missing(last.status)
	case last.cause == errStalled:
		return &proto.Error{
			Type:   proto.ErrStalled,
			Text:   "The download of the model " + d.ref.ID + " stopped: nothing arrived for 30 seconds.",
			Remedy: "Check the connection and try again.",
		}
	case d.received > 0:
		return &proto.Error{
			Type: proto.ErrNetwork,
			Text: "The download of the model " + d.ref.ID + " broke off after " + megabytes(d.received) + " of " + megabytes(d.ref.Bytes) +
				", and could not be taken up again.",
			Remedy: "Check that the server is running and the connection is up, then try again.",
		}
	}
	return &proto.Error{
		Type:   proto.ErrNetwork,
		Text:   "The model " + d.ref.ID + " could not be downloaded: the server cannot be reached.",
		Remedy: "Check that the server is running and the connection is up, then try again.",
	}
}

func (d *download) missing(status int) *proto.Error {
	return &proto.Error{
		Type:   proto.ErrMissing,
		Text:   "The server has no file for the model " + d.ref.ID + " (it answered " + strconv.Itoa(status) + " for " + d.ref.URL + ").",
		Remedy: "Choose another model, or put the file where models/index.json says it is.",
	}
}

func notModel(ref proto.ModelRef, found string) *proto.Error {
	if !ref.File.IsUndefined() {
		return &proto.Error{
			Type: proto.ErrNotModel, Text: "Your file " + ref.Name() + " is no checkpoint but " + found + ".",
			Remedy: "Convert the checkpoint with tools/convert and take the .safetensors.zst file that it writes.",
		}
	}
	return &proto.Error{
		Type:   proto.ErrNotModel,
		Text:   "In place of the model " + ref.ID + " the server sent " + found + ".",
		Remedy: "If this network asks you to sign in first, do that and try again; otherwise the site is not set up right.",
	}
}

func (d *download) lengthError(found string) *proto.Error {
	return &proto.Error{
		Type:   proto.ErrLength,
		Text:   "The file of the model " + d.ref.Name() + " has the wrong length: " + found + ".",
		Remedy: "Try again; if it stays, the file and models/index.json do not belong together.",
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
