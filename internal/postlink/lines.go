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

	recordStack  = 16 // pcsp: needed to unwind
	recordFile   = 20
	recordLine   = 24
	recordTables = 28 // how many more tables the record has behind it
	recordUnit   = 32 // read with files only

	unsafePoint = 0 // of these tables, the one for asynchronous preemption
)

var tableMagic = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

var errTable = errors.New("the table of functions is not Go 1.27's")

// dropLines takes files, lines and the stops for asynchronous preemption out of the table of functions in a program's
// data. Nothing moves: what is dropped becomes zeros, which compress to nothing.
func dropLines(image []byte) error {
	at := bytes.Index(image, tableMagic)
	if at < 0 || len(image)-at < headerBytes {
		return errTable
	}
	t := image[at:]
	var head [8]uint64
	for i := range head {
		if head[i] = binary.LittleEndian.Uint64(t[8+8*i:]); head[i] > uint64(len(t)) {
			return errTable
		}
	}
	count, tables, functions := head[0], head[6], head[7]
	if head[2] != 0 || head[3] != headerBytes || tables >= functions || functions+8*count > uint64(len(t)) {
		return errTable
	}
	l := lines{functions: t[functions:], tables: t[tables:functions], keep: map[uint32]bool{0: true}, drop: map[uint32]bool{}}
	for i := range count {
		if !l.record(uint64(binary.LittleEndian.Uint32(l.functions[8*i+4:]))) {
			return errTable
		}
	}
	return l.clear()
}

// lines is the table of functions while it is looked through.
type lines struct {
	functions, tables []byte
	keep, drop        map[uint32]bool // places of tables; functions share equal ones
}

// record looks through the record at a place.
func (l *lines) record(at uint64) bool {
	if at+recordBytes > uint64(len(l.functions)) {
		return false
	}
	r := l.functions[at:]
	u32 := func(at uint64) uint32 { return binary.LittleEndian.Uint32(r[at:]) }
	more := uint64(u32(recordTables))
	if recordBytes+4*more > uint64(len(r)) {
		return false
	}
	l.keep[u32(recordStack)] = true
	dropped := []uint64{recordFile, recordLine, recordUnit}
	for i := range more {
		if i == unsafePoint {
			dropped = append(dropped, recordBytes)
		} else {
			l.keep[u32(recordBytes+4*i)] = true
		}
	}
	for _, field := range dropped {
		if field != recordUnit {
			l.drop[u32(field)] = true
		}
		clear(r[field:][:4])
	}
	return true
}

// clear zeroes the tables that only dropped fields pointed to.
func (l *lines) clear() error {
	for at := range l.drop {
		if l.keep[at] {
			continue
		}
		if uint64(at) >= uint64(len(l.tables)) {
			return errTable
		}
		r := &reader{rest: l.tables[at:]}
		for first := true; ; first = false {
			value := r.u32()
			if r.err != nil {
				return errTable
			}
			if value == 0 && !first {
				break
			}
			r.u32()
		}
		clear(l.tables[at : len(l.tables)-len(r.rest)])
	}
	return nil
}
