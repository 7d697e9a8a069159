package postlink

import (
	"bytes"
	"encoding/binary"
)

// dropLines takes what only traces show out of the table of functions in the data of the program that begins at base:
// files, lines and arguments, and the names of functions that are not the program's own (names.go); and the stops for
// asynchronous preemption; and all of functions that are not used. Nothing moves: what is dropped becomes zeros, which
// compress to nothing.
func (l *layout) dropLines(image []byte, base int, unused []bool) error {
	t, err := l.findTable(image)
	if err != nil {
		return err
	}
	d, err := t.describe(base)
	if err != nil {
		return err
	}
	more := d.field(l.moduleMore) - base
	if more < 0 || more > len(image) {
		return errDescription
	}
	numbers := pieces{l, image[t.numbers:t.functions], map[uint32]bool{0: true}, map[uint32]bool{}}
	data := pieces{l, image[more:], map[uint32]bool{}, map[uint32]bool{}}
	special := map[uint32]bool{} // places of the names of functions that the runtime treats as such
	i := -1
	err = t.records(func(at, tables, more int) bool {
		if i++; unused[i] {
			t.dropName(at)
			numbers.unused(image[at:], tables, more)
			return true
		}
		if image[at+l.recordID] != 0 {
			special[t.u32(at+l.recordName)] = true
		}
		numbers.record(image[at:], tables)
		data.arguments(image[at+l.recordBytes+4*tables:][:4*more])
		return true
	})
	if err != nil {
		return err
	}
	t.shortenNames(special)
	clear(image[t.units:t.numbers]) // without files nothing leads there
	if err := numbers.clear(skipNumbers); err != nil {
		return err
	}
	return data.clear(skipArguments)
}

// pieces are tables, or further data, while the functions are looked through.
type pieces struct {
	*layout
	image      []byte
	keep, drop map[uint32]bool // where pieces begin; functions share equal ones
}

// record drops what is not needed of the record at the front of r, and its tables.
func (p *pieces) record(r []byte, tables int) {
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(r[at:]) }
	p.keep[u32(p.recordStack)] = true
	dropped := []int{p.recordFile, p.recordLine}
	for i := range tables {
		if at := p.recordBytes + 4*i; i == p.unsafePoint {
			dropped = append(dropped, at)
		} else {
			p.keep[u32(at)] = true
		}
	}
	for _, field := range dropped {
		p.drop[u32(field)] = true
		clear(r[field:][:4])
	}
	clear(r[p.recordUnit:][:8]) // and the first line
}

// unused drops all of the record at the front of r, but for what tells its length.
func (p *pieces) unused(r []byte, tables, more int) {
	for _, at := range []int{p.recordStack, p.recordFile, p.recordLine} {
		p.drop[binary.LittleEndian.Uint32(r[at:])] = true
	}
	for i := range tables {
		p.drop[binary.LittleEndian.Uint32(r[p.recordBytes+4*i:])] = true
	}
	clear(r[p.recordName:p.recordTables])
	clear(r[p.recordUnit : p.recordBytes-1])
	clear(r[p.recordBytes:][:4*tables])
	for i := range more {
		binary.LittleEndian.PutUint32(r[p.recordBytes+4*(tables+i):], noData)
	}
}

// dropName drops the name that the record at a place has.
func (t table) dropName(at int) {
	name := t.image[t.names:t.units]
	name = name[min(int(t.u32(at+t.recordName)), len(name)):]
	end := bytes.IndexByte(name, 0)
	clear(name[:max(end, 0)])
}

// arguments drops what tells of arguments from the places of a function's further data.
func (p *pieces) arguments(places []byte) {
	for i := range len(places) / 4 {
		at := binary.LittleEndian.Uint32(places[4*i:])
		switch {
		case at == noData:
		case i == p.argInfo, i == p.argAlive:
			if i == p.argInfo {
				p.drop[at] = true
			}
			binary.LittleEndian.PutUint32(places[4*i:], noData)
		default:
			p.keep[at] = true
		}
	}
}

// clear zeroes the pieces that only dropped fields pointed to; skip reads one.
func (p *pieces) clear(skip func(*reader)) error {
	for at := range p.drop {
		if p.keep[at] {
			continue
		}
		if uint64(at) >= uint64(len(p.image)) {
			return errTable
		}
		r := &reader{rest: p.image[at:]}
		if skip(r); r.err != nil {
			return errTable
		}
		clear(p.image[at : len(p.image)-len(r.rest)])
	}
	return nil
}

// skipNumbers reads a table: pairs of numbers up to a 0 in place of a first one, which the first of all may be.
func skipNumbers(r *reader) {
	for first := true; ; first = false {
		if value := r.u32(); value == 0 && !first || r.err != nil {
			return
		}
		r.u32()
	}
}

// skipArguments reads how arguments are shown (internal/abi, TraceArgsEndSeq): a byte of at least 0xf0 stands for itself
// and 0xff ends them; others are offsets, with a size.
func skipArguments(r *reader) {
	for r.err == nil {
		switch op := r.byte(); {
		case op == 0xff:
			return
		case op < 0xf0:
			r.byte()
		}
	}
}
