package postlink

import "encoding/binary"

// Each type has a hash of 32 bits, by which type switches find their case before they compare types, and by which the
// runtime spreads types over its tables. Nothing compresses worse. The types that no switch names get a number instead,
// which spreads as well: it is another one for each.

// constants are the numbers of 32 bits that stand in the code of functions that are used: among them all hashes that a
// switch compares with.
func (m *module) constants(code []byte, unused []bool) (map[uint32]bool, error) {
	bodies, err := m.bodies(code)
	if err != nil {
		return nil, err
	}
	all := map[uint32]bool{}
	for i, body := range bodies {
		if unused[i] {
			continue
		}
		_, code, err := split(body)
		if err != nil {
			return nil, err
		}
		for _, in := range code {
			if in.op == opI32Const || in.op == opI64Const {
				all[uint32(in.x)] = true
			}
		}
	}
	return all, nil
}

// numberTypes replaces the hashes of types that are not among the constants of the code, and the copies of them that
// stand in the tables of methods for interfaces.
func (l *layout) numberTypes(image []byte, base int, constants map[uint32]bool) error {
	t, err := l.findTable(image)
	if err != nil {
		return err
	}
	d, err := t.describe(base)
	if err != nil {
		return err
	}
	types, err := l.types(image, d, base)
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	type change struct{ from, to uint32 }
	changed := make(map[uint64]change, len(types)) // by the type's address
	for i, at := range types {
		hash := le.Uint32(image[at+l.typeHash:])
		if !constants[hash] {
			changed[uint64(base+at)] = change{hash, uint32(i)}
			le.PutUint32(image[at+l.typeHash:], uint32(i))
		}
	}
	for at := -base & 7; at+16 <= len(image); at += 8 {
		if c, ok := changed[le.Uint64(image[at:])]; ok && le.Uint64(image[at+8:]) == uint64(c.from) {
			le.PutUint32(image[at+8:], c.to)
		}
	}
	return nil
}

// types lists where in the data the types are described, as the runtime walks through them (type.go, moduleTypelinks).
func (l *layout) types(image []byte, d description, base int) ([]int, error) {
	const pointer = 8
	le := binary.LittleEndian
	from := d.field(l.moduleTypes) - base
	end := from + d.field(l.moduleTypes+1)
	if from < 0 || end < from || end > len(image) {
		return nil, errDescription
	}
	var all []int
	for at := from + pointer; at < end; {
		if at+l.typeBytes > end {
			return nil, errDescription
		}
		kind := l.typeKinds[image[at+l.typeKind]]
		named := at + l.typeBytes + kind.more // where a named type's methods are counted
		size := l.typeBytes + kind.more
		isNamed := image[at+l.typeFlags]&l.typeNamed != 0
		if named > end || isNamed && named+l.namedBytes > end {
			return nil, errDescription
		}
		if kind.count != nil {
			size += kind.each * kind.count(image[at+l.typeBytes:])
		}
		if isNamed {
			size += l.namedBytes + l.methodBytes*int(le.Uint16(image[named+l.methodCount:]))
		}
		if size < 0 || size > end-at {
			return nil, errDescription
		}
		all = append(all, at)
		at += (size + pointer - 1) &^ (pointer - 1)
	}
	return all, nil
}
