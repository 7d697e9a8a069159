//go:build js && wasm

package worker

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall/js"
	"time"

	"tintype/wasm/proto"
)

// Verified models are kept in the Cache API, known by their hash, and so one
// copy serves all pages of an origin. An entry is a made-up response with the
// file as its body. Of a file longer than a part all parts but the last lie
// beside it: a browser may hold a body in memory until it is stored. The
// entry itself is written last, and only when the hash of all was right.
//
// Nothing here is an error to anybody: where a browser keeps nothing (a
// sandboxed frame, a page from disk, a full disk) models are downloaded again.

const cacheName = "tintype-models"

// partBytes is the length of a part.
var partBytes int64 = 8 << 20

// storageLimit is how long storage may take for one thing.
const storageLimit = 10 * time.Second

// Headers of an entry.
const (
	headerID    = "tintype-id"
	headerBytes = "tintype-bytes" // of a part; in the entry itself of all
)

// cachedURL is the address under which a file is kept. There is nothing there.
func cachedURL(sha256 string) string {
	return js.Global().Get("location").Get("origin").String() + "/" + cacheName + "/" + sha256
}

// partURL is where part i of the file lies; the last part is the entry.
func partURL(sha256 string, i, last int64) string {
	if i == last {
		return cachedURL(sha256)
	}
	return cachedURL(sha256) + "/" + strconv.FormatInt(i, 10)
}

// lastPart is the number of the last part.
func lastPart(bytes int64) int64 { return (bytes - 1) / partBytes }

var errNoStorage = errors.New("this browser keeps nothing")

// A storage gives the Cache that keeps the models. It is opened once, at the
// first call: in a new profile that takes a browser 30 ms and more.
type storage func() (js.Value, error)

func newStorage() storage {
	return sync.OnceValues(func() (cache js.Value, err error) {
		defer caught(&err)
		// In a sandboxed frame reading the property throws; Get would not survive that.
		caches := js.Global().Get("Reflect").Call("get", js.Global(), "caches")
		if !caches.Truthy() {
			return js.Undefined(), errNoStorage
		}
		return await(caches.Call("open", cacheName), storageLimit)
	})
}

// ask calls a method of the Cache.
func (s storage) ask(method string, args ...any) (answer js.Value, err error) {
	defer caught(&err)
	cache, err := s()
	if err != nil {
		return js.Undefined(), err
	}
	return await(cache.Call(method, args...), storageLimit)
}

// caught makes an error of what JavaScript threw.
func caught(err *error) {
	if p := recover(); p != nil {
		if _, thrown := p.(js.Error); !thrown {
			panic(p)
		}
		*err = errNoStorage
	}
}

// A keptFile is a model's file from the cache.
type keptFile struct {
	storage
	ref    proto.ModelRef
	part   int64
	reader js.Value
}

// find gives the kept file of a model, nil if there is none.
func (s storage) find(ref proto.ModelRef) *keptFile {
	if !keepable(ref) {
		return nil
	}
	if entry, err := s.ask("match", partAddress(ref, lastPart(ref.Bytes))); err != nil || entry.IsUndefined() {
		return nil
	}
	return &keptFile{storage: s, ref: ref, part: -1}
}

func partAddress(ref proto.ModelRef, i int64) string {
	return partURL(ref.SHA256, i, lastPart(ref.Bytes))
}

// next gives the following chunk of the file. Whether it is the right one is
// for the hash to say.
func (k *keptFile) next() (js.Value, error) {
	for {
		if !k.reader.IsUndefined() {
			result, err := await(k.reader.Call("read"), storageLimit)
			if err != nil {
				k.reader = js.Undefined()
				return js.Undefined(), err
			}
			if !result.Get("done").Bool() {
				return result.Get("value"), nil
			}
		}
		if k.part++; k.part > lastPart(k.ref.Bytes) {
			return js.Undefined(), io.EOF
		}
		response, err := k.ask("match", partAddress(k.ref, k.part))
		if err != nil || !response.Truthy() || !response.Get("body").Truthy() {
			return js.Undefined(), errNoStorage
		}
		k.reader = response.Get("body").Call("getReader")
	}
}

// close gives up what was not read.
func (k *keptFile) close() {
	if !k.reader.IsUndefined() {
		k.reader.Call("cancel")
	}
}

// A keeper makes a copy of a file while it is downloaded. It holds one part at
// a time and leaves the others to the browser, which may put a Blob on disk.
// When storage refuses only these Blobs remain.
type keeper struct {
	storage
	ref     proto.ModelRef
	chunks  js.Value // Array, of the part that is not full yet
	size    int64    // of chunks
	parts   js.Value // Array of the Blobs before it
	refused bool
	full    *bool // of the worker: set when storage has no room
}

