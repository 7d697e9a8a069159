//go:build js && wasm

package page

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/internal/picture"
	"tintype/internal/recipe"
	"tintype/wasm/proto"
	"tintype/weights"
)

const (
	// pictureMost is the longest picture's file that is looked into.
	pictureMost = 64 << 20
	// photoMost is the longest file of a picture without a recipe; ours are of a few pixels.
	photoMost = 8 << 20
	// ownMost is the largest checkpoint that is read: a worker takes no more (weights.Options).
	ownMost = 1 << 30
)

// listenFiles takes files that are chosen or dropped anywhere on the page.
// Text that is dragged goes where the browser puts it.
func (p *page) listenFiles() {
	file := p.ui.file
	on(file, "change", func(dom.Event) {
		files := file.Underlying().Get("files")
		list := make([]js.Value, files.Length())
		for i := range list {
			list[i] = files.Index(i)
		}
		file.SetValue("") // the same file again is a change, too
		if len(list) > 0 {
			p.take(list)
		}
	})
	window := dom.GetWindow()
	window.AddEventListener("dragover", false, func(e dom.Event) {
		if _, files := dragged(e); files {
			e.PreventDefault()
			p.ui.app.SetAttribute("data-drop", "")
		}
	})
	window.AddEventListener("dragleave", false, func(dom.Event) { p.ui.app.RemoveAttribute("data-drop") })
	window.AddEventListener("drop", false, func(e dom.Event) {
		p.ui.app.RemoveAttribute("data-drop")
		if list, files := dragged(e); files {
			e.PreventDefault()
			p.take(list)
		}
	})
}

// dragged gives the files of a drag; files is false if it brings none. A folder is null in the list. While it is over
// the page, and not dropped yet, a browser tells only that there are files.
func dragged(e dom.Event) (list []js.Value, files bool) {
	data := e.Underlying().Get("dataTransfer")
	if !data.Truthy() || !data.Get("types").Call("includes", "Files").Bool() {
		return nil, false
	}
	items := data.Get("items")
	for i := range items.Length() {
		item := items.Index(i)
		if item.Get("kind").String() != "file" {
			continue
		}
		entry := js.Null()
		if item.Get("webkitGetAsEntry").Truthy() {
			entry = item.Call("webkitGetAsEntry")
		}
		if entry.Truthy() && entry.Get("isDirectory").Bool() {
			list = append(list, js.Null())
		} else if file := item.Call("getAsFile"); file.Truthy() {
			list = append(list, file)
		}
	}
	return list, true
}

// take looks at what was chosen or dropped, and reads it when the page is free.
func (p *page) take(list []js.Value) {
	p.whenFree("file", func() {
		switch {
		case len(list) == 0:
			p.refuseFile("The browser gave nothing that can be read.", "Save it to a file first, and open that.")
		case len(list) > 1:
			p.refuseFile("They are "+strconv.Itoa(len(list))+" files, and one at a time is read.", "Open one of them.")
		case list[0].IsNull():
			p.refuseFile("It is a folder.", "Open a picture or a checkpoint; tools/convert makes one of a model's folder.")
		default:
			p.openFile(list[0])
		}
	})
}

// openFile reads a file as what its name says it is.
func (p *page) openFile(file js.Value) {
	name, size := file.Get("name").String(), int64(file.Get("size").Float())
	kind := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	most := int64(pictureMost)
	model := kind == "zst" || kind == "safetensors"
	photo := strings.HasPrefix(file.Get("type").String(), "image/") || slices.Contains([]string{"png", "jpg", "jpeg", "webp", "gif"}, kind)
	if model {
		most = ownMost
	}
	switch {
	case !photo && !model:
		p.refuseFile("It is "+name+".", "Open a picture (PNG, JPEG, WebP, GIF) or a checkpoint NAME.safetensors.zst; tools/convert writes one.")
	case size == 0:
		p.refuseFile(name+" is empty.", "Get it anew from where it came, or choose another.")
	case size > most:
		p.refuseFile(name+" has "+megabytes(size)+", and "+megabytes(most)+" are the most that is read.", "Choose a smaller one.")
	case !model:
		p.say("Reading " + name + "…")
		go p.takePicture(file, name, size)
	default:
		ref := proto.ModelRef{URL: name, Bytes: size, File: file}
		if !fromDisk() {
			p.identify(ref)
			return
		}
		p.say("Reading " + name + "…")
		p.read(file, func(buffer js.Value) {
			ref.File = buffer
			p.identify(ref)
		})
	}
}

func (p *page) refuseFile(why, remedy string) { p.refuse("file", why, remedy) }

// fromDisk says that the page is a file. Its workers cannot read a Blob in WebKit.
func fromDisk() bool { return js.Global().Get("location").Get("protocol").String() == "file:" }

// read hands over a file's bytes as an ArrayBuffer.
func (p *page) read(file js.Value, then func(buffer js.Value)) {
	settled(file.Call("arrayBuffer"), then, func(reason js.Value) {
		p.unreadable(file.Get("name").String(), reason.Get("message").String())
	})
}

