package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

var (
	errNoPNG   = errors.New("not a PNG file")
	errCut     = errors.New("a PNG file that is cut short")
	errDamaged = errors.New("a damaged PNG file")
)

// A chunk is one part of a PNG file.
type chunk struct {
	name string
	data []byte
	sum  uint32 // as the file has it
}

// sound says that the checksum is right.
func (c chunk) sound() bool {
	return crc32.Update(crc32.ChecksumIEEE([]byte(c.name)), crc32.IEEETable, c.data) == c.sum
}

// walk hands over the chunks of a PNG file before IEND, until one is enough or wrong.
func walk(file []byte, each func(c chunk) (more bool, err error)) error {
	if !bytes.HasPrefix(file, []byte(signature)) {
		return errNoPNG
	}
	for rest := file[len(signature):]; len(rest) >= 12; {
		n := binary.BigEndian.Uint32(rest)
		if uint64(n)+12 > uint64(len(rest)) {
			break
		}
		c := chunk{string(rest[4:8]), rest[8 : 8+n], binary.BigEndian.Uint32(rest[8+n:])}
		if c.name == "IEND" {
			return nil
		}
		if more, err := each(c); err != nil || !more {
			return err
		}
		rest = rest[12+n:]
	}
	return errCut
}

// Chunks hands over the chunks of a PNG file before IEND, so far as it can be read. What is wrong with the file is told
// by whoever decodes it.
func Chunks(file []byte, each func(name string, data []byte)) {
	walk(file, func(c chunk) (bool, error) {
		each(c.name, c.data)
		return true, nil
	})
}