// keepable excepts files of the visitor's own and those that came with the page.
func keepable(ref proto.ModelRef) bool {
	return ref.File.IsUndefined() && strings.HasPrefix(ref.URL, "http") && js.Global().Get("location").Type() == js.TypeObject
}

// keep begins a copy, nil where none is made.
func (s storage) keep(ref proto.ModelRef) *keeper {
	if !keepable(ref) {
		return nil
	}
	array := js.Global().Get("Array")
	return &keeper{storage: s, ref: ref, chunks: array.New(), parts: array.New()}
}

// add takes the next chunk of the file.
func (k *keeper) add(chunk js.Value) {
	for k != nil {
		room := partBytes - k.size
		n := int64(chunk.Length())
		if n < room || int64(k.parts.Length()) == lastPart(k.ref.Bytes) {
			k.push(chunk, n)
			return
		}
		k.push(chunk.Call("subarray", 0, room), room)
		k.close()
		k.store()
		if n == room {
			return
		}
		chunk = chunk.Call("subarray", room)
	}
}

func (k *keeper) push(chunk js.Value, n int64) {
	k.chunks.Call("push", chunk)
	k.size += n
}

// close makes a Blob of the part that is full, or the last.
func (k *keeper) close() {
	k.parts.Call("push", js.Global().Get("Blob").New(k.chunks))
	k.chunks, k.size = js.Global().Get("Array").New(), 0
}

// store writes the part that was closed last.
func (k *keeper) store() {
	if k.refused {
		return
	}
	err := k.put()
	if k.full != nil {
		*k.full = err != nil
	}
	if err != nil {
		k.drop()
	}
}

func (k *keeper) put() (err error) {
	defer caught(&err)
	i := int64(k.parts.Length()) - 1
	body := k.parts.Index(int(i))
	headers := map[string]any{
		"Content-Type": "application/zstd", "Content-Length": body.Get("size"), headerID: k.ref.ID, headerBytes: body.Get("size"),
	}
	if i == lastPart(k.ref.Bytes) {
		headers[headerBytes] = k.ref.Bytes
	}
	response := js.Global().Get("Response").New(body, map[string]any{"headers": headers})
	_, err = k.ask("put", partAddress(k.ref, i), response)
	return err
}

// seal closes the last part: the file was the right one, and this is it. null
// where no copy is made.
func (k *keeper) seal() js.Value {
	if k == nil {
		return js.Null()
	}
	k.close()
	return js.Global().Get("Blob").New(k.parts)
}

// finish makes a sealed copy one that will be found.
func (k *keeper) finish() {
	if k != nil {
		k.store()
	}
}

// drop takes back what was written.
func (k *keeper) drop() {
	if k == nil || k.refused {
		return
	}
	k.refused = true
	for i := range k.parts.Length() {
		k.ask("delete", partURL(k.ref.SHA256, int64(i), -1))
	}
}

// keptNow tells what is kept, and what storage has refused.
func (w *worker) keptNow() proto.Kept {
	kept := proto.Kept{Models: w.kept.list()}
	if _, err := w.kept(); err != nil {
		kept.Refused = proto.RefusedAll
	} else if w.full {
		kept.Refused = proto.RefusedRoom
	}
	return kept
}

// list tells what is kept, and what is left of downloads that were never finished: parts without an entry.
func (s storage) list() []proto.KeptModel {
	list := []proto.KeptModel{}
	keys, err := s.ask("keys")
	if err != nil {
		return list
	}
	for i := range keys.Length() {
		request := keys.Index(i)
		response, err := s.ask("match", request)
		if err != nil || !response.Truthy() {
			continue
		}
		sha256, _, part := strings.Cut(strings.TrimPrefix(request.Get("url").String(), cachedURL("")), "/")
		at := slices.IndexFunc(list, func(m proto.KeptModel) bool { return m.SHA256 == sha256 })
		if at < 0 {
			at = len(list)
			list = append(list, proto.KeptModel{SHA256: sha256, Partial: true})
		}
		m := &list[at]
		bytes, _ := strconv.ParseInt(header(response.Get("headers"), headerBytes), 10, 64)
		m.ID = header(response.Get("headers"), headerID)
		switch {
		case !part:
			m.Bytes, m.Partial = bytes, false
		case m.Partial:
			m.Bytes += bytes
		}
	}
	return list
}

// purge forgets one file, or with an empty hash all, and what is left of
// downloads that were never finished.
func (s storage) purge(sha256 string) {
	keys, err := s.ask("keys")
	if err != nil {
		return
	}
	for i := range keys.Length() {
		request := keys.Index(i)
		if address := request.Get("url").String(); sha256 == "" || strings.HasPrefix(address+"/", cachedURL(sha256)+"/") {
			s.ask("delete", request)
		}
	}
}
