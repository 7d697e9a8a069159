package postlink

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// functionTable is Go's table of two functions: tables of stack, file, line and two more each, of which the second
// function's line table is also the first one's stack table; and six places of further data each, of which the fourth
// is also where the second function's arguments are.
func functionTable() []byte {
	le := binary.LittleEndian
	tables := []byte{
		0,       // 0: none
		2, 1, 0, // 1: stack of both, line of the second
		4, 1, 0, // 4: files
		6, 9, 2, 1, 0, // 7: lines of the first
		8, 1, 0, // 12: stops
		1, 7, 0, // 15: kept
		0, 0,
	}
	record := func(stack, file, line, stops, kept, arguments uint32) []byte {
		r := make([]byte, go127.recordBytes+8)
		for at, v := range map[int]uint32{go127.recordStack: stack, go127.recordFile: file, go127.recordLine: line, go127.recordTables: 2, go127.recordUnit: 5, go127.recordUnit + 4: 99, go127.recordBytes: stops, go127.recordBytes + 4: kept} {
			le.PutUint32(r[at:], v)
		}
		r[go127.recordData] = 6
		for _, at := range []uint32{noData, 0, 0, 4, 0, arguments} {
			r = le.AppendUint32(r, at)
		}
		return append(r, 0, 0, 0, 0)
	}
	records := slices.Concat(record(1, 4, 7, 12, 15, 8), record(1, 4, 1, 0, 15, 4))
	functions := make([]byte, 24)
	for at, v := range []uint32{0x1000, 24, 0x1001, uint32(24 + len(records)/2), 0x1002} {
		le.PutUint32(functions[4*at:], v)
	}
	functions = slices.Concat(functions, records)
	for i := range 2 {
		le.PutUint32(functions[24+i*len(records)/2:], uint32(0x1000+i))
	}
	var t []byte
	t = append(t, go127.tableMagic...)
	for _, v := range []int{2, 1, 0, go127.headerBytes, go127.headerBytes, go127.headerBytes, go127.headerBytes, go127.headerBytes + len(tables)} {
		t = le.AppendUint64(t, uint64(v))
	}
	return slices.Concat(t, tables, functions)
}

// goData is the data of a Go program that begins at base: 40 bytes of its own, a table of functions, their further data,
// the table that finds them, and the description, which ends the memory at the address given.
func goData(base int, functions []byte, count, end int) []byte {
	le := binary.LittleEndian
	image := append(bytes.Repeat([]byte{7}, 40), functions...)
	words := make([]uint64, go127.moduleWords)
	at := func(part int) uint64 { return uint64(base + 40 + part) }
	words[0], words[1], words[go127.moduleFunctions] = at(0), at(go127.headerBytes), at(int(le.Uint64(functions[64:])))
	words[go127.moduleMore] = at(len(functions))
	words[go127.moduleTypes] = at(0) // none
	image = append(image, 1, 1, 1, 1, 0xff, 2, 3, 4, 0, 8, 0xfe, 8, 8, 0xfd, 0xfc, 0xff, 5, 6, 7, 8)
	words[go127.moduleFinder] = uint64(base + len(image))
	words[go127.moduleFirst], words[go127.moduleLast] = 0x1000<<16, uint64(0x1000+count-1)<<16+0x101
	for i := range (count-1)*16 + 1 {
		image = append(le.AppendUint32(image, uint32(i/16)), make([]byte, 16)...)
	}
	image = append(image[:len(image)-14], 9, 9, 9) // two bytes of the last entry are needed
	image = append(image, make([]byte, -(base+len(image))&7)...)
	words[go127.moduleEnd] = uint64(end)
	for _, w := range words {
		image = le.AppendUint64(image, w)
	}
	return image
}

