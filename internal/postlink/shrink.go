package postlink

import (
	"errors"
	"fmt"
)

// shrink returns the program without what a browser has no use for. What it
// computes stays the same:
//
//   - The linker cuts the data into tens of thousands of segments to skip short
//     runs of zeros, which costs more than it saves once the file is
//     compressed. They become a few.
//   - The tables of files, lines and arguments go, and the stops for
//     asynchronous preemption, which WebAssembly has not. A panic's trace names
//     the program's own functions still, not those of the standard library
//     between them (names.go).
//   - The simd package's emulated variants of functions trap: they are for
//     processors without vectors and for GODEBUG, and a module with vectors
//     runs on neither. So does what the runtime has for tools that no browser
//     runs, and what only these call (unused.go).
//   - Types that no type switch names have numbers for hashes (hashes.go).
//   - The name section goes; those functions are found by it.
//
// As with threads, each assumption on the layout is checked.
func (l *layout) shrink(bin []byte) ([]byte, error) {
	sections, m, err := l.read(bin)
	if err != nil {
		return nil, err
	}
	if m.names == nil {
		return nil, errors.New("no name section: link without -s")
	}
	unused, err := m.unused(m.code, m.data)
	if err != nil {
		return nil, err
	}
	constants, err := m.constants(m.code, unused)
	if err != nil {
		return nil, err
	}
	var out []section
	for _, s := range sections {
		switch {
		case s.id == secCustom && customName(s) == "name":
			continue
		case s.id == secCode:
			s.body, err = m.dropCode(s.body, unused)
		case s.id == secData:
			s.body, err = l.shrinkData(s.body, unused, constants)
		}
		if err != nil {
			return nil, fmt.Errorf("%s section: %w", sectionNames[s.id], err)
		}
		out = append(out, s)
	}
	return assemble(out), nil
}

// trap is the body of a function that must never be called: no locals,
// unreachable, end.
var trap = []byte{0, 0x00, 0x0b}

// dropCode replaces the bodies of functions that cannot be called.
func (m *module) dropCode(code []byte, unused []bool) ([]byte, error) {
	bodies, err := m.bodies(code)
	if err != nil {
		return nil, err
	}
	out := appendU32(nil, uint32(len(bodies)))
	for i, body := range bodies {
		if unused[i] {
			body = trap
		}
		out = appendSized(out, body)
	}
	return out, nil
}

// shrinkData joins the segments and cuts the tables short.
func (l *layout) shrinkData(data []byte, unused []bool, constants map[uint32]bool) ([]byte, error) {
	image, at, err := readImage(data)
	if err != nil {
		return nil, err
	}
	if err := l.dropLines(image, at, unused); err != nil {
		return nil, err
	}
	if err := l.numberTypes(image, at, constants); err != nil {
		return nil, err
	}
	return writeImage(image, at), nil
}

const (
	// maxImage bounds the data of a program, from its first byte to its last.
	maxImage = 1 << 28
	// maxGap is how many zeros a segment may hold in a row; where there are
	// more, as between Go's own sections, another begins.
	maxGap = 256
)

// readImage reads active segments of memory 0 with constant places and returns
// the memory from the first to the last of them, and where it begins.
func readImage(data []byte) (image []byte, at int, err error) {
	type segment struct {
		at   int
		data []byte
	}
	r := &reader{rest: data}
	count := r.u32()
	var all []segment
	first, last := maxImage, 0
	for range count {
		kind, op := r.u32(), r.byte()
		place := r.s64()
		end, bytes := r.byte(), r.sized()
		switch {
		case r.err != nil:
			return nil, 0, r.err
		case kind != 0 || op != opI32Const || end != opEnd:
			return nil, 0, errors.New("has a segment that Go's linker does not make")
		case place < 0 || place > maxImage || int(place)+len(bytes) > maxImage:
			return nil, 0, fmt.Errorf("has a segment at %d, beyond what a program's data reaches", place)
		}
		all = append(all, segment{int(place), bytes})
		first, last = min(first, int(place)), max(last, int(place)+len(bytes))
	}
	if err := r.end(); err != nil || len(all) == 0 {
		return nil, 0, err
	}
	image = make([]byte, last-first)
	for _, s := range all {
		copy(image[s.at-first:], s.data)
	}
	return image, first, nil
}

// writeImage is the data section that fills the memory from at on with image.
func writeImage(image []byte, at int) []byte {
	var body []byte
	count := uint32(0)
	for from := 0; from < len(image); {
		if image[from] == 0 {
			from++
			continue
		}
		end := from // behind the last byte that is not zero
		for i := from; i < len(image) && i-end <= maxGap; i++ {
			if image[i] != 0 {
				end = i + 1
			}
		}
		body = append(body, 0, opI32Const)
		body = appendS32(body, int32(at+from))
		body = appendSized(append(body, opEnd), image[from:end])
		count++
		from = end
	}
	return append(appendU32(nil, count), body...)
}
