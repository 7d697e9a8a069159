package postlink

import (
	"bytes"
	"strings"
	"testing"
)

// program is a module as Go's linker lays it out, as small as it gets: one
// imported function, two functions of its own, of which the second is the leaf.
func program() []section {
	name := func(s string) []byte { return appendSized(nil, []byte(s)) }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	names := join([]byte{2, 1}, name("runtime.main"), []byte{2}, name("kernel.Part"))
	return []section{
		{secType, []byte{2, typeFunc, 0, 0, typeFunc, 1, typeI32, 1, typeI32}},
		{secImport, join([]byte{1}, name("gojs"), name("debug"), []byte{kindFunc, 0})},
		{secFunction, []byte{2, 1, 1}},
		{secTable, []byte{1, 0x70, 0, 3}},
		{secMemory, []byte{1, 0, 17}},
		{secGlobal, []byte{3, typeI32, 1, 0x41, 0, 0x0b, typeI64, 1, 0x42, 0, 0x0b, typeI64, 1, 0x42, 0, 0x0b}},
		{secExport, join([]byte{2}, name("run"), []byte{kindFunc, 1}, name("mem"), []byte{kindMemory, 0})},
		{secElement, []byte{1, 0, 0x41, 0, 0x0b, 2, 1, 2}},
		{secCode, []byte{2, 4, 0, 0x41, 0, 0x0b, 4, 0, 0x41, 1, 0x0b}},
		{secData, []byte{1, 0, 0x41, 8, 0x0b, 2, 'h', 'i'}},
		{secCustom, join(name("producers"), []byte{0})},
		{secCustom, join(name("name"), []byte{0, 1, 0}, []byte{1}, appendSized(nil, names))},
	}
}

// with returns the program with the body of one section changed; nil drops it.
func with(id byte, body []byte) []byte {
	var all []section
	for _, s := range program() {
		if s.id == id {
			s.body = body
		}
		if s.id != id || body != nil {
			all = append(all, s)
		}
	}
	return assemble(all)
}

// body returns the body of the program's last section of that kind.
func body(id byte) (b []byte) {
	for _, s := range program() {
		if s.id == id {
			b = s.body
		}
	}
	return b
}

func TestThreads(t *testing.T) {
	out, err := go127.threads(assemble(program()), "kernel.Part")
	if err != nil {
		t.Fatal(err)
	}
	sections, err := parse(out)
	if err != nil {
		t.Fatal(err)
	}
	before := program()
	if len(sections) != len(before)+3 {
		t.Fatalf("%d sections became %d, want 3 more", len(before), len(sections))
	}
	for i, s := range before {
		if sections[i].id != s.id || !bytes.Equal(sections[i].body, s.body) {
			t.Errorf("%s section was changed", sectionNames[s.id])
		}
	}
	for i, want := range []string{
		"\x0ftintype.imports\x02\x04gojs\x05debug\x00\x00\x03env\x03mem\x02\x03\x11\x80\x80\x04",
		"\x0ftintype.exports\x05\x03run\x00\x01\x03mem\x02\x00\x0atintype.sp\x03\x00\x09tintype.g\x03\x02\x0ctintype.leaf\x00\x02",
		"\x0etintype.memory\x11\x00\x00\x00",
	} {
		if note := sections[len(before)+i]; note.id != secCustom || string(note.body) != want {
			t.Errorf("note %d is %q, want %q", i, note.body, want)
		}
	}
}

