//go:build js && wasm

package worker

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"tintype/wasm/proto"
	"tintype/weights"
)

// fakeServer answers each fetch by the next of some turns, the last one again
// and again, and notes what it was asked for. It says over(n) when turn n has
// failed.
const fakeServer = `
const [file, turns, asked, over] = arguments;
globalThis.fetch = async (url, options) => {
	const n = Math.min(asked.length, turns.length - 1), turn = turns[n];
	asked.push([options.headers?.Range ?? "", options.headers?.["If-Range"] ?? "", options.cache].join("|"));
	if (turn.end === "refuse") throw new TypeError("Failed to fetch");
	let at = turn.from;
	const body = new ReadableStream({
		start(c) {
			options.signal.addEventListener("abort", () => {
				if (turn.end === "hang") over(n);
				c.error(options.signal.reason);
			});
		},
		async pull(c) {
			const to = Math.min(at + 7000, turn.to);
			if (at < to) { c.enqueue(file.slice(at, to)); at = to; return; }
			if (turn.end === "break") { over(n); c.error(new TypeError("network error")); }
			else if (turn.end === "hang") await new Promise(() => {});
			else c.close();
		},
	}, { highWaterMark: 0 });
	return new Response(turn.status === 416 ? null : body, { status: turn.status, headers: turn.headers });
};`

// A turn is one answer of the fake server: the file's bytes from, to, and then
// "" (the end), "break", "hang" (no byte at all, until the worker ends it), or
// "refuse" (no answer).
type turn struct {
	status   int
	from, to int
	end      string
	headers  map[string]any
}

const fileLength = 50_000

// theFile begins as a zstd frame and repeats nowhere.
func theFile() []byte {
	file := make([]byte, fileLength)
	for i := range file {
		file[i] = byte(i*i>>7 ^ i)
	}
	copy(file, "\x28\xb5\x2f\xfd")
	return file
}

func jsBytes(b []byte) js.Value {
	a := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(a, b)
	return a
}

// network replaces fetch for a test; the list it returns fills with what is asked.
func network(t *testing.T, turns ...turn) (asked js.Value) {
	t.Helper()
	list := make([]any, len(turns))
	for i, u := range turns {
		headers := map[string]any{"Content-Type": "application/zstd"}
		for k, v := range u.headers {
			headers[k] = v
		}
		list[i] = map[string]any{"status": u.status, "from": u.from, "to": u.to, "end": u.end, "headers": headers}
	}
	asked = js.Global().Get("Array").New()
	was := js.Global().Get("fetch")
	wasPauses, wasLimit := pauses, stallLimit
	// Only a turn that hangs is given up for its time, and that soon: no other can be mistaken for one, however slow.
	limitOf := func(n int) time.Duration {
		if turns[n].end == "hang" {
			return time.Millisecond
		}
		return patience
	}
	over := js.FuncOf(func(_ js.Value, args []js.Value) any {
		stallLimit = limitOf(min(args[0].Int()+1, len(turns)-1))
		return nil
	})
	js.Global().Set("location", map[string]any{"origin": "https://site.test"})
	js.Global().Get("Function").New(fakeServer).Invoke(jsBytes(theFile()), list, asked, over)
	pauses, stallLimit = [tries]time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}, limitOf(0)
	t.Cleanup(func() {
		over.Release()
		js.Global().Set("fetch", was)
		js.Global().Delete("location")
		pauses, stallLimit = wasPauses, wasLimit
	})
	return asked
}

// newFileBench is a bench whose loader takes theFile and nothing else.
func newFileBench(t *testing.T) *bench {
	t.Helper()
	m := &fakeModel{steps: 1}
	b := newBench(t, m)
	b.worker.load = func(file io.Reader, ref proto.ModelRef) (picturer, error) {
		b.loaded = append(b.loaded, ref.ID)
		got, err := io.ReadAll(file)
		if err == nil && !bytes.Equal(got, theFile()) {
			err = weights.ErrHash
		}
		return m, err
	}
	return b
}

