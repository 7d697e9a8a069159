//go:build js && wasm

package worker

import (
	"slices"
	"syscall/js"
	"testing"

	"tintype/wasm/proto"
)

// fakeCaches is a Cache API; its entries are in the Map that it is given.
const fakeCaches = `
const [entries, refuses] = [arguments[0], arguments[1]];
const urlOf = (r) => typeof r === "string" ? r : r.url;
const fail = (what) => { if (refuses === what) throw new DOMException("no", what === "put" ? "QuotaExceededError" : "SecurityError"); };
const cache = {
	async match(r) { return entries.get(urlOf(r))?.clone() },
	async put(r, response) { fail("put"); entries.set(urlOf(r), new Response(await response.arrayBuffer(), { headers: response.headers })) },
	async delete(r) { return entries.delete(urlOf(r)) },
	async keys() { return [...entries.keys()].map((url) => ({ url })) },
};
Object.defineProperty(globalThis, "caches", { configurable: true, get() { fail("everything"); return { async open() { fail("open"); return cache } } } });`

// keptBench is a bench with a network that has the file, and with caches.
func keptBench(t *testing.T, refuses string) (b *bench, asked, entries js.Value) {
	t.Helper()
	asked = network(t, turn{200, 0, fileLength, "", nil})
	entries = js.Global().Get("Map").New()
	js.Global().Get("Function").New(fakeCaches).Invoke(entries, refuses)
	was := partBytes
	t.Cleanup(func() { js.Global().Delete("caches"); partBytes = was })
	return newFileBench(t), asked, entries
}

// load loads the file anew, as a worker that has just started.
func (b *bench) load(id int) (events []proto.Message, answer proto.Message) {
	b.t.Helper()
	b.worker.model = nil
	b.ask(id, proto.Load{Model: fileRef()})
	return b.answer(id)
}

func (b *bench) kept(id int, m proto.Message) []proto.KeptModel {
	b.t.Helper()
	b.ask(id, m)
	_, answer := b.answer(id)
	return answer.(proto.Kept).Models
}

func keysOf(entries js.Value) []string {
	return texts(js.Global().Get("Array").Call("from", entries.Call("keys")))
}

const keptAt = "https://site.test/tintype-models/5a"

func TestKeptModels(t *testing.T) {
	for _, c := range []struct {
		name string
		part int64
		keys []string
	}{
		{"in one piece", 1 << 20, []string{keptAt}},
		{"in parts", 20_000, []string{keptAt + "/0", keptAt + "/1", keptAt}},
		{"in parts that fit", 25_000, []string{keptAt + "/0", keptAt}},
		{"in parts of a chunk", 1000, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, asked, entries := keptBench(t, "")
			partBytes = c.part
			b.load(1)
			if got, want := b.kept(2, proto.Cached{}), (proto.KeptModel{ID: "m", Bytes: fileLength, SHA256: "5a"}); !slices.Equal(got, []proto.KeptModel{want}) {
				t.Errorf("kept are %+v", got)
			}
			if got := keysOf(entries); c.keys != nil && !slices.Equal(got, c.keys) {
				t.Errorf("entries %q, want %q", got, c.keys)
			}
			events, answer := b.load(3)
			if _, ok := answer.(proto.Loaded); !ok || asked.Length() != 1 {
				t.Errorf("answered by %+v after %d requests", answer, asked.Length())
			}
			if full := (proto.Progress{Received: fileLength, Total: fileLength}); !slices.Equal(events, []proto.Message{full}) {
				t.Errorf("events %+v", events)
			}
			if got := b.kept(4, proto.Purge{SHA256: "5"}); len(got) != 1 {
				t.Error("another hash purged it")
			}
			if got := b.kept(5, proto.Purge{SHA256: "5a"}); len(got) != 0 || len(keysOf(entries)) != 0 {
				t.Errorf("after purge kept are %+v, entries %q", got, keysOf(entries))
			}
			if b.load(6); asked.Length() != 2 {
				t.Error("a purged file is not downloaded")
			}
		})
	}
}

// What a worker leaves that ends in the middle of a download is listed with its size, and goes like the rest.
func TestInterruptedDownloads(t *testing.T) {
	b, _, entries := keptBench(t, "")
	partBytes = 20_000
	b.load(1)
	b.kept(2, proto.Cached{})
	entries.Call("delete", keptAt) // is written last
	want := proto.KeptModel{ID: "m", Bytes: 2 * partBytes, SHA256: "5a", Partial: true}
	if got := b.kept(3, proto.Cached{}); !slices.Equal(got, []proto.KeptModel{want}) {
		t.Errorf("kept are %+v", got)
	}
	if got := b.kept(4, proto.Purge{SHA256: "5a"}); len(got) != 0 || len(keysOf(entries)) != 0 {
		t.Errorf("after purge kept are %+v, entries %q", got, keysOf(entries))
	}
}