// TestRefusals: a program that is not laid out as expected is refused with the
// reason, and nothing else happens.
func TestRefusals(t *testing.T) {
	whole := assemble(program())
	global := body(secGlobal)
	names := func(entries ...string) []byte {
		sub := []byte{byte(len(entries))}
		for _, e := range entries {
			sub = append(append(sub, e[0]), appendSized(nil, []byte(e[1:]))...)
		}
		return append([]byte("\x04name\x01"), appendSized(nil, sub)...)
	}
	for name, c := range map[string]struct {
		bin  []byte
		says string
	}{
		"empty":              {nil, "not a WebAssembly module"},
		"other version":      {append([]byte("\x00asm\x02\x00\x00\x00"), whole[8:]...), "not a WebAssembly module"},
		"cut":                {whole[:len(whole)-1], "ends in the middle"},
		"unknown section":    {append(bytes.Clone(whole), 13, 0), "unknown kind 13"},
		"second memory":      {append(bytes.Clone(whole), secMemory, 3, 1, 0, 17), "memory section: out of order"},
		"long number":        {append(bytes.Clone(header), secType, 0xff, 0xff, 0xff, 0xff, 0x1f), "32 bits"},
		"no memory":          {with(secMemory, nil), "no memory section"},
		"no imports":         {with(secImport, nil), "no import section"},
		"no globals":         {with(secGlobal, nil), "no global section"},
		"no exports":         {with(secExport, nil), "no export section"},
		"no names":           {with(secCustom, []byte("\x03abc")), "no name section"},
		"bounded memory":     {with(secMemory, []byte{1, 1, 17, 99}), "bounded or shared already"},
		"two memories":       {with(secMemory, []byte{2, 0, 17, 0, 17}), "declares 2 memories"},
		"memory of 0":        {with(secMemory, []byte{1, 0, 0}), "starts with 0 pages"},
		"memory of 8 GiB":    {with(secMemory, []byte{1, 0, 0x80, 0x80, 8}), "starts with 131072 pages"},
		"long memory":        {with(secMemory, []byte{1, 0, 17, 0}), "longer than its content"},
		"imported memory":    {with(secImport, []byte("\x01\x03env\x03mem\x02\x00\x11")), "import of kind 2"},
		"SP of 64 bits":      {with(secGlobal, append([]byte{3, typeI64}, global[2:]...)), "global 0 of 3 is not Go's"},
		"g of 32 bits":       {with(secGlobal, append(bytes.Clone(global[:11]), typeI32, 1, 0x41, 0, 0x0b)), "global 2 of 3 is not Go's"},
		"two globals":        {with(secGlobal, global[:11]), "global 2 of 3 is not Go's"},
		"memory not exp.":    {with(secExport, []byte("\x01\x03run\x00\x01")), "not exported as mem"},
		"twice":              {with(secExport, []byte("\x02\x03mem\x02\x00\x0ctintype.leaf\x00\x02")), "run twice"},
		"sections twice":     {with(secCustom, []byte("\x0etintype.memory\x11\x00\x00\x00")), "run twice"},
		"unknown name":       {with(secCustom, names("\x02kernel.part")), "no function kernel.Part"},
		"name twice":         {with(secCustom, names("\x01kernel.Part", "\x02kernel.Part")), "2 functions are named"},
		"name of an import":  {with(secCustom, names("\x00kernel.Part")), "beyond the program's functions"},
		"name of nothing":    {with(secCustom, names("\x03kernel.Part")), "beyond the program's functions"},
		"leaf of other type": {with(secFunction, []byte{2, 1, 0}), "not an ordinary Go function"},
		"many names":         {with(secCustom, []byte("\x04name\x01\x05\xff\xff\xff\xff\x0f")), "ends in the middle"},
		"many imports":       {with(secImport, []byte{0xff, 0xff, 0xff, 0xff, 0x0f}), "ends in the middle"},
	} {
		out, err := go127.threads(c.bin, "kernel.Part")
		if out != nil || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want %q in it and no program", name, err, c.says)
		}
	}
	var started []section
	for _, s := range program() {
		if s.id == secElement {
			started = append(started, section{secStart, []byte{1}})
		}
		started = append(started, s)
	}
	if _, err := go127.threads(assemble(started), "kernel.Part"); err == nil || !strings.Contains(err.Error(), "start section") {
		t.Errorf("a start function: error %v", err)
	}
}

// TestTruncated cuts the program at every byte: always an error, never a panic.
func TestTruncated(t *testing.T) {
	whole := assemble(program())
	for n := range whole {
		if _, err := go127.threads(whole[:n], "kernel.Part"); err == nil {
			t.Errorf("the first %d of %d bytes pass", n, len(whole))
		}
	}
}

// FuzzThreads: whatever comes in, what comes out is the same module and three
// notes, of one more import and three more exports.
func FuzzThreads(f *testing.F) {
	f.Add(assemble(program()))
	for _, s := range program() {
		f.Add(with(s.id, nil))
		f.Add(with(s.id, append(bytes.Clone(s.body), 0)))
	}
	f.Fuzz(func(t *testing.T, bin []byte) {
		out, err := go127.threads(bin, "kernel.Part")
		if err != nil {
			return
		}
		before, err := parse(bin)
		if err != nil {
			t.Fatal(err)
		}
		after, err := parse(out)
		if err != nil {
			t.Fatalf("the result: %v", err)
		}
		if len(after) != len(before)+3 || !bytes.Equal(assemble(after[:len(before)]), assemble(before)) {
			t.Fatal("more than three sections were added")
		}
		notes := after[len(before):]
		for _, s := range before {
			more := map[byte]uint32{secImport: 1, secExport: 3}[s.id]
			if more == 0 {
				continue
			}
			note := &reader{rest: notes[map[byte]int{secImport: 0, secExport: 1}[s.id]].body}
			note.name()
			if a, b := (&reader{rest: s.body}).u32(), note.u32(); b != a+more {
				t.Errorf("%s section: %d entries became %d", sectionNames[s.id], a, b)
			}
		}
		if _, err := go127.threads(out, "kernel.Part"); err == nil {
			t.Error("a second time passes")
		}
	})
}
