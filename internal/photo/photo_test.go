package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tintype/internal/picture"
)

const wide, high = 16, 12

// drawn is the picture of every test: black and white above, colours below.
func drawn() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			c := color.NRGBA{uint8(x * 17), uint8(y * 23), uint8(max(255-x*8-y*8, 0)), 255}
			if y < 2 {
				c.R = uint8(x / 8 * 255)
				c.G, c.B = c.R, c.R
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func encoded(t testing.TB, kind string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch kind {
	case "PNG":
		err = png.Encode(&b, m)
	case "JPEG":
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 95})
	case "GIF":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func stored(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// off is how far two pictures are apart: the mean and the largest difference of their visible bytes.
func off(a, b *image.NRGBA) (mean float64, most int) {
	sum := 0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i])
		if i%4 < 3 && a.Pix[i|3] == 0 {
			continue
		}
		sum, most = sum+max(d, -d), max(most, d, -d)
	}
	return float64(sum) / float64(len(a.Pix)), most
}

// Every format gives the picture, whatever the file's name: to the byte where the format keeps it, else as near as it
// does, black and white in particular.
func TestFormats(t *testing.T) {
	want := drawn()
	for _, c := range []struct {
		name string
		file []byte
		mean float64
		most int
	}{
		{"PNG", encoded(t, "PNG", want), 0, 0},
		{"GIF", encoded(t, "GIF", paletted(want)), 0, 0},
		{"JPEG", encoded(t, "JPEG", want), 8, 80},
		{"lossless WebP", stored(t, "lossless.webp"), 0, 0},
		{"lossy WebP", stored(t, "lossy.webp"), 8, 80},
	} {
		p, err := decode(c.file, wide, high)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(p.Said) > 0 {
			t.Errorf("%s: says %q", c.name, p.Said)
		}
		to := want
		if c.name == "GIF" {
			to = opaque(paletted(want))
		}
		if mean, most := off(to, p.NRGBA); mean > c.mean || most > c.most {
			t.Errorf("%s: off by %.1f, at most %d, want %.1f and %d", c.name, mean, most, c.mean, c.most)
		}
		if a, b := p.NRGBAAt(1, 0), p.NRGBAAt(14, 0); a.R > 8 || b.G < 247 {
			t.Errorf("%s: black is %v, white is %v", c.name, a, b)
		}
	}
}

func paletted(m image.Image) *image.Paletted {
	out := image.NewPaletted(m.Bounds(), palette.WebSafe)
	for y := range high {
		for x := range wide {
			out.Set(x, y, m.At(x, y))
		}
	}
	return out
}

// The opacity of a WebP file is kept beside lossy colours and lossless ones.
func TestTransparentWebP(t *testing.T) {
	for _, name := range []string{"lossy-alpha.webp", "lossless-alpha.webp"} {
		p, err := decode(stored(t, name), wide, high)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for y := range high {
			for x := range wide {
				want := uint8(255)
				if x >= 8 {
					want = uint8(y * 20)
				}
				if got := p.NRGBAAt(x, y).A; got != want {
					t.Fatalf("%s: opacity %d at %d,%d, want %d", name, got, x, y, want)
				}
			}
		}
	}
}

// Of an animated WebP file the first frame is taken, at its place; the rest is transparent.
func TestAnimatedWebP(t *testing.T) {
	var frame []byte
	picture.Parts(stored(t, "lossless.webp")[12:], func(name string, data []byte) bool {
		if name == "VP8L" {
			frame = part(nil, name, data)
		}
		return true
	})
	head := []byte{2, 0, 0, 1, 0, 0, wide - 1, 0, 0, high - 1, 0, 0, 100, 0, 0, 0} // at 4,2
	body := part([]byte("WEBP"), "VP8X", []byte{2, 0, 0, 0, 31, 0, 0, 15, 0, 0})
	body = part(part(body, "ANIM", make([]byte, 6)), "ANMF", append(head, frame...))
	p, err := decode(part(nil, "RIFF", part(body, "ANMF", nil)), 32, 16)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.NRGBAAt(4+15, 2+11), drawn().NRGBAAt(15, 11); got != want || p.NRGBAAt(0, 0).A != 0 || len(p.Said) != 1 {
		t.Errorf("%v, want %v; the corner is %v; says %q", got, want, p.NRGBAAt(0, 0), p.Said)
	}
}

