package postlink

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// pack returns the program with two of Go's tables in a form that compresses to a third, and a start function, which
// the browser runs before anything else, that unpacks them to where Go looks for them (unpack.go).
//
// The records of functions (lines.go) become columns: what the first field is in all of them, then the second, and so on
// in words of 32 bits. Most are places of something that was made when it was first needed, so each is written as the
// step from the highest before it, or, if it is not higher, as it is. A table that finds records by program counter needs
// no data at all: its entries are counted up.
//
// The packed form stands behind the program's memory and is never written to, so that the start function may run in
// several instances over one memory: all write the same.
func (l *layout) pack(bin []byte) ([]byte, error) {
	sections, m, err := l.read(bin)
	if err != nil {
		return nil, err
	}
	var u unpacking
	var out []section
	for _, s := range sections {
		if s.id == secData {
			if s.body, u, err = l.packData(s.body, m.pages); err != nil {
				return nil, fmt.Errorf("data section: %w", err)
			}
		}
		out = append(out, s)
	}
	if u.count == 0 {
		return nil, errors.New("no data section")
	}
	return assemble(m.withStart(out, u.code())), nil
}

// An unpacking is what the start function must know: places in memory and numbers.
type unpacking struct {
	*layout
	packed    int // the records' widths in steps, one byte each, then the columns
	count     int // of functions
	first     int // the number of the first
	functions int // pairs of a function's number and the place of its record, counted from here
	records   int // the first
	widest    int // record, in bytes
	finder    int // the table that finds a function, with findSteps entries for one
	found     int // its entries
}

// packData packs the tables in a data section.
func (l *layout) packData(data []byte, pages uint32) ([]byte, unpacking, error) {
	image, base, err := readImage(data)
	if err != nil {
		return nil, unpacking{}, err
	}
	t, err := l.findTable(image)
	if err != nil {
		return nil, unpacking{}, err
	}
	d, err := t.describe(base)
	if err != nil {
		return nil, unpacking{}, err
	}
	u, err := t.dropFinder(d, base)
	if err != nil {
		return nil, u, err
	}
	packed, err := t.packRecords(&u, base)
	if err != nil {
		return nil, u, err
	}
	u.packed = d.field(l.moduleEnd)
	if limit := int(pages) << 16; u.packed < base+len(image) || u.packed > limit || limit-u.packed < len(packed)+l.spare {
		return nil, u, errDescription
	}
	binary.LittleEndian.PutUint64(d[8*l.moduleEnd:], uint64(u.packed+len(packed)+7)&^7)
	image = append(image, make([]byte, u.packed-base-len(image))...)
	return writeImage(append(image, packed...), base), u, nil
}

// dropFinder takes the table that finds functions out of the data.
func (t table) dropFinder(d description, base int) (u unpacking, err error) {
	u = unpacking{
		layout: t.layout,
		count:  t.count, first: int(t.u32(t.functions)), functions: base + t.functions, finder: d.field(t.moduleFinder),
		records: base + t.functions + int(t.u32(t.functions+4)),
	}
	from, size, err := t.finder(d, base)
	if err != nil || d.field(t.moduleFirst) != u.first<<t.counterBits {
		return u, errDescription
	}
	u.found = (size + t.findBytes - 1) / t.findBytes
	finder := t.image[from:][:size]
	for i, v := range finder {
		number := uint64(i / t.findBytes >> (t.counterBits - t.findBits))
		if v != byte(number>>(8*min(i%t.findBytes, 4))) {
			return u, errDescription
		}
	}
	clear(finder)
	return u, nil
}

// packRecords takes the records out of the data and returns them packed.
func (t table) packRecords(u *unpacking, base int) ([]byte, error) {
	var rows [][]byte
	next := u.records - base
	err := t.records(func(at, tables, data int) bool {
		size := (t.recordBytes + 4*(tables+data) + t.recordStep - 1) &^ (t.recordStep - 1)
		number := t.u32(t.functions + 8*len(rows))
		if at != next || size > 255*t.recordStep || at+size > len(t.image) || int(number) != u.first+len(rows) {
			return false
		}
		rows = append(rows, t.image[at:][:size])
		u.widest = max(u.widest, size)
		next += size
		return true
	})
	last := t.functions + 8*t.count
	if err != nil || int(t.u32(last)) != u.first+t.count || last+4 > u.records-base {
		return nil, errTable
	}
	packed := make([]byte, 0, 1<<18)
	for _, row := range rows {
		packed = append(packed, byte(len(row)/t.recordStep))
	}
	for at := 0; at < u.widest; at += 4 {
		highest := uint64(0)
		for _, row := range rows {
			if at >= len(row) {
				continue
			}
			// 2^32-1 means none: counted from there, it is the lowest.
			v := uint64(binary.LittleEndian.Uint32(row[at:]) + 1)
			if v > highest {
				packed = binary.AppendUvarint(packed, (v-highest)<<1|1)
				highest = v
			} else {
				packed = binary.AppendUvarint(packed, v<<1)
			}
		}
	}
	for _, row := range rows {
		clear(row)
	}
	clear(t.image[t.functions:][:8*t.count+4])
	return packed, nil
}