func (p *page) unreadable(name, reason string) {
	p.whenFree("file", func() {
		p.refuseFile(name+" cannot be read: "+reason, "It may have been moved or changed; open it again.")
	})
}

// A blobReader reads a Blob. It blocks its goroutine, and nothing else.
type blobReader struct{ blob js.Value }

func (r blobReader) ReadAt(part []byte, at int64) (int, error) {
	buffer, err := wait(r.blob.Call("slice", at, at+int64(len(part))).Call("arrayBuffer"))
	if err != nil {
		return 0, err
	}
	n := js.CopyBytesToGo(part, js.Global().Get("Uint8Array").New(buffer))
	if n < len(part) {
		return n, io.EOF
	}
	return n, nil
}

// takePicture makes the picture of a PNG file of ours again; another one can be changed. It blocks its goroutine, never the
// page: of a file with a recipe only what may hold one is read.
func (p *page) takePicture(file js.Value, name string, size int64) {
	reader := blobReader{file}
	texts, err := picture.Texts(reader, size)
	if err != nil {
		p.unreadable(name, err.Error())
		return
	}
	words, wrong := picture.Recipe(texts, inflate)
	switch {
	case words != "":
		p.follow(words, "file")
		return
	case size > photoMost:
		p.whenFree("file", func() {
			p.refuseFile(name+" has "+megabytes(size)+", and a picture to be changed "+megabytes(photoMost)+" at most.", "Choose a smaller one.")
		})
		return
	}
	data := make([]byte, size)
	if _, err := reader.ReadAt(data, 0); err != nil {
		p.unreadable(name, err.Error())
		return
	}
	head, err := picture.HeadOf(data)
	if head.Kind == "PNG" && wrong != nil {
		err = wrong
	}
	p.whenFree("file", func() {
		if err != nil {
			p.refuseFile(name+" is "+err.Error()+".", "Choose another picture.")
			return
		}
		p.bring(&photo{name, data, head})
	})
}

// identify has a worker read a checkpoint of the visitor's own, which is known by its hash. The page does not wait, and
// has nothing of it in its memory.
func (p *page) identify(ref proto.ModelRef) {
	p.workers.first.cancel(p.reading)
	p.say("Reading " + ref.URL + "…")
	id := 0
	id = p.workers.first.request(proto.Digest{Model: ref}, func(message proto.Message) {
		if p.reading != id {
			return // something else was chosen since
		}
		switch e := message.(type) {
		case proto.Progress:
			if p.free() {
				p.ui.status.SetTextContent("Reading " + ref.URL + ": " + megabytes(e.Received) + " of " + megabytes(e.Total))
			}
		case proto.Digested:
			p.reading = 0
			ref.SHA256 = e.SHA256
			p.whenFree("file", func() { p.takeModel(ref) })
		case *proto.Error:
			p.reading = 0
			p.whenFree("file", func() { p.fail(e, nil) })
		}
	})
	p.reading = id
}

// takeModel offers a checkpoint of the visitor's own. The worker reads the
// file itself, and refuses what is none.
func (p *page) takeModel(ref proto.ModelRef) {
	ref.ID = ownID(ref.URL, ref.SHA256)
	m := &entry{own: true, ref: ref}
	m.Entry = weights.Entry{Name: strings.TrimSuffix(strings.TrimSuffix(ref.URL, ".zst"), ".safetensors")}
	if i := slices.IndexFunc(p.models, func(other *entry) bool { return other.ref.SHA256 == ref.SHA256 }); i >= 0 {
		if m = p.models[i]; m.own {
			m.ref.File = ref.File // the old one may be gone
		}
	} else {
		p.models = append(p.models, m)
		p.showModels()
	}
	if q := p.awaited; q != nil && p.modelOf(q.recipe) == m {
		p.awaited, p.link = nil, q
	}
	m.input.SetChecked(true)
	p.choose(m)
}

// A stand is which model was chosen, and what is known of it if it was loaded.
type stand struct {
	chosen *entry
	info   *proto.Info
}

// remember notes the standing model before another is chosen. A file that nobody has loaded yet stands for nothing.
func (p *page) remember() {
	if m := p.chosen; m != nil && (!m.own || m.loaded) {
		p.before = stand{m, p.info}
		if p.load != 0 {
			p.before.info = nil
		}
	}
}

// dismiss takes a file that is no model off the list and goes on with what was there before it.
func (p *page) dismiss(m *entry, e *proto.Error) {
	before := p.before
	p.models = slices.DeleteFunc(p.models, func(other *entry) bool { return other == m })
	p.chosen, p.info = before.chosen, before.info
	p.showModels()
	if before.info == nil {
		p.choose(before.chosen)
	} else {
		p.ui.sampling.SetDisabled(false)
		p.workers.load(before.chosen.ref, func(proto.Message) {}) // what fails in it, fails again when it is asked for
	}
	p.fail(e, nil)
}

// ownID names a file of the visitor's in recipes and in the names of its pictures. Two files may have one name, or names
// of which no letter can stand there: it is their hash that tells them apart.
func ownID(name, hash string) string {
	id := strings.Trim(recipe.ModelName(name), "-")
	if id == "" {
		id = "own"
	}
	return id + "-" + hash[:8]
}
