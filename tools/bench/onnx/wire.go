package onnx

import (
	"encoding/binary"
	"math"
)

// Protocol buffers on the wire (the format's public encoding guide): a message is a run of fields, each a key,
// field number << 3 | wire type, and a value. ONNX models need three wire types.
const (
	wireVarint  = 0 // whole numbers, 7 bits a byte, the lowest first
	wireBytes   = 2 // a length, then that many bytes: texts, messages, packed lists
	wireFixed32 = 5 // float32, little-endian
)

// message is a protocol buffer message under construction. Fields may stand in any order, and an empty message is
// valid.
type message []byte

func (m *message) key(field, wire int) { *m = binary.AppendUvarint(*m, uint64(field)<<3|uint64(wire)) }

func (m *message) int(field int, v int64) {
	m.key(field, wireVarint)
	*m = binary.AppendUvarint(*m, uint64(v)) // a negative number takes all ten bytes
}

func (m *message) float(field int, v float32) {
	m.key(field, wireFixed32)
	*m = binary.LittleEndian.AppendUint32(*m, math.Float32bits(v))
}

func (m *message) bytes(field int, v []byte) {
	m.length(field, len(v))
	*m = append(*m, v...)
}

func (m *message) text(field int, v string) {
	m.length(field, len(v))
	*m = append(*m, v...)
}

// length begins a field of n bytes, which the caller appends.
func (m *message) length(field, n int) {
	m.key(field, wireBytes)
	*m = binary.AppendUvarint(*m, uint64(n))
}

// ints is a list of whole numbers, packed into one field.
func (m *message) ints(field int, list []int64) {
	var packed []byte
	for _, v := range list {
		packed = binary.AppendUvarint(packed, uint64(v))
	}
	m.bytes(field, packed)
}
