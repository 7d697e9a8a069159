//go:build js && wasm

package page

import (
	"strconv"
	"strings"

	"tintype/wasm/proto"
)

// showCard says what is known of the loaded model.
func (p *page) showCard() {
	i, m := p.info, p.chosen
	clearChildren(p.ui.facts)
	p.ui.cardName.SetTextContent(m.Name)
	p.fact("Pictures", strconv.Itoa(i.Width)+" × "+strconv.Itoa(i.Height)+" pixels")
	size := megabytes(m.ref.Bytes)
	if i.Parameters > 0 {
		size = strconv.FormatFloat(float64(i.Parameters)/1e6, 'f', 2, 64) + " million parameters, " + size
	}
	p.fact("Size", size)
	licence := m.Licence
	if licence == "" {
		licence = i.Licence
	}
	p.fact("Licence", licence)
	p.fact("Origin", i.Provenance)
	p.fact("SHA-256", m.ref.SHA256)
	p.showCost()
}

func (p *page) fact(name, words string) {
	if words == "" {
		return
	}
	text(p.ui.doc, p.ui.facts, "dt", "", name)
	text(p.ui.doc, p.ui.facts, "dd", "", words)
}

// showCost says what a picture costs its visitor: bytes once, time and memory.
func (p *page) showCost() {
	if p.info == nil {
		return
	}
	words := []string{megabytes(p.chosen.ref.Bytes) + " downloaded once"}
	if p.refused != proto.RefusedNothing {
		words[0] = megabytes(p.chosen.ref.Bytes) + " downloaded at each visit"
	}
	if p.chosen.own {
		words[0] = "Nothing downloaded: your file"
	}
	if ms, ok := p.speeds[speed{p.chosen.ref.SHA256, guided(p.info, p.info.Defaults.Guidance)}]; ok {
		words = append(words, milliseconds(ms)+" per evaluation")
		n := evaluations(p.info, p.info.Defaults.Solver, p.info.Defaults.Steps)
		words = append(words, "about "+seconds(ms*float64(n))+" a picture")
	}
	words = append(words, p.memory())
	p.ui.cost.SetTextContent(strings.Join(words, " · ") + ".")
}

// memory says what weights and, as far as that is known, a run take.
func (p *page) memory() string {
	words := megabytes(p.info.Memory+p.workers.work) + " of memory"
	if n := len(p.workers.members); n > 1 {
		words += " in each of " + strconv.Itoa(n) + " workers"
	}
	return words
}

// fileName is what the files of a run's pictures, or of the picked one, are called, without the ending.
func fileName(r *run) string {
	picked := r.sheet.selected
	name := "tintype-" + r.model.ref.ID + "-" + strconv.FormatUint(r.request.Seed+uint64(max(picked, 0)), 10)
	if n := r.request.Count; n > 1 && picked < 0 {
		name += "-x" + strconv.Itoa(n)
	}
	return name
}
