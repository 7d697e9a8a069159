package postlink

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// functionTable is Go's table of two functions: tables of stack, file, line and two more each, of which the second
// function's line table is also the first one's stack table.
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
	record := func(stack, file, line, stops, kept uint32) []byte {
		r := make([]byte, recordBytes+8)
		for at, v := range map[int]uint32{recordStack: stack, recordFile: file, recordLine: line, recordTables: 2, recordUnit: 5, recordBytes: stops, recordBytes + 4: kept} {
			le.PutUint32(r[at:], v)
		}
		return r
	}
	functions := make([]byte, 20)
	le.PutUint32(functions[4:], 20)
	le.PutUint32(functions[12:], 20+recordBytes+8)
	functions = slices.Concat(functions, record(1, 4, 7, 12, 15), record(1, 4, 1, 0, 15))
	var t []byte
	t = append(t, tableMagic...)
	for _, v := range []int{2, 1, 0, headerBytes, headerBytes, headerBytes, headerBytes, headerBytes + len(tables)} {
		t = le.AppendUint64(t, uint64(v))
	}
	return slices.Concat(t, tables, functions)
}

func TestDropLines(t *testing.T) {
	image := append(bytes.Repeat([]byte{7}, 40), functionTable()...)
	before := bytes.Clone(image)
	if err := dropLines(image); err != nil {
		t.Fatal(err)
	}
	tables := image[40+headerBytes:]
	if want := []byte{0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0, 0}; !bytes.Equal(tables[:20], want) {
		t.Errorf("the tables are %v, want %v", tables[:20], want)
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(tables[20+at:]) }
	for _, record := range []int{20, 20 + recordBytes + 8} {
		for _, field := range []int{recordFile, recordLine, recordUnit, recordBytes} {
			if v := u32(record + field); v != 0 {
				t.Errorf("record at %d: field %d is %d still", record, field, v)
			}
		}
		if u32(record+recordStack) != 1 || u32(record+recordBytes+4) != 15 || u32(record+recordTables) != 2 {
			t.Errorf("record at %d: what is needed was changed", record)
		}
	}
	if !bytes.Equal(image[:40+headerBytes], before[:40+headerBytes]) {
		t.Error("what stands before the tables was changed")
	}
}

// TestDropLinesRefuses: other layouts, and places beyond the data.
func TestDropLinesRefuses(t *testing.T) {
	whole := functionTable()
	put := func(at int, v byte) []byte {
		b := bytes.Clone(whole)
		b[at] = v
		return b
	}
	functions := headerBytes + 20
	for name, image := range map[string][]byte{
		"empty":           nil,
		"no table":        bytes.Repeat([]byte{1}, 500),
		"other magic":     put(0, 0xf0),
		"header cut":      whole[:headerBytes-1],
		"functions cut":   whole[:functions+8],
		"record cut":      whole[:len(whole)-1],
		"text's start":    put(24, 1),
		"other header":    put(32, 80),
		"tables at end":   put(56, 255),
		"many functions":  put(10, 1),
		"record beyond":   put(functions+6, 1),
		"tables beyond":   put(functions+20+recordTables+1, 1),
		"file beyond":     put(functions+20+recordFile, 200),
		"endless numbers": put(headerBytes+9, 0x80),
	} {
		if name == "endless numbers" {
			for i := 9; i < 20; i++ {
				image[headerBytes+i] = 0xff
			}
		}
		if err := dropLines(image); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestShrink(t *testing.T) {
	data := slices.Concat(make([]byte, 8), functionTable())
	all := program()
	for i, s := range all {
		switch {
		case s.id == secData: // two segments, a byte apart
			all[i].body = slices.Concat([]byte{2, 0, opI32Const, 8, opEnd, 2, 'h', 'i', 0, opI32Const, 11, opEnd}, appendSized(nil, data))
		case s.id == secCustom && customName(s) == "name":
			names := append([]byte{2, 1}, appendSized(nil, []byte("p.f_simd0"))...)
			names = append(append(names, 2), appendSized(nil, []byte("kernel.Part"))...)
			all[i].body = append([]byte("\x04name\x01"), appendSized(nil, names)...)
		}
	}
	out, err := Shrink(assemble(all))
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
			if err != nil || at != 8 || s.body[0] != 1 || string(image[:2]) != "hi" || !bytes.Contains(image, tableMagic) {
				t.Errorf("the data is %v at %d in %d segments, %v", image, at, s.body[0], err)
			}
		case s.id == secCustom && customName(s) == "name":
			t.Error("the names are still there")
		}
	}
	if _, err := Shrink(with(secCustom, []byte("\x03abc"))); err == nil || !strings.Contains(err.Error(), "no name section") {
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
