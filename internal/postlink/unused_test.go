package postlink

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// TestUnused: what is left when nothing calls, points to or is named by what can be called.
func TestUnused(t *testing.T) {
	call := func(i byte) string { return "\x00\x10" + string([]byte{i + 1}) + "\x1a\x41\x00\x0b" } // after one import
	constant := "\x00\x42\x80\x80\x98\x80\x01\x1a\x41\x00\x0b"                                     // 0x1006<<16
	leaf := "\x00\x41\x00\x0b"
	functions := []struct {
		name, body string
		used       bool
		traced     bool // used where traces can be started
	}{
		{"run", call(1), true, true}, // exported
		{"called", call(3), true, true},
		{"pointed to", call(5), true, true},                   // by data
		{"runtime.traceLocker.GoStart", call(4), false, true}, // called
		{"by tracing only", leaf, false, true},                //
		{"holds a counter", constant, true, true},             // called
		{"by its counter", leaf, true, true},                  //
		{"by its number", leaf, true, true},                   // among the types
		{"itself", call(8), false, false},                     //
		{"runtime.traceLocker.ok", leaf, false, false},        // an exception, but not called
		{"a number elsewhere", leaf, false, false},            // in other data
		{"runtime.schedtrace", call(12), false, false},        // pointed to
		{"by the scheduler's trace", leaf, false, false},      //
		{"kernel.add_simd0", leaf, false, false},              // pointed to
		{"runtime.StartTrace", leaf, false, false},            // which the second program has
		{"the last", leaf, true, true},                        // by the end of the counters in the description
	}
	le := binary.LittleEndian
	image := goData(16, manyFunctions(len(functions)), len(functions), 1<<16)
	first := len(image)
	for _, word := range []uint64{0x1002 << 16, 0x100a, 0x100b << 16, 0x100d << 16, 0x1007 << 32} {
		image = le.AppendUint64(image, word)
	}
	words := first - 8*go127.moduleWords
	le.PutUint64(image[words+8*go127.moduleTypes:], uint64(16+first+32))
	le.PutUint64(image[words+8*go127.moduleTypesEnd:], uint64(16+first+40))
	data := slices.Concat([]byte{1, 0, opI32Const, 16, opEnd}, appendSized(nil, image))
	for _, started := range []bool{false, true} {
		m := &module{layout: go127, imported: 1, declared: uint32(len(functions)), exported: []uint32{0, 1}, names: map[string][]uint32{}}
		var list []string
		for i, f := range functions {
			if f.name != "runtime.StartTrace" || started {
				m.names[f.name] = []uint32{uint32(i + 1)}
			}
			list = append(list, f.body)
		}
		unused, err := m.unused(bodies(list...), data)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range functions {
			if want := f.used || started && f.traced; unused[i] == want {
				t.Errorf("traces can be started: %t: %s: unused is %t", started, f.name, unused[i])
			}
		}
	}
	m := &module{layout: go127, imported: 1, declared: 2, names: map[string][]uint32{}}
	for name, c := range map[string]struct {
		code, data []byte
		says       string
	}{
		"bodies":        {bodies(leaf), data, "1 functions, 2 are declared"},
		"code cut":      {bodies(leaf, leaf)[:3], data, "ends in the middle"},
		"data cut":      {bodies(leaf, leaf), data[:9], "ends in the middle"},
		"no table":      {bodies(leaf, leaf), []byte{1, 0, opI32Const, 16, opEnd, 1, 7}, "table of functions"},
		"other table":   {bodies(leaf, leaf), data, "table of functions"},
		"unknown codes": {bodies("\x00\x06\x0b", leaf), slices.Concat([]byte{1, 0, opI32Const, 16, opEnd}, appendSized(nil, goData(16, functionTable(), 2, 1<<16))), "instruction 0x6"},
	} {
		if _, err := m.unused(c.code, c.data); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.says)
		}
	}
}
