package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
)

// rows are random pixels of a raster, each row behind a filter of its own.
func (r *raster) rows(from *rand.Rand) (raw []byte) {
	for _, p := range r.passes() {
		_, h, n := r.of(p)
		for range h {
			raw = append(raw, byte(from.IntN(5)))
			for range n {
				raw = append(raw, byte(from.IntN(256)))
			}
		}
	}
	return raw
}

// file is a PNG file of rows.
func (r *raster) file(t testing.TB, raw []byte, more ...[2]string) []byte {
	t.Helper()
	stream, err := deflate(raw)
	if err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(r.width))
	head = binary.BigEndian.AppendUint32(head, uint32(r.height))
	colour := map[int]byte{1: 0, 2: 4, 3: 2, 4: 6}[r.channels]
	if r.palette {
		colour = 3
	}
	interlace := byte(0)
	if r.interlaced {
		interlace = 1
	}
	out := appendChunk([]byte(signature), "IHDR", append(head, byte(r.depth), colour, 0, 0, interlace))
	for _, c := range more {
		out = appendChunk(out, c[0], []byte(c[1]))
	}
	out = appendChunk(out, "IDAT", stream[:len(stream)/2])
	return appendChunk(appendChunk(out, "IDAT", stream[len(stream)/2:]), "IEND", nil)
}

// rounded is a pixel of package image with eight bits a channel, to the nearest.
func rounded(c color.Color) color.NRGBA {
	eight := func(v uint16) uint8 { return uint8((uint32(v) + 128) / 257) }
	switch c := c.(type) {
	case color.NRGBA64:
		return color.NRGBA{eight(c.R), eight(c.G), eight(c.B), eight(c.A)}
	case color.RGBA64:
		return color.NRGBA{eight(c.R), eight(c.G), eight(c.B), 255}
	case color.Gray16:
		return color.NRGBA{eight(c.Y), eight(c.Y), eight(c.Y), 255}
	}
	return color.NRGBAModel.Convert(c).(color.NRGBA)
}

func same(t *testing.T, name string, got *image.NRGBA, want image.Image) {
	t.Helper()
	if got.Rect != want.Bounds() {
		t.Fatalf("%s: %v, want %v", name, got.Rect, want.Bounds())
	}
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			if a, b := got.NRGBAAt(x, y), rounded(want.At(x, y)); a != b {
				t.Fatalf("%s: pixel %d,%d is %v, want %v", name, x, y, a, b)
			}
		}
	}
}

// Every kind of PNG file is decoded as package image decodes it, with sixteen bits rounded to eight.
func TestDecodePNG(t *testing.T) {
	from := rand.New(rand.NewPCG(1, 2))
	kinds := []raster{{channels: 1, palette: true}, {channels: 1}, {channels: 2}, {channels: 3}, {channels: 4}}
	for _, kind := range kinds {
		for _, depth := range []int{1, 2, 4, 8, 16} {
			if depth < 8 && kind.channels > 1 || depth > 8 && kind.palette {
				continue
			}
			for _, size := range []image.Point{{1, 1}, {3, 2}, {9, 13}, {17, 8}} {
				for _, interlaced := range []bool{false, true} {
					for _, keyed := range []bool{false, true} {
						r := kind
						r.width, r.height, r.depth, r.interlaced = size.X, size.Y, depth, interlaced
						name := fmt.Sprintf("%+v, with a transparent colour: %v", r, keyed)
						var more [][2]string
						if r.palette {
							more = append(more, [2]string{"PLTE", strings.Repeat("\x01\x80\xff\x40\x20\x10", 1<<depth/2)})
						}
						raw := r.rows(from)
						if keyed && r.channels%2 == 1 {
							if raw[0] = 0; interlaced || depth == 16 && kind.channels == 1 {
								raw = bytes.Repeat([]byte{0}, len(raw)) // every pixel has it
							}
							more = append(more, [2]string{"tRNS", strings.Repeat("\x00", 2*r.channels)})
						}
						file := r.file(t, raw, more...)
						want, err := png.Decode(bytes.NewReader(file))
						if err != nil {
							t.Fatalf("%s: %v", name, err)
						}
						got, err := DecodePNG(file, inflate)
						if err != nil {
							t.Fatalf("%s: %v", name, err)
						}
						same(t, name, got, want)
					}
				}
			}
		}
	}
}

// Sixteen bits are rounded to the nearest of 256 levels, not cut off.
func TestSixteenBits(t *testing.T) {
	for v, want := range map[uint16]byte{0: 0, 0x0080: 0, 0x0081: 1, 0x7f7f: 127, 0x8080: 128, 0x80ff: 128, 0x8101: 129, 0xfeff: 254, 0xff7f: 255, 0xffff: 255} {
		r := raster{width: 1, height: 1, depth: 16, channels: 1}
		m, err := DecodePNG(r.file(t, binary.BigEndian.AppendUint16([]byte{0}, v)), inflate)
		if err != nil || m.Pix[0] != want || m.Pix[2] != want || m.Pix[3] != 255 {
			t.Errorf("%#x becomes %v, %v, want %d", v, m.Pix, err, want)
		}
	}
}

func TestBrokenPNG(t *testing.T) {
	whole, err := PNG(plain(5), "", deflate)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if _, err := DecodePNG(whole[:n], inflate); err == nil {
			t.Fatalf("a file cut after %d of %d bytes is read", n, len(whole))
		}
	}
	for at := 8; at < len(whole)-12; at++ {
		bad := bytes.Clone(whole)
		bad[at] ^= 1
		if _, err := DecodePNG(bad, inflate); err == nil {
			t.Errorf("a wrong byte at %d is not noticed", at)
		}
	}
	r := raster{width: 2, height: 2, depth: 8, channels: 1}
	for name, file := range map[string][]byte{
		"a row too few":         r.file(t, make([]byte, 3)),
		"a row too many":        r.file(t, make([]byte, 9)),
		"an unknown filter":     r.file(t, []byte{5, 0, 0, 0, 0, 0}),
		"no palette":            (&raster{width: 1, height: 1, depth: 8, channels: 1, palette: true}).file(t, []byte{0, 0}),
		"a depth of 3":          (&raster{width: 1, height: 1, depth: 3, channels: 1}).file(t, []byte{0, 0}),
		"a depth of 4, in RGB":  (&raster{width: 1, height: 1, depth: 4, channels: 3}).file(t, []byte{0, 0, 0}),
		"too many pixels":       (&raster{width: 1 << 20, height: 1 << 20, depth: 8, channels: 1}).file(t, []byte{0}),
		"a width below nothing": (&raster{width: 1 << 31, height: 1, depth: 8, channels: 1}).file(t, []byte{0}),
	} {
		if _, err := DecodePNG(file, inflate); err == nil {
			t.Errorf("%s is not noticed", name)
		}
	}
}

func FuzzDecodePNG(f *testing.F) {
	from := rand.New(rand.NewPCG(3, 4))
	for _, r := range []raster{
		{width: 3, height: 5, depth: 2, channels: 1}, {width: 9, height: 9, depth: 16, channels: 4, interlaced: true}, {width: 2, height: 2, depth: 8, channels: 3},
	} {
		f.Add(r.file(f, r.rows(from)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if h, err := HeadOf(file); err != nil || h.Width*h.Height > 1<<16 {
			return
		}
		got, err := DecodePNG(file, inflate)
		if err != nil {
			return
		}
		if want, err := png.Decode(bytes.NewReader(file)); err == nil {
			same(t, "the file", got, want)
		}
	})
}
