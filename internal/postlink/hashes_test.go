package postlink

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// typesOf is the data of a program that begins at base and has some types: an int, a named struct of two fields with a
// method, a function of one parameter and two results, and an interface; and behind them a table of methods of the struct
// for the interface, and two words that only look like one. at are the places of the types.
func typesOf(base int) (image []byte, at []int, itab int) {
	le := binary.LittleEndian
	describe := func(kind, flags byte, hash uint32, rest ...byte) {
		at = append(at, len(image))
		d := make([]byte, go127.typeBytes)
		d[go127.typeKind], d[go127.typeFlags] = kind, flags
		le.PutUint32(d[go127.typeHash:], hash)
		image = append(image, append(d, rest...)...)
	}
	image = goData(base, functionTable(), 2, 1<<16)
	words := len(image) - 8*go127.moduleWords
	le.PutUint64(image[words+8*go127.moduleTypes:], uint64(base+len(image)))
	image = append(image, make([]byte, 8)...)
	first := len(image)
	zeros := func(n int) []byte { return make([]byte, n) }
	describe(2, 0, 0xaaaaaaaa)
	fields := zeros(32)
	fields[16] = 2
	named := zeros(16)
	named[go127.methodCount] = 1
	describe(25, 1, 0xbbbbbbbb, append(append(fields, named...), zeros(2*24+16)...)...)
	describe(19, 0, 0xcccccccc, append([]byte{1, 0, 2, 0x80, 0, 0, 0, 0}, zeros(3*8)...)...)
	describe(20, 0, 0xdddddddd, zeros(32)...)
	le.PutUint64(image[words+8*(go127.moduleTypes+1):], uint64(len(image)-first+8))
	itab = len(image)
	for _, word := range []uint64{uint64(base + at[3]), uint64(base + at[1]), 0xbbbbbbbb, uint64(base + at[1]), 0x1bbbbbbbb, 7, 0xbbbbbbbb, 0} {
		image = le.AppendUint64(image, word)
	}
	return image, at, itab
}

func TestNumberTypes(t *testing.T) {
	const base = 800
	image, at, itab := typesOf(base)
	want := bytes.Clone(image)
	put := func(at int, v uint32) { binary.LittleEndian.PutUint32(want[at:], v) }
	put(at[0]+go127.typeHash, 0)
	put(at[1]+go127.typeHash, 1)
	put(at[3]+go127.typeHash, 3)
	put(itab+16, 1)
	if err := go127.numberTypes(image, base, map[uint32]bool{0xcccccccc: true, 5: true}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(image, want) {
		t.Errorf("the data is %x, want %x", image[at[0]:], want[at[0]:])
	}
}

func TestNumberTypesRefuses(t *testing.T) {
	const base = 800
	whole, at, _ := typesOf(base)
	words := at[0] - 8 - 8*go127.moduleWords
	for name, change := range map[string]func([]byte){
		"types before the data": func(b []byte) { clear(b[words+8*go127.moduleTypes:][:8]) },
		"types beyond the data": func(b []byte) { b[words+8*(go127.moduleTypes+1)+2] = 1 },
		"a type cut":            func(b []byte) { b[words+8*(go127.moduleTypes+1)] -= 8 },
		"many fields":           func(b []byte) { b[at[1]+go127.typeBytes+16+3] = 0xff },
		"many methods":          func(b []byte) { b[at[1]+go127.typeBytes+32+go127.methodCount+1] = 0xff },
	} {
		image := bytes.Clone(whole)
		change(image)
		if err := go127.numberTypes(image, base, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestConstants: those of functions that are used.
func TestConstants(t *testing.T) {
	m := &module{layout: go127, declared: 2}
	all, err := m.constants(bodies("\x00\x41\x7f\x42\x05\x1a\x0b", "\x00\x41\x06\x1a\x0b"), []bool{false, true})
	if err != nil || len(all) != 2 || !all[0xffffffff] || !all[5] {
		t.Errorf("found %v, %v", all, err)
	}
}
