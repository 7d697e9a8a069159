package postlink

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Go's table of functions, as Go 1.27 lays it out (runtime's symtab.go, pcHeader, and runtime2.go, _func):
//
//	header   magic, 0, 0, 1 (the step of a program counter), 8 (bytes of a pointer); then, 8 bytes each, the numbers
//	         of functions and files, 0, and the places of the five parts below
//	names, units, files, tables, functions
//
// functions begins with a pair of 32-bit numbers for each function, its entry and the place of its record. A record
// holds places in tables, 0 meaning none; a table is pairs of variable-length numbers up to a first one of 0.
const (
	headerBytes = 72
	recordBytes = 44

	recordName   = 4
	recordStack  = 16 // pcsp: needed to unwind
	recordFile   = 20
	recordLine   = 24
	recordTables = 28 // how many more tables the record has behind it
	recordUnit   = 32 // read with files only
	recordStart  = 36 // the function's first line
	recordData   = 43 // how many places of further data follow these, one byte

	unsafePoint = 0 // of the tables, the one for asynchronous preemption

	argInfo  = 5 // of the further data, how a trace shows arguments
	argAlive = 6 // and which of them it shows
	noData   = 1<<32 - 1
)

var tableMagic = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

var errTable = errors.New("the table of functions is not Go 1.27's")

// A table is Go's table of functions in a program's data: where its parts begin.
type table struct {
	image                                   []byte
	at, count                               int // the header; how many functions
	names, units, files, numbers, functions int
}

// findTable finds the table of functions in data.
func findTable(image []byte) (t table, err error) {
	at := bytes.Index(image, tableMagic)
	if at < 0 || len(image)-at < headerBytes {
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
	t = table{image, at, head[0], at + head[3], at + head[4], at + head[5], at + head[6], at + head[7]}
	if t.count == 0 || head[2] != 0 || head[3] != headerBytes || t.units < t.names || t.files < t.units || t.numbers < t.files || t.functions <= t.numbers ||
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
		if at+recordBytes > len(t.image) {
			return errTable
		}
		tables, data := int(t.u32(at+recordTables)), int(t.image[at+recordData])
		if at+recordBytes+4*(tables+data) > len(t.image) || !see(at, tables, data) {
			return errTable
		}
	}
	return nil
}

// A description is Go's of a program, from its first word on. The first two are where the table of functions and its
// names are.
type description []byte

// Words of it (runtime's symtab.go, moduledata).
const (
	moduleFunctions = 16
	moduleFinder    = 19 // the table that finds a function
	moduleFirst     = 20 // the lowest program counter
	moduleLast      = 21 // behind the highest one
	moduleEnd       = 34 // of the memory that the program starts with
	moduleTypes     = 37
	moduleTypesEnd  = 39
	moduleMore      = 43 // where functions' further data is counted from
	moduleWords     = 60
)

func (d description) field(i int) int { return int(binary.LittleEndian.Uint64(d[8*i:])) }

var errDescription = errors.New("the description of the program is not Go 1.27's")

// describe finds the description of the program whose data begins at base.
func (t table) describe(base int) (description, error) {
	le := binary.LittleEndian
	pair := le.AppendUint64(le.AppendUint64(nil, uint64(base+t.at)), uint64(base+t.names))
	at := bytes.Index(t.image, pair)
	if at < 0 || at != bytes.LastIndex(t.image, pair) || len(t.image)-at < 8*moduleWords {
		return nil, errDescription
	}
	d := description(t.image[at:])
	if d.field(moduleFunctions) != base+t.functions {
		return nil, errDescription
	}
	return d, nil
}

const (
	counterBits = 16 // of a program counter are within the function
	findBits    = 12 // of a program counter an entry of the finder is for
	findBytes   = 20 // of an entry: a number, and 16 bytes for what lies further on
)

// finder is where the table that finds functions begins in the data, and its size.
func (t table) finder(d description, base int) (from, size int, err error) {
	reach := d.field(moduleLast) - d.field(moduleFirst)
	from, size = d.field(moduleFinder)-base, findBytes*(reach>>findBits)
	if rest := reach % (1 << findBits); rest > 0 { // the last entry ends with the last function
		size += 4 + (rest+255)>>8
	}
	if reach <= 0 || reach>>counterBits > t.count || from < 0 || from > len(t.image) || size > len(t.image)-from {
		return 0, 0, errDescription
	}
	return from, size, nil
}
