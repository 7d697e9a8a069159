package postlink

import (
	"bytes"
	"encoding/binary"
	"errors"
)

const noData = 1<<32 - 1 // in place of the place of further data: none

var errTable = errors.New("the table of functions is not laid out as expected")

// A table is Go's table of functions in a program's data: where its parts begin.
type table struct {
	*layout
	image                                   []byte
	at, count                               int // the header; how many functions
	names, units, files, numbers, functions int
}

// findTable finds the table of functions in data.
func (l *layout) findTable(image []byte) (t table, err error) {
	at := bytes.Index(image, l.tableMagic)
	if at < 0 || len(image)-at < l.headerBytes {
		return t, errTable
	}
	var head [8]int
	for i := range head {
		v := binary.LittleEndian.Uint64(image[at+8+8*i:])
		if v > uint64(len(image)-at) {
			return t, errTable
		}
		head[i] = int(v)
	}
	t = table{l, image, at, head[0], at + head[3], at + head[4], at + head[5], at + head[6], at + head[7]}
	if t.count == 0 || head[2] != 0 || head[3] != l.headerBytes || t.units < t.names || t.files < t.units || t.numbers < t.files || t.functions <= t.numbers ||
		t.functions+8*t.count+4 > len(image) {
		return t, errTable
	}
	return t, nil
}

func (t table) u32(at int) uint32 { return binary.LittleEndian.Uint32(t.image[at:]) }

// records calls see with the place of each function's record, which lies within the data, and how many words of tables
// and of further data follow its fixed part.
func (t table) records(see func(at, tables, data int) bool) error {
	for i := range t.count {
		at := t.functions + int(t.u32(t.functions+8*i+4))
		if at+t.recordBytes > len(t.image) {
			return errTable
		}
		tables, data := int(t.u32(at+t.recordTables)), int(t.image[at+t.recordData])
		if at+t.recordBytes+4*(tables+data) > len(t.image) || !see(at, tables, data) {
			return errTable
		}
	}
	return nil
}

// A description is Go's of a program, from its first word on.
type description []byte

func (d description) field(i int) int { return int(binary.LittleEndian.Uint64(d[8*i:])) }

var errDescription = errors.New("the description of the program is not laid out as expected")

// describe finds the description of the program whose data begins at base.
func (t table) describe(base int) (description, error) {
	le := binary.LittleEndian
	pair := le.AppendUint64(le.AppendUint64(nil, uint64(base+t.at)), uint64(base+t.names))
	at := bytes.Index(t.image, pair)
	if at < 0 || at != bytes.LastIndex(t.image, pair) || len(t.image)-at < 8*t.moduleWords {
		return nil, errDescription
	}
	d := description(t.image[at:])
	if d.field(t.moduleFunctions) != base+t.functions {
		return nil, errDescription
	}
	return d, nil
}

// finder is where the table that finds functions begins in the data, and its size.
func (t table) finder(d description, base int) (from, size int, err error) {
	reach := d.field(t.moduleLast) - d.field(t.moduleFirst)
	from, size = d.field(t.moduleFinder)-base, t.findBytes*(reach>>t.findBits)
	if rest := reach % (1 << t.findBits); rest > 0 { // the last entry ends with the last function
		size += 4 + (rest+255)>>8
	}
	if reach <= 0 || reach>>t.counterBits > t.count || from < 0 || from > len(t.image) || size > len(t.image)-from {
		return 0, 0, errDescription
	}
	return from, size, nil
}
