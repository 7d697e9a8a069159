//go:build js && wasm

package page

import (
	"slices"
	"strconv"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
	"tintype/weights"
)

// An entry is one model of models/index.json.
type entry struct {
	weights.Entry
	ref    proto.ModelRef
	own    bool // a file of the visitor's
	loaded bool // a worker has taken it
	input  *dom.HTMLInputElement
}

// fetchModels reads the manifest and starts with its default model.
func (p *page) fetchModels() {
	p.enter(starting)
	p.say("Looking for models…")
	site := js.Global().Get("tintype")
	address := resolve("models/index.json", site.Get("base").String())
	fetch := fetchText
	if embedded := site.Get("models"); embedded.Truthy() {
		fetch = func(_ string, then func(text, problem string)) { then(embedded.Get("index.json").String(), "") }
	}
	fetch(address, func(text, problem string) {
		var manifest weights.Manifest
		if problem == "" {
			var err error
			if manifest, err = weights.ParseManifest("models/index.json", text); err != nil {
				problem = err.Error()
			} else if len(manifest) == 0 {
				problem = "models/index.json lists none"
			}
		}
		if problem != "" {
			p.fail(&proto.Error{
				Type: proto.ErrMissing, Text: "No models can be offered: " + problem + ".",
				Remedy: "Check that the server is running and has models/index.json, then try again.",
			}, p.fetchModels)
			return
		}
		p.offer(manifest, address)
	})
}

// offer shows the manifest's models, the default one first, and loads that.
func (p *page) offer(manifest weights.Manifest, address string) {
	if i := slices.IndexFunc(manifest, func(m weights.Entry) bool { return m.Default }); i > 0 {
		first := manifest[i]
		copy(manifest[1:], manifest[:i])
		manifest[0] = first
	}
	p.models = make([]*entry, len(manifest))
	for i, m := range manifest {
		p.models[i] = &entry{Entry: m, ref: proto.ModelRef{
			ID: m.ID, URL: locate(m.File, address), Bytes: m.Bytes, RawBytes: m.RawBytes, SHA256: m.SHA256,
		}}
		if c := m.Classifier; c != nil {
			p.models[i].ref.Classifier = &proto.ModelRef{
				ID: m.ID + " classifier", URL: locate(c.File, address), Bytes: c.Bytes, RawBytes: c.RawBytes, SHA256: c.SHA256,
			}
		}
	}
	p.showModels()
	p.phase = loading // from here on the page is free for links
	if p.wish != nil || !p.readAddress() {
		p.models[0].input.SetChecked(true)
		p.choose(p.models[0])
	}
}

// locate is the address of a model's file: a data: URL where the page brings it along.
func locate(file, manifest string) string {
	if embedded := js.Global().Get("tintype").Get("models"); embedded.Truthy() {
		return embedded.Get(file).String()
	}
	return resolve(file, manifest)
}

// resolve makes an address absolute.
func resolve(address, base string) string {
	return js.Global().Get("URL").New(address, base).Get("href").String()
}

// fetchText calls back once, with the text or with what went wrong.
func fetchText(address string, then func(text, problem string)) {
	offline := func(js.Value) { then("", "the server cannot be reached") }
	settled(js.Global().Call("fetch", address, map[string]any{"cache": "no-cache"}), func(response js.Value) {
		if !response.Get("ok").Bool() {
			then("", "the server answered "+strconv.Itoa(response.Get("status").Int())+" for models/index.json")
			return
		}
		settled(response.Call("text"), func(text js.Value) { then(text.String(), "") }, offline)
	}, offline)
}