// A kept file that was damaged is downloaded again, and kept again.
func TestDamagedCopies(t *testing.T) {
	damage := js.Global().Get("Function").New(`
		const [entries, key, how] = [arguments[0], arguments[1], arguments[2]];
		return (async () => {
			const was = entries.get(key), bytes = new Uint8Array(await was.clone().arrayBuffer());
			if (how === "other") bytes[77] ^= 1;
			if (how === "gone") entries.delete(key);
			else entries.set(key, new Response(how === "short" ? bytes.slice(1) : bytes, { headers: was.headers }));
		})()`)
	for _, c := range []struct{ how, key string }{
		{"other", keptAt}, {"short", keptAt}, {"other", keptAt + "/1"}, {"short", keptAt + "/0"}, {"gone", keptAt + "/0"}, {"gone", keptAt},
	} {
		t.Run(c.how+" "+c.key, func(t *testing.T) {
			b, asked, entries := keptBench(t, "")
			partBytes = 20_000
			b.load(1)
			b.kept(2, proto.Cached{})
			if _, err := await(damage.Invoke(entries, c.key, c.how), storageLimit); err != nil {
				t.Fatal(err)
			}
			for i := range 2 {
				if _, answer := b.load(3 + i); !isLoaded(answer) || asked.Length() != 2 {
					t.Errorf("load %d: answered by %+v after %d requests", i, answer, asked.Length())
				}
				b.kept(8+i, proto.Cached{})
			}
		})
	}
}

// Where nothing can be kept models load all the same, and nothing is left behind.
func TestNothingIsKept(t *testing.T) {
	for _, refuses := range []string{"everything", "open", "put"} {
		t.Run(refuses, func(t *testing.T) {
			b, asked, entries := keptBench(t, refuses)
			partBytes = 20_000
			for i := range 2 {
				if _, answer := b.load(1 + i); !isLoaded(answer) || asked.Length() != i+1 {
					t.Errorf("answered by %+v after %d requests", answer, asked.Length())
				}
			}
			if got := b.kept(3, proto.Purge{}); len(got) != 0 || len(keysOf(entries)) != 0 {
				t.Errorf("kept are %+v, entries %q", got, keysOf(entries))
			}
			want := proto.RefusedAll
			if refuses == "put" {
				want = proto.RefusedRoom
			}
			b.ask(4, proto.Cached{})
			if _, answer := b.answer(4); answer.(proto.Kept).Refused != want {
				t.Errorf("answered by %+v, want that %q is refused", answer, want)
			}
		})
	}
	t.Run("a broken download", func(t *testing.T) {
		b, _, entries := keptBench(t, "")
		partBytes = 20_000
		network(t, turn{200, 0, 41_000, "break", nil}, turn{status: 404})
		if _, answer := b.load(1); !isError(answer, proto.ErrMissing) || len(keysOf(entries)) != 0 {
			t.Errorf("answered by %+v, entries %q", answer, keysOf(entries))
		}
	})
	t.Run("another file", func(t *testing.T) {
		b, _, entries := keptBench(t, "")
		network(t, turn{200, 0, fileLength - 1, "", map[string]any{"Content-Length": "49999"}})
		if _, answer := b.load(1); !isError(answer, proto.ErrLength) || len(keysOf(entries)) != 0 {
			t.Errorf("answered by %+v, entries %q", answer, keysOf(entries))
		}
	})
	t.Run("a file of the visitor's", func(t *testing.T) {
		b, _, entries := keptBench(t, "")
		ref := fileRef()
		ref.URL = "blob:https://site.test/1"
		b.ask(1, proto.Load{Model: ref})
		if _, answer := b.answer(1); !isLoaded(answer) || len(b.kept(2, proto.Cached{})) != 0 || len(keysOf(entries)) != 0 {
			t.Errorf("answered by %+v, entries %q", answer, keysOf(entries))
		}
	})
}

func isLoaded(m proto.Message) bool {
	_, ok := m.(proto.Loaded)
	return ok
}

// TestFileForOthers: what was downloaded need not be downloaded by another worker, kept or not.
func TestFileForOthers(t *testing.T) {
	for _, refuses := range []string{"", "put", "everything"} {
		t.Run("refused: "+refuses, func(t *testing.T) {
			b, asked, _ := keptBench(t, refuses)
			partBytes = 20_000
			_, answer := b.load(1)
			loaded, ok := answer.(proto.Loaded)
			if !ok || loaded.File.IsNull() || loaded.File.Get("size").Int() != fileLength {
				t.Fatalf("answered by %+v", answer)
			}
			bytes, err := await(loaded.File.Call("arrayBuffer"), stallLimit)
			if err != nil {
				t.Fatal(err)
			}
			for i, file := range []js.Value{loaded.File, bytes} {
				b.worker.model = nil // as another worker, without storage
				ref := fileRef()
				ref.File = file
				b.ask(2+i, proto.Load{Model: ref})
				if _, answer := b.answer(2 + i); !isLoaded(answer) || !answer.(proto.Loaded).File.IsNull() {
					t.Errorf("answered by %+v", answer)
				}
			}
			if asked.Length() != 1 {
				t.Errorf("the file was asked for %d times", asked.Length())
			}
		})
	}
	b, _, _ := keptBench(t, "")
	b.load(1)
	b.kept(2, proto.Cached{})
	if _, answer := b.load(3); !answer.(proto.Loaded).File.IsNull() {
		t.Errorf("a file that is kept came along: %+v", answer)
	}
}
