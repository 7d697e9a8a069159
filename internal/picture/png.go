package picture

import (
	"encoding/binary"
	"hash/crc32"
	"image"
)

// PNG encodes a picture losslessly (ISO/IEC 15948): 8 bits a channel, with
// alpha only where something is not opaque, no filter, which suits pixel art.
// deflate makes a zlib stream (RFC 1950). It is the caller's, because a browser
// has one, and Go's would be a tenth of what a visitor downloads.
func PNG(m *image.NRGBA, deflate func(raw []byte) ([]byte, error)) ([]byte, error) {
	size := m.Rect.Size()
	colour, channels := byte(6), 4 // RGBA
	if m.Opaque() {
		colour, channels = 2, 3 // RGB
	}
	raw := make([]byte, 0, size.Y*(1+channels*size.X))
	for y := range size.Y {
		raw = append(raw, 0) // filter type None
		row := m.Pix[y*m.Stride:][:4*size.X]
		for x := 0; x < len(row); x += 4 {
			raw = append(raw, row[x:x+channels]...)
		}
	}
	data, err := deflate(raw)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	head = binary.BigEndian.AppendUint32(head, uint32(size.Y))
	head = append(head, 8, colour, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n")
	out = appendChunk(out, "IHDR", head)
	out = appendChunk(out, "IDAT", data)
	return appendChunk(out, "IEND", nil), nil
}

// appendChunk adds length, name, data and the checksum of the last two.
func appendChunk(out []byte, name string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	begin := len(out)
	out = append(out, name...)
	out = append(out, data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[begin:]))
}
