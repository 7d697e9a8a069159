package photo

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
)

// one is a picture of 4 pixels in a row.
func one(px ...color.NRGBA) *Photo {
	m := image.NewNRGBA(image.Rect(0, 0, len(px), 1))
	for x, c := range px {
		m.SetNRGBA(x, 0, c)
	}
	return &Photo{NRGBA: m, path: "mask.png"}
}

func TestMask(t *testing.T) {
	black, white, none := color.NRGBA{A: 255}, color.NRGBA{255, 255, 255, 255}, color.NRGBA{}
	faint := color.NRGBA{255, 255, 255, 51}
	for _, c := range []struct {
		name string
		px   []color.NRGBA
		kept []float32
		says string
	}{
		{"luminance", []color.NRGBA{black, white, {51, 51, 51, 255}, white}, []float32{1, 0, 0.8, 0}, "white is drawn anew, by luminance: 2 of 4 pixels, 1 more in part"},
		{"a colour", []color.NRGBA{black, {255, 0, 0, 255}}, []float32{1, 1 - 76.0/255}, "0 of 2 pixels, 1 more in part"},
		{"strokes on an empty layer", []color.NRGBA{none, white, faint, none}, []float32{1, 0, 0.8, 1}, "what is opaque is drawn anew, by transparency: 1 of 4 pixels, 1 more"},
		{"black strokes", []color.NRGBA{{255, 255, 255, 0}, black}, []float32{1, 0}, "by transparency: 1 of 2 pixels"},
		{"the edge of a stroke, as canvases round it", []color.NRGBA{{250, 40, 40, 255}, {255, 42, 43, 6}, none}, []float32{0, 1 - 6.0/255, 1}, "by transparency"},
		{"a layer of one opacity", []color.NRGBA{{0, 0, 0, 128}, {255, 255, 255, 128}}, []float32{1, 0}, "by luminance: 1 of 2"},
		{"nothing", []color.NRGBA{black, black}, []float32{1, 1}, "none of 2 pixels, the picture stays as it is"},
		{"everything", []color.NRGBA{white, white}, []float32{0, 0}, "all 2 pixels, nothing is kept"},
	} {
		p := one(c.px...)
		kept, err := p.Mask()
		if err != nil || !slices.Equal(kept, c.kept) || len(p.Said) != 1 || !strings.Contains(p.Said[0], c.says) {
			t.Errorf("%s: %v, %v, says %q; want %v", c.name, kept, err, p.Said, c.kept)
		}
	}
	for says, px := range map[string][]color.NRGBA{
		"mask.png varies in colour and in transparency": {black, white, none},
		"mask.png is transparent all over":              {none, {255, 255, 255, 0}},
	} {
		if _, err := one(px...).Mask(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v, want %q", px, err, says)
		}
	}
}

func TestGround(t *testing.T) {
	for text, want := range map[string][3]byte{"white": {255, 255, 255}, "Black": {}, "grey": {128, 128, 128}, "#1af": {0x11, 0xaa, 0xff}, "#102030": {16, 32, 48}} {
		if got, err := Ground(text); got != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "#", "red", "102030", "#1020", "#10203g", "#+1+2+3", "#é1"} {
		if got, err := Ground(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestOn(t *testing.T) {
	p := one(color.NRGBA{200, 100, 0, 0}, color.NRGBA{200, 100, 0, 128}, color.NRGBA{200, 100, 0, 255})
	p.On([3]byte{255, 255, 255})
	if want := []byte{255, 255, 255, 255, 227, 177, 127, 255, 200, 100, 0, 255}; !slices.Equal(p.Pix, want) || len(p.Said) != 1 {
		t.Errorf("%v, want %v; says %q", p.Pix, want, p.Said)
	}
	p.Said = nil
	if p.On([3]byte{}); len(p.Said) != 0 {
		t.Errorf("of an opaque picture it says %q", p.Said)
	}
}
