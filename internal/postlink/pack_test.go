package postlink

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// manyFunctions is a table of functions whose records are of many widths and hold numbers of every size.
func manyFunctions(count int) []byte {
	le := binary.LittleEndian
	random := rand.New(rand.NewPCG(1, 2))
	pairs := make([]byte, (8*count+4+7)&^7)
	var records []byte
	for i := range count {
		le.PutUint32(pairs[8*i:], uint32(0x1000+i))
		le.PutUint32(pairs[8*i+4:], uint32(len(pairs)+len(records)))
		tables, data := random.IntN(5), random.IntN(8)
		r := make([]byte, (go127.recordBytes+4*(tables+data)+7)&^7)
		for at := 0; at < go127.recordBytes+4*(tables+data); at += 4 {
			le.PutUint32(r[at:], random.Uint32()>>random.IntN(33))
		}
		le.PutUint32(r, uint32(0x1000+i))
		le.PutUint32(r[go127.recordTables:], uint32(tables))
		r[go127.recordData] = byte(data)
		if i%5 == 0 {
			le.PutUint32(r[go127.recordStack:], noData)
		}
		records = append(records, r...)
	}
	le.PutUint32(pairs[8*count:], uint32(0x1000+count))
	t := bytes.Clone(go127.tableMagic)
	for _, v := range []int{count, 1, 0, go127.headerBytes, go127.headerBytes, go127.headerBytes, go127.headerBytes, go127.headerBytes + 8} {
		t = le.AppendUint64(t, uint64(v))
	}
	return slices.Concat(t, make([]byte, 8), pairs, records)
}

// packable is a module whose data Pack takes.
func packable(data []byte) []byte {
	return with(secData, slices.Concat([]byte{1, 0, opI32Const, 0xc0, 0x00, opEnd}, appendSized(nil, data))) // at 64
}

// TestPackRefuses: tables that the start function would not make again.
func TestPackRefuses(t *testing.T) {
	const count = 20
	whole := goData(64, manyFunctions(count), count, 100_000)
	module := len(whole) - 8*go127.moduleWords
	functions := 40 + go127.headerBytes + 8
	put := func(at int, v ...byte) []byte {
		b := bytes.Clone(whole)
		copy(b[at:], v)
		return b
	}
	for name, data := range map[string][]byte{
		"no table":             bytes.Repeat([]byte{1}, 500),
		"no description":       whole[:module],
		"other first function": put(functions+1, 0x11),
		"function left out":    put(functions+8, 2),
		"last number":          put(functions+8*count, 0),
		"other place":          put(functions+12, whole[functions+12]+8),
		"finder elsewhere":     put(module+8*go127.moduleFinder, whole[module+8*go127.moduleFinder]+4),
		"finder beyond":        put(module+8*go127.moduleFinder+5, 1),
		"finder far beyond":    put(module+8*go127.moduleFinder+7, 0x7f),
		"finder before":        put(module+8*go127.moduleFinder, 0, 0),
		"counters backwards":   put(module+8*go127.moduleLast+3, 0),
		"counters far":         put(module+8*go127.moduleLast+6, 1),
		"first counter":        put(module+8*go127.moduleFirst, 1),
		"end before":           put(module+8*go127.moduleEnd, 0, 1, 0),
		"end beyond":           put(module+8*go127.moduleEnd+2, 0x11),
		"end far beyond":       put(module+8*go127.moduleEnd+7, 0x7f),
	} {
		if out, err := go127.pack(packable(data)); err == nil || out != nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := go127.pack(packable(whole)); err != nil {
		t.Errorf("the program itself: %v", err)
	}
	if _, err := go127.pack(with(secData, nil)); err == nil || !strings.Contains(err.Error(), "no data") {
		t.Errorf("without data: error %v", err)
	}
}

// FuzzPack: whatever the data, the result is a module or an error.
func FuzzPack(f *testing.F) {
	f.Add(goData(64, manyFunctions(3), 3, 100_000))
	f.Add(goData(64, functionTable(), 2, 100_000))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := go127.pack(packable(data))
		if err != nil {
			return
		}
		if _, err := parse(out); err != nil {
			t.Fatal(err)
		}
	})
}
