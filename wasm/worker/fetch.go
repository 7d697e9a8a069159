//go:build js && wasm

package worker

import (
	"errors"
	"strconv"
	"strings"
	"syscall/js"

	"tintype/wasm/proto"
)

// request asks for what is missing of the file and looks at the response's head.
func (d *download) request() error {
	d.tried++
	if !d.ref.File.IsUndefined() {
		d.position, d.expected = 0, d.ref.Bytes
		d.reader = js.Global().Get("Response").New(d.ref.File).Get("body").Call("getReader")
		return nil
	}
	from := d.received
	if d.whole {
		from = 0
	}
	d.abort = js.Global().Get("AbortController").New()
	response, err := await(js.Global().Call("fetch", d.ref.URL, d.options(from)), stallLimit)
	if err != nil {
		// A server of another origin may refuse the question for a range.
		d.whole = from > 0 && !sameOrigin(d.ref.URL)
		return interruption{err, 0}
	}
	status, headers := response.Get("status").Int(), response.Get("headers")
	switch {
	case status >= 500:
		return interruption{errors.New("the server failed"), status}
	case status == 416 && from > 0:
		return d.changed()
	case !response.Get("ok").Bool():
		return d.missing(status)
	case strings.HasPrefix(header(headers, "content-type"), "text/html"):
		return notModel(d.ref, "an HTML page")
	case response.Get("body").IsNull():
		return notModel(d.ref, "nothing")
	}
	validator := validatorOf(headers)
	if d.validator != "" && validator != "" && d.validator != validator {
		return d.changed()
	}
	d.validator = validator
	if d.unpacked = ""; strings.Contains(header(headers, "content-encoding"), "zstd") {
		d.unpacked = ", zstd"
	}
	if d.received > 0 {
		d.doubtful = true
	}
	if d.position = 0; status == 206 {
		if from == 0 || !d.continues(headers, from) {
			d.whole = true
			return interruption{errors.New("the server sent another part"), 0}
		}
		d.position = from
	}
	d.whole = d.received > 0 && status != 206
	d.expected = bodyLength(headers)
	d.reader = response.Get("body").Call("getReader")
	return nil
}

// options are those of the fetch for the bytes from an offset on.
func (d *download) options(from int64) map[string]any {
	// A copy that the browser has is asked about first: an old one would fail
	// its hash.
	options := map[string]any{"signal": d.abort.Get("signal"), "credentials": "same-origin", "cache": "no-cache"}
	if d.fresh {
		options["cache"] = "reload"
	}
	if from > 0 {
		headers := map[string]any{"Range": "bytes=" + strconv.FormatInt(from, 10) + "-"}
		if d.validator != "" && sameOrigin(d.ref.URL) { // others would have to allow the header
			headers["If-Range"] = d.validator
		}
		options["headers"], options["cache"] = headers, "no-store"
	}
	return options
}

// continues reports whether a 206 is the rest of the file. What a server of
// another origin does not show is left to the hash.
func (d *download) continues(headers js.Value, from int64) bool {
	rest := d.ref.Bytes - from
	if part := header(headers, "content-range"); part != "" {
		first, last := strconv.FormatInt(from, 10), strconv.FormatInt(d.ref.Bytes-1, 10)
		total := strconv.FormatInt(d.ref.Bytes, 10)
		return part == "bytes "+first+"-"+last+"/"+total || part == "bytes "+first+"-"+last+"/*"
	}
	n := bodyLength(headers)
	return n < 0 || n == rest
}

// changed: what was received is of another file than what the server has now.
func (d *download) changed() error {
	d.doubtful = true
	return &proto.Error{
		Type:   proto.ErrNetwork,
		Text:   "The file of the model " + d.ref.ID + " changed on the server while it was downloaded.",
		Remedy: "Reload the page; if it stays, the file and models/index.json do not belong together.",
	}
}

// validatorOf is what If-Range takes: a strong ETag, else the date.
func validatorOf(headers js.Value) string {
	if tag := header(headers, "etag"); strings.HasPrefix(tag, `"`) {
		return tag
	}
	return header(headers, "last-modified")
}

// bodyLength is how many bytes a body has, -1 if the headers do not tell.
func bodyLength(headers js.Value) int64 {
	n, err := strconv.ParseInt(header(headers, "content-length"), 10, 64)
	if err != nil || header(headers, "content-encoding") != "" {
		return -1
	}
	return n
}

// header is one of a response, "" if it has none or does not show it.
func header(headers js.Value, name string) string {
	v := headers.Call("get", name)
	if v.Type() != js.TypeString {
		return ""
	}
	return v.String()
}

// sameOrigin reports whether an address is of this worker's own origin.
func sameOrigin(address string) bool {
	location := js.Global().Get("location")
	return location.Type() == js.TypeObject && strings.HasPrefix(address, location.Get("origin").String()+"/")
}
