//go:build js && wasm

package page

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/internal/picture"
	"tintype/internal/recipe"
	"tintype/wasm/proto"
	"tintype/weights"
)

// pictureMost is the largest PNG file that is looked into; ours are smaller.
const pictureMost = 64 << 20

// listenFiles takes files that are chosen or dropped anywhere on the page.
func (p *page) listenFiles() {
	file := p.ui.file
	on(file, "change", func(dom.Event) {
		p.take(file.Underlying().Get("files"))
		file.SetValue("") // the same file again is a change, too
	})
	window := dom.GetWindow()
	window.AddEventListener("dragover", false, func(e dom.Event) {
		e.PreventDefault()
		p.ui.app.SetAttribute("data-drop", "")
	})
	window.AddEventListener("dragleave", false, func(dom.Event) { p.ui.app.RemoveAttribute("data-drop") })
	window.AddEventListener("drop", false, func(e dom.Event) {
		e.PreventDefault()
		p.ui.app.RemoveAttribute("data-drop")
		p.take(e.Underlying().Get("dataTransfer").Get("files"))
	})
}

// take looks at the first of a FileList.
func (p *page) take(files js.Value) {
	if files.Length() == 0 || p.phase == sampling || p.phase == starting || len(p.models) == 0 {
		return
	}
	file := files.Index(0)
	name, size := file.Get("name").String(), file.Get("size").Int()
	switch {
	case strings.HasSuffix(strings.ToLower(name), ".png") && size <= pictureMost:
		p.say("Reading " + name + "…")
		p.read(file, func(data []byte, _ js.Value) { go p.takePicture(data) })
	case strings.HasSuffix(strings.ToLower(name), ".zst"):
		p.say("Reading " + name + "…")
		p.read(file, func(data []byte, buffer js.Value) {
			if fromDisk() {
				file = buffer
			}
			p.takeModel(file, name, data)
		})
	default:
		p.refuse("It is "+name+"; a PNG picture made here or a checkpoint NAME.safetensors.zst was expected.", "file")
	}
}

// fromDisk says that the page is a file. Its workers cannot read a Blob in WebKit.
func fromDisk() bool { return js.Global().Get("location").Get("protocol").String() == "file:" }

// read hands the bytes of a file over, and the ArrayBuffer that they came in.
func (p *page) read(file js.Value, then func(data []byte, buffer js.Value)) {
	settled(file.Call("arrayBuffer"), func(buffer js.Value) {
		a := js.Global().Get("Uint8Array").New(buffer)
		data := make([]byte, a.Length())
		js.CopyBytesToGo(data, a)
		then(data, buffer)
	}, func(reason js.Value) {
		p.refuse("It cannot be read: "+reason.Get("message").String(), "file")
	})
}

// takePicture makes the picture of a PNG file of ours again. It blocks its goroutine where a text is compressed.
func (p *page) takePicture(data []byte) {
	words, err := picture.Recipe(data, inflate)
	switch {
	case err != nil:
		p.refuse("It is "+err.Error()+".", "file")
	case words == "":
		p.refuse("It does not say how it was made: only pictures downloaded from this page do.", "file")
	default:
		p.follow(words, "file")
	}
}

// takeModel offers a checkpoint of the visitor's own. The worker reads the
// file itself, and refuses what is none.
func (p *page) takeModel(file js.Value, name string, data []byte) {
	sum := sha256.New()
	sum.Write(data)
	hash := hex.EncodeToString(sum.Sum(nil))
	id := strings.TrimSuffix(strings.TrimSuffix(name, ".zst"), ".safetensors")
	m := &entry{own: true, ref: proto.ModelRef{
		ID: ownID(name, hash), URL: name, Bytes: int64(len(data)), SHA256: hash, File: file,
	}}
	m.Entry = weights.Entry{Name: id}
	for i, other := range p.models {
		if other.ref.SHA256 == hash {
			m = other
			break
		}
		if other.own && !other.loaded && other.ref.URL == name {
			p.models = append(p.models[:i], p.models[i+1:]...) // a new try at a file that was refused
			break
		}
	}
	if m.input == nil {
		p.models = append(p.models, m)
		p.showModels()
	}
	m.input.SetChecked(true)
	p.choose(m)
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
