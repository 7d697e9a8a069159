package onnx

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

// field is one field of a decoded message.
type field struct {
	number, wire int
	value        uint64 // of a varint or a fixed32
	bytes        []byte
}

// decode reads a message, the reverse of type message.
func decode(t *testing.T, raw []byte) (fields []field) {
	t.Helper()
	varint := func() uint64 {
		v, n := binary.Uvarint(raw)
		if n <= 0 {
			t.Fatalf("bad varint before the last %d bytes", len(raw))
		}
		raw = raw[n:]
		return v
	}
	for len(raw) > 0 {
		key := varint()
		f := field{number: int(key >> 3), wire: int(key & 7)}
		switch f.wire {
		case wireVarint:
			f.value = varint()
		case wireBytes:
			n := varint()
			if n > uint64(len(raw)) {
				t.Fatalf("field %d has %d bytes of %d", f.number, n, len(raw))
			}
			f.bytes, raw = raw[:n], raw[n:]
		case wireFixed32:
			f.value = uint64(binary.LittleEndian.Uint32(raw))
			raw = raw[4:]
		default:
			t.Fatalf("field %d has wire type %d", f.number, f.wire)
		}
		fields = append(fields, f)
	}
	return fields
}

// TestWire: the bytes of the encoding guide's own examples, and what the decoder reads back.
func TestWire(t *testing.T) {
	var m message
	m.int(1, 150)
	m.text(2, "testing")
	want := []byte{0x08, 0x96, 0x01, 0x12, 0x07, 't', 'e', 's', 't', 'i', 'n', 'g'}
	if !bytes.Equal(m, want) {
		t.Errorf("wrote % x, want % x", []byte(m), want)
	}
	m = nil
	m.ints(6, []int64{3, 270, 86942})
	if want := []byte{0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05}; !bytes.Equal(m, want) {
		t.Errorf("wrote % x, want % x", []byte(m), want)
	}

	m = nil
	m.int(20, -1)
	m.float(1900, -0.75)
	m.bytes(3, make([]byte, 300))
	m.text(4, "")
	fields := decode(t, m)
	if len(fields) != 4 {
		t.Fatalf("%d fields", len(fields))
	}
	if f := fields[0]; f.number != 20 || int64(f.value) != -1 {
		t.Errorf("whole number: %+v", f)
	}
	if f := fields[1]; f.number != 1900 || math.Float32frombits(uint32(f.value)) != -0.75 {
		t.Errorf("float: %+v", f)
	}
	if f := fields[2]; f.number != 3 || len(f.bytes) != 300 {
		t.Errorf("bytes: field %d of %d", f.number, len(f.bytes))
	}
	if f := fields[3]; f.number != 4 || len(f.bytes) != 0 {
		t.Errorf("empty text: %+v", f)
	}
}