func fileRef() proto.ModelRef {
	return proto.ModelRef{ID: "m", URL: "https://site.test/m.zst", Bytes: fileLength, SHA256: "5a"}
}

func texts(v js.Value) []string {
	out := make([]string, v.Length())
	for i := range out {
		out[i] = v.Index(i).String()
	}
	return out
}

func TestBrokenDownloads(t *testing.T) {
	tag := map[string]any{"ETag": `"one"`}
	weak := map[string]any{"ETag": `W/"one"`, "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"}
	part := func(rangeText string, more map[string]any) map[string]any {
		h := map[string]any{"Content-Range": rangeText}
		for k, v := range more {
			h[k] = v
		}
		return h
	}
	rest := func(from int) turn { // the right answer to a range
		return turn{206, from, fileLength, "", map[string]any{"ETag": `"one"`, "Content-Range": "bytes " + strconv.Itoa(from) + "-49999/50000"}}
	}
	all := turn{200, 0, fileLength, "", tag}
	const first, anew = "||no-cache", "||reload"
	const ranged = `bytes=21000-|"one"|no-store`
	for _, c := range []struct {
		name  string
		turns []turn
		asked []string
		fails proto.ErrorType
		says  string
	}{
		{"whole", []turn{all}, []string{first}, "", ""},
		{"cut before the first byte", []turn{{200, 0, 0, "break", tag}, all}, []string{first, first}, "", ""},
		{"no answer at first", []turn{{end: "refuse"}, all}, []string{first, first}, "", ""},
		{"cut and resumed", []turn{{200, 0, 21000, "break", tag}, rest(21000)}, []string{first, ranged}, "", ""},
		{"cut twice", []turn{{200, 0, 21000, "break", tag}, {206, 21000, 28000, "break", part("bytes 21000-49999/50000", tag)}, rest(28000)},
			[]string{first, ranged, `bytes=28000-|"one"|no-store`}, "", ""},
		{"ends early, and says nothing of its length", []turn{{200, 0, 21000, "", tag}, rest(21000)}, []string{first, ranged}, "", ""},
		{"stalls and is resumed", []turn{{200, 0, 21000, "break", tag}, {206, 21000, 21000, "hang", part("bytes 21000-49999/50000", tag)}, rest(21000)},
			[]string{first, ranged, ranged}, "", ""},
		{"server fails in between", []turn{{200, 0, 21000, "break", tag}, {status: 503}, rest(21000)}, []string{first, ranged, ranged}, "", ""},
		{"a weak tag is no validator", []turn{{200, 0, 21000, "break", weak}, {206, 21000, fileLength, "", part("bytes 21000-49999/50000", weak)}},
			[]string{first, "bytes=21000-|Sun, 06 Nov 1994 08:49:37 GMT|no-store"}, "", ""},
		{"no ranges", []turn{{200, 0, 21000, "break", nil}, {200, 0, fileLength, "", nil}}, []string{first, "bytes=21000-||no-store"}, "", ""},
		{"no ranges, cut again", []turn{{200, 0, 21000, "break", nil}, {200, 0, 14000, "break", nil}, {200, 0, fileLength, "", nil}},
			[]string{first, "bytes=21000-||no-store", first}, "", ""},
		{"another range than asked for", []turn{{200, 0, 21000, "break", tag}, {206, 22000, fileLength, "", part("bytes 22000-49999/50000", tag)}, all},
			[]string{first, ranged, first}, "", ""},
		{"another range that claims to be right", []turn{{200, 0, 21000, "break", tag}, {206, 20000, fileLength - 1000, "", part("bytes 21000-49999/50000", tag)}, all},
			[]string{first, ranged, anew}, "", ""},
		{"a range of another file", []turn{{200, 0, 21000, "break", tag}, {206, 21000, fileLength, "", part("bytes 21000-59999/60000", tag)}, all},
			[]string{first, ranged, first}, "", ""},
		{"other tag with the range", []turn{{200, 0, 21000, "break", tag}, {206, 21000, fileLength, "", part("bytes 21000-49999/50000", map[string]any{"ETag": `"two"`})}, all},
			[]string{first, ranged, anew}, "", ""},
		{"other tag with everything", []turn{{200, 0, 21000, "break", tag}, {200, 0, fileLength, "", map[string]any{"ETag": `"two"`}}, all},
			[]string{first, ranged, anew}, "", ""},
		{"range not satisfiable", []turn{{200, 0, 21000, "break", tag}, {status: 416}, all}, []string{first, ranged, anew}, "", ""},
		{"a part without being asked", []turn{{206, 0, 21000, "", part("bytes 0-20999/50000", tag)}, all}, []string{first, first}, "", ""},

		{"never again", []turn{{200, 0, 21000, "break", tag}, {end: "refuse"}}, []string{first, ranged, ranged, ranged}, proto.ErrNetwork, "broke off after 21.0 kB of 50.0 kB"},
		{"never", []turn{{end: "refuse"}}, []string{first, first, first}, proto.ErrNetwork, "cannot be reached"},
		{"stalls for good", []turn{{200, 0, 21000, "break", tag}, {206, 21000, 21000, "hang", part("bytes 21000-49999/50000", tag)}},
			[]string{first, ranged, ranged, ranged}, proto.ErrStalled, "nothing arrived"},
		{"fails for good", []turn{{status: 500}}, []string{first, first, first}, proto.ErrMissing, "answered 500"},
		{"gone in between", []turn{{200, 0, 21000, "break", tag}, {status: 404}}, []string{first, ranged}, proto.ErrMissing, "answered 404"},
		{"a page in between", []turn{{200, 0, 21000, "break", tag}, {200, 0, fileLength, "", map[string]any{"Content-Type": "text/html"}}},
			[]string{first, ranged}, proto.ErrNotModel, "an HTML page"},
		{"too short", []turn{{200, 0, 40000, "", map[string]any{"Content-Length": "40000"}}}, []string{first}, proto.ErrLength, "only 40.0 kB of 50.0 kB"},
		{"changes always", []turn{{200, 0, 21000, "break", tag}, {200, 0, 100, "", map[string]any{"ETag": `"two"`}}, {200, 0, 21000, "break", tag},
			{200, 0, 100, "", map[string]any{"ETag": `"two"`}}, {200, 0, 21000, "break", tag}, {status: 416}},
			[]string{first, ranged, anew, ranged, anew, ranged}, proto.ErrNetwork, "changed on the server"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := network(t, c.turns...)
			b := newFileBench(t)
			b.ask(1, proto.Load{Model: fileRef()})
			events, answer := b.answer(1)
			if got := texts(asked); !slices.Equal(got, c.asked) {
				t.Errorf("asked for %q, want %q", got, c.asked)
			}
			if c.fails != "" {
				if !isError(answer, c.fails) || !strings.Contains(answer.(*proto.Error).Text, c.says) {
					t.Errorf("answered by %+v, want type %s and %q", answer, c.fails, c.says)
				}
				return
			}
			if _, ok := answer.(proto.Loaded); !ok {
				t.Fatalf("answered by %+v", answer)
			}
			if last := events[len(events)-1]; last != (proto.Progress{Received: fileLength, Total: fileLength}) {
				t.Errorf("the last event is %+v", last)
			}
		})
	}
}

// A cancel ends a download that waits, between two requests too.
func TestCancelledDownload(t *testing.T) {
	asked := network(t, turn{200, 0, 21000, "break", nil}, turn{end: "refuse"})
	pauses = [tries]time.Duration{0, time.Hour, time.Hour}
	b := newFileBench(t)
	b.ask(1, proto.Load{Model: fileRef()})
	for asked.Length() < 2 { // the second is refused, and a third would be an hour away
		time.Sleep(time.Millisecond)
	}
	b.ask(2, proto.Cancel{Target: 1})
	for range 2 {
		for {
			s := <-b.out
			if s.id == 1 && isError(s.m, proto.ErrCancelled) || s.id == 2 {
				break
			}
		}
	}
}
