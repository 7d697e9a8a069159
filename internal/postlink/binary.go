package postlink

import (
	"errors"
	"fmt"
)

// The parts of the binary format (WebAssembly Core Specification 2.0, chapter
// 5) that the step touches.
const (
	secCustom   = 0
	secType     = 1
	secImport   = 2
	secFunction = 3
	secTable    = 4
	secMemory   = 5
	secGlobal   = 6
	secExport   = 7
	secStart    = 8
	secElement  = 9
	secCode     = 10
	secData     = 11
	secCount    = 12

	kindFunc   = 0
	kindTable  = 1
	kindMemory = 2
	kindGlobal = 3

	typeI32  = 0x7f
	typeI64  = 0x7e
	typeFunc = 0x60
	mutable  = 1
)

// sectionNames are for errors; order is where the specification puts each
// section among the others (data count comes before code).
var sectionNames = [secCount + 1]string{
	"custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count",
}

var sectionOrder = [secCount + 1]int{
	secType: 1, secImport: 2, secFunction: 3, secTable: 4, secMemory: 5, secGlobal: 6, secExport: 7, secStart: 8,
	secElement: 9, secCount: 10, secCode: 11, secData: 12,
}

var header = []byte{0, 'a', 's', 'm', 1, 0, 0, 0}

// A section is one section of a module, its size field left out.
type section struct {
	id   byte
	body []byte
}

var errShort = errors.New("ends in the middle of a value")

// A reader takes values from the front of a piece of the binary. After the
// first error it gives zeros, so that a caller may check once.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) byte() byte {
	if r.err == nil && len(r.rest) == 0 {
		r.err = errShort
	}
	if r.err != nil {
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

// u32 reads an unsigned LEB128 number of at most 32 bits.
func (r *reader) u32() uint32 {
	var v uint32
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		if r.err != nil {
			return 0
		}
		if shift == 28 && b > 0x0f {
			break
		}
		v |= uint32(b&0x7f) << shift
		if b&0x80 == 0 {
			return v
		}
	}
	r.err = errors.New("holds a number of more than 32 bits")
	return 0
}

// take reads n bytes, without copying them.
func (r *reader) take(n uint32) []byte {
	if r.err == nil && uint64(n) > uint64(len(r.rest)) {
		r.err = errShort
	}
	if r.err != nil {
		return nil
	}
	p := r.rest[:n:n]
	r.rest = r.rest[n:]
	return p
}

// sized reads a length and that many bytes.
func (r *reader) sized() []byte { return r.take(r.u32()) }

func (r *reader) name() string { return string(r.sized()) }

// end reports the first error, or that something is left.
func (r *reader) end() error {
	if r.err == nil && len(r.rest) > 0 {
		return errors.New("is longer than its content")
	}
	return r.err
}

// limits reads the limits of a memory or table and returns the minimum.
func (r *reader) limits() (flags byte, minimum uint32) {
	flags = r.byte()
	minimum = r.u32()
	if flags&1 != 0 {
		r.u32()
	}
	if flags > 3 && r.err == nil {
		r.err = fmt.Errorf("has limits of the unknown kind %#x", flags)
	}
	return flags, minimum
}

// parse cuts a module into its sections. It never reads beyond the binary and
// allocates in proportion to it.
func parse(bin []byte) ([]section, error) {
	if len(bin) < len(header) || string(bin[:len(header)]) != string(header) {
		return nil, errors.New("not a WebAssembly module of version 1")
	}
	var all []section
	last := 0
	r := &reader{rest: bin[len(header):]}
	for len(r.rest) > 0 {
		s := section{id: r.byte()}
		s.body = r.sized()
		if r.err != nil {
			return nil, fmt.Errorf("section %d %w", len(all), r.err)
		}
		if s.id > secCount {
			return nil, fmt.Errorf("section %d is of the unknown kind %d", len(all), s.id)
		}
		if s.id != secCustom {
			if sectionOrder[s.id] <= last {
				return nil, fmt.Errorf("%s section: out of order, or a second one", sectionNames[s.id])
			}
			last = sectionOrder[s.id]
		}
		all = append(all, s)
	}
	return all, nil
}

// assemble is the inverse of parse.
func assemble(sections []section) []byte {
	bin := append([]byte(nil), header...)
	for _, s := range sections {
		bin = append(bin, s.id)
		bin = appendSized(bin, s.body)
	}
	return bin
}

func appendU32(p []byte, v uint32) []byte {
	for ; v >= 0x80; v >>= 7 {
		p = append(p, byte(v)|0x80)
	}
	return append(p, byte(v))
}

func appendS32(p []byte, v int32) []byte {
	for ; v < -64 || v > 63; v >>= 7 {
		p = append(p, byte(v)|0x80)
	}
	return append(p, byte(v)&0x7f)
}

func appendSized(p, body []byte) []byte {
	return append(appendU32(p, uint32(len(body))), body...)
}
