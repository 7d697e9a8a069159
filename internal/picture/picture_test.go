package picture

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"testing"
)

// plain is a 2x3 picture of one grey level.
func plain(grey uint8) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 2, 3))
	for y := range 3 {
		for x := range 2 {
			m.SetNRGBA(x, y, color.NRGBA{grey, grey, grey, 255})
		}
	}
	return m
}

func TestSheet(t *testing.T) {
	for _, c := range []struct{ pictures, width, height int }{
		{1, 2, 3}, {2, 4, 3}, {3, 4, 6}, {4, 4, 6}, {5, 6, 6}, {9, 6, 9}, {16, 8, 12},
	} {
		var all []*image.NRGBA
		for k := range c.pictures {
			all = append(all, plain(uint8(k+1)))
		}
		sheet := Sheet(all)
		if got := sheet.Rect.Size(); got != image.Pt(c.width, c.height) {
			t.Errorf("%d pictures: sheet of %v, want %dx%d", c.pictures, got, c.width, c.height)
			continue
		}
		columns := c.width / 2
		for k := range c.pictures {
			left, top := k%columns*2, k/columns*3
			for _, p := range []image.Point{{0, 0}, {1, 2}} {
				if got := sheet.NRGBAAt(left+p.X, top+p.Y).R; got != uint8(k+1) {
					t.Errorf("%d pictures: picture %d has %d at %v, want %d", c.pictures, k, got, p, k+1)
				}
			}
		}
		if c.pictures == 3 && sheet.NRGBAAt(3, 5) != (color.NRGBA{}) {
			t.Error("the empty place of a sheet of 3 is not transparent")
		}
	}
}

func TestSHA256IsOfTheBytesInOrder(t *testing.T) {
	a, b := plain(1), plain(2)
	sum := sha256.Sum256(append(bytes.Clone(a.Pix), b.Pix...))
	if got, want := SHA256(a, b), hex.EncodeToString(sum[:]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if SHA256(a, b) == SHA256(b, a) {
		t.Error("the order of the pictures does not count")
	}
}

func deflate(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write(raw)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

func TestPNGIsLossless(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 5, 3))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 37)
	}
	opaque := image.NewNRGBA(m.Rect)
	copy(opaque.Pix, m.Pix)
	for i := 3; i < len(opaque.Pix); i += 4 {
		opaque.Pix[i] = 255
	}
	for _, m := range []*image.NRGBA{m, opaque, plain(77)} {
		text, err := PNG(m, "", deflate)
		if err != nil {
			t.Fatal(err)
		}
		back, err := png.Decode(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if back.Bounds() != m.Rect {
			t.Fatalf("bounds %v, want %v", back.Bounds(), m.Rect)
		}
		for y := range m.Rect.Dy() {
			for x := range m.Rect.Dx() {
				if got := color.NRGBAModel.Convert(back.At(x, y)); got != m.NRGBAAt(x, y) {
					t.Fatalf("pixel %d,%d is %v, want %v", x, y, got, m.NRGBAAt(x, y))
				}
			}
		}
	}
}

func TestPNGHandsOnItsError(t *testing.T) {
	broken := errors.New("broken")
	if _, err := PNG(plain(1), "", func([]byte) ([]byte, error) { return nil, broken }); err != broken {
		t.Errorf("got %v", err)
	}
}

// An animation shows its last frame to software that knows still pictures only, and holds every frame in order.
func TestAnimation(t *testing.T) {
	frames := []*image.NRGBA{plain(10), plain(20), plain(30)}
	file, err := Animation(frames, 100, "v=1", deflate)
	if err != nil {
		t.Fatal(err)
	}
	still, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := still.At(0, 0).RGBA(); r>>8 != 30 {
		t.Errorf("the still picture is of grey %d, want the last frame's", r>>8)
	}
	sequence, shown := uint32(0), []byte{}
	for rest := file[8:]; len(rest) > 0; {
		n := binary.BigEndian.Uint32(rest)
		name, data := string(rest[4:8]), rest[8:8+n]
		switch name {
		case "acTL":
			if got := binary.BigEndian.Uint32(data); got != 3 {
				t.Errorf("%d frames are announced", got)
			}
		case "fcTL", "fdAT":
			if got := binary.BigEndian.Uint32(data); got != sequence {
				t.Errorf("%s has sequence number %d, want %d", name, got, sequence)
			}
			sequence++
		}
		if name == "fdAT" {
			r, err := zlib.NewReader(bytes.NewReader(data[4:]))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			shown = append(shown, raw[1])
		}
		rest = rest[12+n:]
	}
	if !bytes.Equal(shown, []byte{10, 20, 30}) {
		t.Errorf("frames %v", shown)
	}
	if _, err := Animation([]*image.NRGBA{plain(1), image.NewNRGBA(image.Rect(0, 0, 1, 1))}, 100, "", deflate); err == nil {
		t.Error("frames of different sizes are taken")
	}
}