func TestDropLines(t *testing.T) {
	functions := functionTable()
	image := goData(800, functions, 2, 1<<16)
	before := bytes.Clone(image)
	if err := go127.dropLines(image, 800, make([]bool, 2)); err != nil {
		t.Fatal(err)
	}
	tables := image[40+go127.headerBytes:]
	if want := []byte{0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0, 0}; !bytes.Equal(tables[:20], want) {
		t.Errorf("the tables are %v, want %v", tables[:20], want)
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(tables[20+at:]) }
	for _, record := range []int{24, 24 + go127.recordBytes + 8 + 28} {
		for _, field := range []int{go127.recordFile, go127.recordLine, go127.recordUnit, go127.recordUnit + 4, go127.recordBytes} {
			if v := u32(record + field); v != 0 {
				t.Errorf("record at %d: field %d is %d still", record, field, v)
			}
		}
		if u32(record+go127.recordStack) != 1 || u32(record+go127.recordBytes+4) != 15 || u32(record+go127.recordTables) != 2 {
			t.Errorf("record at %d: what is needed was changed", record)
		}
		if more := record + go127.recordBytes + 8; u32(more+4*go127.argInfo) != noData || u32(more+4) != 0 || u32(more+12) != 4 {
			t.Errorf("record at %d: the further data is %v", record, tables[20+more:][:24])
		}
	}
	if !bytes.Equal(image[:40+go127.headerBytes], before[:40+go127.headerBytes]) {
		t.Error("what stands before the tables was changed")
	}
	more := image[40+len(functions):]
	if want := []byte{1, 1, 1, 1, 0xff, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7, 8}; !bytes.Equal(more[:20], want) {
		t.Errorf("the further data is %v, want %v", more[:20], want)
	}
	if !bytes.Equal(more[20:], before[len(before)-len(more)+20:]) {
		t.Error("what stands behind the tables was changed")
	}
}

