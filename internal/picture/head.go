package picture

import (
	"bytes"
	"errors"
	"image"
	"strconv"
)

// A Head is what the first bytes of a picture's file say of it.
type Head struct {
	Kind          string // "PNG", "JPEG", "WebP" or "GIF"
	Width, Height int    // as stored, before it is turned
}

// other formats are known by their first bytes, so that they can be named.
var other = [...]struct {
	at          int
	magic, name string
}{
	{4, "ftypavi", "an AVIF picture"}, {4, "ftyp", "a HEIC picture or a film"}, {0, "BM", "a BMP picture"},
	{0, "II*\x00", "a TIFF picture"}, {0, "MM\x00*", "a TIFF picture"}, {0, "\xff\x0a", "a JPEG XL picture"},
	{4, "JXL ", "a JPEG XL picture"}, {0, "8BPS", "a Photoshop file"}, {0, "<svg", "an SVG drawing"}, {0, "<", "a web page or a drawing"},
	{0, "version https://git-lfs", "a Git LFS pointer: the file itself was not fetched"},
}

const readable = ": expected a PNG, JPEG, WebP or GIF file"

// HeadOf tells what a file is, whatever its name, and how large its picture, before anything is decoded. The error
// completes "it is".
func HeadOf(file []byte) (Head, error) {
	h, at := Head{}, func(magic string) bool { return bytes.HasPrefix(file, []byte(magic)) }
	switch {
	case at(signature):
		h.Kind = "PNG"
		if len(file) >= 24 && string(file[12:16]) == "IHDR" {
			h.Width, h.Height = be(file[16:20]), be(file[20:24])
		}
	case at("\xff\xd8\xff"):
		h.Kind = "JPEG"
		h.Width, h.Height = jpegSize(file)
	case at("GIF8"):
		h.Kind = "GIF"
		if len(file) >= 10 {
			h.Width, h.Height = le(file[6:8]), le(file[8:10])
		}
	case at("RIFF") && len(file) >= 12 && string(file[8:12]) == "WEBP":
		h.Kind = "WebP"
		h.Width, h.Height = webpSize(file)
	case len(file) == 0:
		return h, errors.New("empty")
	default:
		for _, o := range other {
			if len(file) > o.at && bytes.HasPrefix(file[o.at:], []byte(o.magic)) {
				return h, errors.New(o.name + readable)
			}
		}
		return h, errors.New("no picture" + readable)
	}
	switch {
	case h.Width <= 0 || h.Height <= 0:
		return h, errors.New("a " + h.Kind + " file that is damaged or cut short")
	case h.Width > pixelsMost/h.Height:
		return h, errors.New("a picture of " + strconv.Itoa(h.Width) + " x " + strconv.Itoa(h.Height) + " pixels, more than " +
			strconv.Itoa(pixelsMost/1_000_000) + " million")
	}
	return h, nil
}

// be is a big-endian number of a few bytes, le a little-endian one.
func be(b []byte) (n int) {
	for _, v := range b {
		n = n<<8 | int(v)
	}
	return n
}

func le(b []byte) (n int) {
	for i, v := range b {
		n |= int(v) << (8 * i)
	}
	return n
}

// segments hands over the marker segments of a JPEG file before its first scan (ITU-T T.81, B.1), until one is enough.
func segments(file []byte, each func(marker byte, data []byte) (more bool)) {
	for rest := file[2:]; len(rest) >= 4; {
		marker := rest[1]
		switch {
		case rest[0] != 0xff || marker == 0xda || marker == 0xd9:
			return
		case marker == 0xff: // a fill byte
			rest = rest[1:]
			continue
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd8: // without data
			rest = rest[2:]
			continue
		}
		n := be(rest[2:4])
		if n < 2 || n+2 > len(rest) || !each(marker, rest[4:2+n]) {
			return
		}
		rest = rest[2+n:]
	}
}

// jpegSize is what the frame header says.
func jpegSize(file []byte) (w, h int) {
	segments(file, func(marker byte, data []byte) bool {
		if marker < 0xc0 || marker > 0xcf || marker == 0xc4 || marker == 0xc8 || marker == 0xcc {
			return true
		}
		if len(data) >= 5 {
			h, w = be(data[1:3]), be(data[3:5])
		}
		return false
	})
	return w, h
}

// Parts hands over the chunks of a WebP file (RFC 9649), or of a part of one behind its head, until one is enough.
func Parts(riff []byte, each func(name string, data []byte) (more bool)) {
	for len(riff) >= 8 {
		n := le(riff[4:8])
		if n > len(riff)-8 || !each(string(riff[:4]), riff[8:8+n]) {
			return
		}
		riff = riff[min(8+n+n%2, len(riff)):]
	}
}

// WebPHead is how many bytes stand before a WebP file's chunks.
const WebPHead = 12

// webpSize is the size of the canvas, or of the one frame.
func webpSize(file []byte) (w, h int) {
	Parts(file[WebPHead:], func(name string, data []byte) bool {
		if name == "VP8X" && len(data) >= 10 {
			w, h = 1+le(data[4:7]), 1+le(data[7:10])
			return false
		}
		w, h = FrameSize(name, data)
		return false
	})
	return w, h
}

// FrameSize is the size of a frame in a WebP file's chunk VP8 (RFC 6386, 9.1) or VP8L, 0 of any other one.
func FrameSize(name string, data []byte) (w, h int) {
	switch {
	case name == "VP8 " && len(data) >= 10:
		return le(data[6:8]) & 0x3fff, le(data[8:10]) & 0x3fff
	case name == "VP8L" && len(data) >= 5:
		bits := le(data[1:5])
		return 1 + bits&0x3fff, 1 + bits>>14&0x3fff
	}
	return 0, 0
}

// Turned is a size once the picture stands as its orientation says.
func Turned(w, h, orientation int) (int, int) {
	if orientation > 4 {
		return h, w
	}
	return w, h
}

// Turn makes a picture stand upright that was stored in one of Exif's orientations, 1 to 8.
func Turn(m *image.NRGBA, orientation int) *image.NRGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	size := m.Rect.Size()
	w, h := Turned(size.X, size.Y, orientation)
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			// In the four above 4 rows and columns are exchanged.
			fromX, fromY := x, y
			if orientation > 4 {
				fromX, fromY = y, x
			}
			switch orientation {
			case 2, 3, 7, 8:
				fromX = size.X - 1 - fromX
			}
			switch orientation {
			case 3, 4, 6, 7:
				fromY = size.Y - 1 - fromY
			}
			copy(out.Pix[4*(y*w+x):], m.Pix[fromY*m.Stride+4*fromX:][:4])
		}
	}
	return out
}