// showModels makes one card with a radio button per model.
func (p *page) showModels() {
	doc := p.ui.doc
	clearChildren(p.ui.modelList)
	for i := range p.models {
		m := p.models[i]
		card := create[dom.HTMLElement](doc, "label", "card")
		m.input = create[*dom.HTMLInputElement](doc, "input", "")
		m.input.SetType("radio")
		m.input.SetName("model")
		m.input.SetValue(m.ref.ID)
		card.AppendChild(m.input)
		name := text(doc, card, "span", "card-name", m.Name)
		if teacher := p.teacherOf(m); teacher != nil {
			text(doc, name, "span", "card-note", "distilled from “"+teacher.Name+"”")
		} else if m.own {
			text(doc, name, "span", "card-note", "your file")
		}
		text(doc, card, "span", "card-size", megabytes(m.ref.Bytes))
		on(m.input, "change", func(dom.Event) {
			p.link, p.awaited = nil, nil
			p.choose(m)
		})
		m.input.SetChecked(m == p.chosen)
		p.ui.modelList.AppendChild(card)
	}
}

// choose makes a model the one to sample from and starts loading it: then the
// first Generate need not wait.
func (p *page) choose(m *entry) {
	if p.load != 0 {
		p.workers.first.cancel(p.load)
	}
	p.workers.first.cancel(p.reading)
	p.reading = 0
	p.remember()
	p.chosen, p.info, p.wanted, p.pair = m, nil, false, false
	p.carry(nil)
	p.leaveFork()
	p.ui.sampling.SetDisabled(true)
	p.enter(loading)
	p.stage.setEmpty("The picture will grow here.")
	p.showLoading(0)
	id := 0
	id = p.workers.load(m.ref, func(message proto.Message) {
		if p.load != id {
			return // another was chosen since
		}
		switch e := message.(type) {
		case proto.Progress:
			p.showLoading(e.Received)
		case proto.Loaded:
			p.info, m.loaded = &e.Info, true
			p.behind = true
			if p.wanted { // what the picture can do without shall not keep it waiting
				p.loaded()
				return
			}
			p.inTurn(id, p.showSlots, p.showSolvers, p.showControls, p.showCard, func() { p.behind = false }, p.loaded)
		case *proto.Error:
			p.load = 0
			if m.own && !m.loaded {
				p.dismiss(m, e)
				return
			}
			link := p.link
			p.fail(e, func() {
				p.link = link
				p.choose(m)
			})
		}
	})
	p.load = id
}

func (p *page) showLoading(received int64) {
	m := p.chosen
	p.ui.progress.SetMax(float64(max(m.ref.Bytes, 1)))
	p.ui.progress.SetValue(float64(received))
	if received == m.ref.Bytes && received > 0 {
		p.ui.status.SetTextContent("Unpacking " + m.Name + "…")
		return
	}
	p.ui.status.SetTextContent("Loading " + m.Name + ": " + megabytes(received) + " of " + megabytes(m.ref.Bytes))
}

// inTurn does what follows on the arrival of a model, each part in a task of its own: together they would keep a busy page
// from answering. It ends when another model is chosen.
func (p *page) inTurn(load int, parts ...func()) {
	after(0, func() {
		if p.load != load {
			return
		}
		parts[0]()
		if len(parts) > 1 {
			p.inTurn(load, parts[1:]...)
		}
	})
}

// catchUp shows what had to wait for a first picture.
func (p *page) catchUp() {
	if !p.behind || !p.ready() {
		return
	}
	p.behind = false
	p.showSlots()
	p.showSolvers()
	p.showControls()
	p.showCard()
}

// loaded starts the run that was asked for meanwhile.
func (p *page) loaded() {
	p.load = 0
	after(1000, p.askKept)                              // not in the way of the first picture
	if p.wanted && len(p.slots) == 0 && p.link == nil { // no control can say anything else
		if request, problem := p.defaults(); problem == nil {
			p.wanted = false
			p.begin(request)
			return
		}
	}
	p.stage.setEmpty("Press Generate: the picture grows out of noise.")
	if p.phase == failed {
		return // a link or file was refused meanwhile: that stays to be read
	}
	p.enter(idle)
	p.say(p.chosen.Name + " is ready.")
	switch {
	case p.link != nil:
		p.wanted = false
		p.fulfil()
	case p.wanted:
		p.wanted = false
		p.generate()
	}
}

// ready says whether the chosen model is loaded and its controls are there.
func (p *page) ready() bool { return p.info != nil && p.load == 0 }