// TestDropLinesRefuses: other layouts, and places beyond the data.
func TestDropLinesRefuses(t *testing.T) {
	whole := goData(800, functionTable(), 2, 1<<16)
	put := func(at int, v ...byte) []byte {
		b := bytes.Clone(whole)
		copy(b[at:], v)
		return b
	}
	const header = 40
	functions := header + go127.headerBytes + 20
	module := len(whole) - 8*go127.moduleWords
	for name, image := range map[string][]byte{
		"empty":             nil,
		"no table":          bytes.Repeat([]byte{1}, 500),
		"other magic":       put(header, 0xf0),
		"header cut":        whole[:header+go127.headerBytes-1],
		"functions cut":     whole[:functions+8],
		"record cut":        whole[:functions+24+go127.recordBytes-1],
		"no functions":      put(header+8, 0),
		"text's start":      put(header+24, 1),
		"other header":      put(header+32, 80),
		"tables at end":     put(header+56, 255),
		"many functions":    put(header+10, 1),
		"record beyond":     put(functions+6, 1),
		"tables beyond":     put(functions+24+go127.recordTables+1, 4),
		"file beyond":       put(functions+24+go127.recordFile, 0, 200),
		"endless numbers":   put(header+go127.headerBytes+9, bytes.Repeat([]byte{0xff}, 11)...),
		"no description":    whole[:module],
		"description cut":   whole[:len(whole)-1],
		"two descriptions":  append(bytes.Clone(whole), whole[module:]...),
		"other table":       put(module+8*go127.moduleFunctions, 1),
		"data beyond":       put(module+8*go127.moduleMore+3, 1),
		"data before":       put(module+8*go127.moduleMore, 0, 0),
		"arguments beyond":  put(functions+24+go127.recordBytes+8+4*go127.argInfo, 0, 0, 1),
		"endless arguments": append(put(module+8*go127.moduleMore, byte(800+len(whole)), byte((800+len(whole))>>8)), bytes.Repeat([]byte{3}, 19)...),
	} {
		if err := go127.dropLines(bytes.Clone(image), 800, make([]bool, 2)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestDropLinesOfUnused: nothing is left of a function but what tells how long its record is.
func TestDropLinesOfUnused(t *testing.T) {
	image := goData(800, functionTable(), 2, 1<<16)
	before := bytes.Clone(image)
	if err := go127.dropLines(image, 800, []bool{false, true}); err != nil {
		t.Fatal(err)
	}
	record := 40 + go127.headerBytes + 20 + 24 + go127.recordBytes + 8 + 28
	want := make([]byte, go127.recordBytes+8)
	copy(want, before[record:][:4])
	want[go127.recordTables], want[go127.recordData] = 2, 6
	want = append(want, bytes.Repeat([]byte{0xff}, 24)...)
	if got := image[record:][:len(want)]; !bytes.Equal(got, want) {
		t.Errorf("the record is %v, want %v", got, want)
	}
	if got := image[40+go127.headerBytes:][:20]; !bytes.Equal(got, []byte{0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0, 0}) {
		t.Errorf("the tables are %v", got)
	}
}

func TestShrink(t *testing.T) {
	data := goData(16, functionTable(), 2, 1<<16)
	short := bytes.Clone(data)
	if err := go127.dropLines(short, 16, []bool{true, false}); err != nil {
		t.Fatal(err)
	}
	all := program()
	for i, s := range all {
		switch {
		case s.id == secData: // two segments
			all[i].body = slices.Concat([]byte{2, 0, opI32Const, 8, opEnd, 2, 'h', 'i', 0, opI32Const, 16, opEnd}, appendSized(nil, data))
		case s.id == secCustom && customName(s) == "name":
			names := append([]byte{2, 1}, appendSized(nil, []byte("p.f_simd0"))...)
			names = append(append(names, 2), appendSized(nil, []byte("kernel.Part"))...)
			all[i].body = append([]byte("\x04name\x01"), appendSized(nil, names)...)
		}
	}
	out, err := go127.shrink(assemble(all))
	if err != nil {
		t.Fatal(err)
	}
	sections, err := parse(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		switch {
		case s.id == secCode:
			if want := []byte{2, 3, 0, 0x00, 0x0b, 4, 0, 0x41, 1, 0x0b}; !bytes.Equal(s.body, want) {
				t.Errorf("the code is %v, want %v: the emulated function traps, the other is as it was", s.body, want)
			}
		case s.id == secData:
			image, at, err := readImage(s.body)
			if err != nil || at != 8 || string(image[:2]) != "hi" || !bytes.Equal(image[8:], bytes.TrimRight(short, "\x00")) {
				t.Errorf("the data is %v at %d, %v", image, at, err)
			}
		case s.id == secCustom && customName(s) == "name":
			t.Error("the names are still there")
		}
	}
	if _, err := go127.shrink(with(secCustom, []byte("\x03abc"))); err == nil || !strings.Contains(err.Error(), "no name section") {
		t.Errorf("without names: error %v", err)
	}
}

// FuzzImage: whatever the segments, the new ones leave the same memory.
func FuzzImage(f *testing.F) {
	f.Add([]byte{1, 0, opI32Const, 8, opEnd, 2, 'h', 'i'})
	f.Add([]byte{2, 0, opI32Const, 8, opEnd, 2, 'h', 'i', 0, opI32Const, 0x80, 8, opEnd, 1, 'x'})
	f.Add([]byte{2, 0, opI32Const, 8, opEnd, 2, 'h', 'i', 0, opI32Const, 9, opEnd, 1, 0})
	f.Add([]byte{1, 0, opI32Const, 0x7f, opEnd, 1, 'x'})
	f.Add([]byte{1, 1, 1, 'x'})
	f.Fuzz(func(t *testing.T, data []byte) {
		image, at, err := readImage(data)
		if err != nil || len(image) > 1<<20 {
			return
		}
		again, moved, err := readImage(writeImage(image, at))
		if err != nil {
			t.Fatal(err)
		}
		// Zeros at either end need no segment.
		if len(bytes.Trim(image, "\x00")) == 0 {
			if len(again) != 0 {
				t.Fatal("zeros have become something")
			}
			return
		}
		if end := moved - at + len(again); moved < at || end > len(image) || !bytes.Equal(image[moved-at:end], again) ||
			len(bytes.Trim(image[:moved-at], "\x00")) != 0 || len(bytes.Trim(image[end:], "\x00")) != 0 {
			t.Fatal("another memory")
		}
	})
}