// A GIF file's first frame lies on the whole picture, and an animation is said to be one.
func TestGIFFrames(t *testing.T) {
	small := image.NewPaletted(image.Rect(4, 2, 8, 6), color.Palette{color.White, color.Transparent})
	small.SetColorIndex(5, 3, 1)
	next := image.NewPaletted(image.Rect(0, 0, wide, high), color.Palette{color.Black, color.White})
	var one, two bytes.Buffer
	frame := &gif.GIF{Image: []*image.Paletted{small}, Delay: []int{1}, Config: image.Config{Width: wide, Height: high}}
	if err := gif.EncodeAll(&one, frame); err != nil {
		t.Fatal(err)
	}
	frame.Image, frame.Delay = append(frame.Image, next), []int{1, 1}
	if err := gif.EncodeAll(&two, frame); err != nil {
		t.Fatal(err)
	}
	for n, file := range [][]byte{one.Bytes(), two.Bytes()} {
		p, err := decode(file, wide, high)
		if err != nil {
			t.Fatal(err)
		}
		if p.NRGBAAt(4, 2) != (color.NRGBA{255, 255, 255, 255}) || p.NRGBAAt(5, 3).A != 0 || p.NRGBAAt(0, 0).A != 0 || len(p.Said) != n {
			t.Errorf("%d more frames: %v %v %v, says %q", n, p.NRGBAAt(4, 2), p.NRGBAAt(5, 3), p.NRGBAAt(0, 0), p.Said)
		}
	}
}

// The inks of a JPEG file for print become light.
func TestCMYK(t *testing.T) {
	m := image.NewCMYK(image.Rect(0, 0, 1, 1))
	m.SetCMYK(0, 0, color.CMYK{255, 0, 0, 0})
	if got := opaque(m).NRGBAAt(0, 0); got != (color.NRGBA{0, 255, 255, 255}) {
		t.Errorf("cyan is %v", got)
	}
}

// What is no picture, or not one of ours, is refused by name before anything is decoded.
func TestRefused(t *testing.T) {
	whole := map[string][]byte{
		"PNG": encoded(t, "PNG", drawn()), "JPEG": encoded(t, "JPEG", drawn()), "GIF": encoded(t, "GIF", drawn()), "WebP": stored(t, "lossy-alpha.webp"),
	}
	for kind, file := range whole {
		for n := range len(file) - 2 {
			if _, err := decode(file[:n], wide, high); err == nil {
				t.Errorf("a %s file is read that was cut after %d of %d bytes", kind, n, len(file))
				break
			}
		}
		if _, err := decode(file, wide+1, high); err == nil || !strings.Contains(err.Error(), "16 x 12 pixels, expected the model's 17 x 12") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	huge := bytes.Clone(whole["PNG"])
	copy(huge[16:], "\x00\x01\x00\x00\x00\x01\x00\x00")
	bomb := bytes.Clone(whole["WebP"]) // the canvas says 16 x 12, the frame more
	frame := bytes.Index(bomb, []byte("\x9d\x01\x2a"))
	bomb[frame+4] = 0x3f
	for says, file := range map[string][]byte{
		"empty": {}, "HEIC": []byte("\x00\x00\x00\x18ftypheic"), "AVIF": []byte("\x00\x00\x00\x18ftypavif"), "BMP": []byte("BM...."),
		"TIFF": []byte("II*\x00"), "SVG": []byte("<svg/>"), "web page": []byte("<!doctype html>"), "Git LFS": []byte("version https://git-lfs.github.com/spec/v1\n"),
		"no picture": []byte("a letter"), "65536 x 65536 pixels, more than 50 million": huge, "damaged": bomb,
	} {
		if _, err := decode(file, wide, high); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	path := filepath.Join(t.TempDir(), "p.jpg")
	if err := os.WriteFile(path, whole["GIF"], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path, wide, high); err != nil {
		t.Errorf("a GIF file of another name: %v", err)
	}
	if _, err := Read(path, 1, 1); err == nil || !strings.HasPrefix(err.Error(), path+" is 16 x 12 pixels") {
		t.Errorf("another size: %v", err)
	}
	for _, path := range []string{t.TempDir(), "absent.png"} {
		if _, err := Read(path, wide, high); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Hostile files end in an error or a picture of the size that was asked for.
func FuzzDecode(f *testing.F) {
	for _, kind := range []string{"PNG", "JPEG", "GIF"} {
		f.Add(encoded(f, kind, drawn()))
	}
	for _, name := range []string{"lossy.webp", "lossless.webp", "lossy-alpha.webp"} {
		f.Add(stored(f, name))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := decode(file, wide, high)
		if err == nil && p.Rect != image.Rect(0, 0, wide, high) {
			t.Errorf("a picture of %v", p.Rect)
		}
		if err == nil {
			p.Mask()
		}
	})
}
