package picture

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
)

// Deflate makes a zlib stream (RFC 1950). It is the caller's, because a browser has one, and Go's would be a tenth of
// what a visitor downloads.
type Deflate func(raw []byte) ([]byte, error)

const signature = "\x89PNG\r\n\x1a\n"

// recipeKey is the keyword of the text chunk that says how a picture was made.
const recipeKey = "tintype"

// PNG encodes a picture losslessly (ISO/IEC 15948): 8 bits a channel, with alpha only where something is not opaque,
// no filter, which suits pixel art. recipe, Latin-1 without control characters, goes into a text chunk; "" goes
// nowhere.
func PNG(m *image.NRGBA, recipe string, deflate Deflate) ([]byte, error) {
	return encode([]*image.NRGBA{m}, 0, recipe, deflate)
}

// Animation encodes frames of one size as an animated PNG (PNG specification, third edition, 11.3.6), each shown for
// the given time and the last one four times as long, over and over. Software that does not know animations shows the
// last frame.
func Animation(frames []*image.NRGBA, millis int, recipe string, deflate Deflate) ([]byte, error) {
	return encode(frames, millis, recipe, deflate)
}

// encode writes the last frame as the picture itself; the animation, if there is more than one frame, leaves it out
// and shows all of them in order.
func encode(frames []*image.NRGBA, millis int, recipe string, deflate Deflate) ([]byte, error) {
	last := frames[len(frames)-1]
	size := last.Rect.Size()
	colour, channels := byte(2), 3 // RGB
	for _, f := range frames {
		if f.Rect.Size() != size {
			return nil, errors.New("picture: frames of different sizes")
		}
		if !f.Opaque() {
			colour, channels = 6, 4 // RGBA
		}
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	head = binary.BigEndian.AppendUint32(head, uint32(size.Y))
	out := appendChunk([]byte(signature), "IHDR", append(head, 8, colour, 0, 0, 0))
	if recipe != "" {
		out = appendChunk(out, "tEXt", []byte(recipeKey+"\x00"+recipe))
	}
	if len(frames) > 1 {
		plays := binary.BigEndian.AppendUint32(nil, uint32(len(frames)))
		out = appendChunk(out, "acTL", binary.BigEndian.AppendUint32(plays, 0))
	}
	still, err := deflate(scanlines(last, channels))
	if err != nil {
		return nil, err
	}
	out = appendChunk(out, "IDAT", still)
	shown := frames
	if len(frames) == 1 {
		shown = nil // a picture by itself is no animation
	}
	for i, f := range shown {
		data, err := deflate(scanlines(f, channels))
		if err != nil {
			return nil, err
		}
		delay := millis
		if i == len(shown)-1 {
			delay = 4 * millis
		}
		out = appendChunk(out, "fcTL", control(uint32(2*i), size, delay))
		out = appendChunk(out, "fdAT", append(binary.BigEndian.AppendUint32(nil, uint32(2*i+1)), data...))
	}
	return appendChunk(out, "IEND", nil), nil
}

// control is the frame control chunk of a frame that covers the picture and replaces what was there.
func control(sequence uint32, size image.Point, millis int) []byte {
	c := binary.BigEndian.AppendUint32(nil, sequence)
	c = binary.BigEndian.AppendUint32(c, uint32(size.X))
	c = binary.BigEndian.AppendUint32(c, uint32(size.Y))
	c = append(c, 0, 0, 0, 0, 0, 0, 0, 0) // offset
	c = binary.BigEndian.AppendUint16(c, uint16(millis))
	c = binary.BigEndian.AppendUint16(c, 1000)
	return append(c, 0, 0) // dispose: none, blend: source
}

// scanlines are the rows, each after its filter type None.
func scanlines(m *image.NRGBA, channels int) []byte {
	size := m.Rect.Size()
	raw := make([]byte, 0, size.Y*(1+channels*size.X))
	for y := range size.Y {
		raw = append(raw, 0)
		row := m.Pix[y*m.Stride:][:4*size.X]
		for x := 0; x < len(row); x += 4 {
			raw = append(raw, row[x:x+channels]...)
		}
	}
	return raw
}

// appendChunk adds length, name, data and the checksum of the last two.
func appendChunk(out []byte, name string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	begin := len(out)
	out = append(out, name...)
	out = append(out, data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[begin:]))
}
