// Package photo reads the pictures that people bring to the native tools: PNG, JPEG, WebP and GIF files, whatever their
// names, upright, with eight bits a channel.
//
// PNG is read by the very code that the page has, so that both draw the same from it; what the page has its browser
// decode may differ in the last bits (JPEG and lossy WebP say how colours are stored, not how they are rounded, and half
// of the decoders smooth the coarser chrominance; this one repeats it).
package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"io"
	"os"
	"strings"

	"tintype/internal/picture"
)

// bytesMost is the longest file that is read.
const bytesMost = 64 << 20

// A Photo is a picture as it was brought.
type Photo struct {
	*image.NRGBA
	Said []string // what was done to it that its owner may not expect, each a clause about "it"
	path string
}

// Read reads the file of a picture of w x h pixels: another size is refused before anything is decoded.
func Read(path string, w, h int) (*Photo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, bytesMost+1))
	if err != nil {
		return nil, err
	}
	if len(file) > bytesMost {
		return nil, fmt.Errorf("%s is longer than the %d MiB of a picture", path, bytesMost>>20)
	}
	p, err := decode(file, w, h)
	if err != nil {
		return nil, fmt.Errorf("%s is %w", path, err)
	}
	p.path = path
	return p, nil
}

// About is a sentence about what was done to the picture.
func (p *Photo) About(clause string) string { return p.path + ": " + clause }

// decode makes the picture of a file's bytes. The error completes "it is".
func decode(file []byte, w, h int) (*Photo, error) {
	head, err := picture.HeadOf(file)
	if err != nil {
		return nil, err
	}
	orientation, _ := picture.Orientation(file, head.Kind)
	if tw, th := picture.Turned(head.Width, head.Height, orientation); tw != w || th != h {
		return nil, fmt.Errorf("%d x %d pixels, expected the model's %d x %d", tw, th, w, h)
	}
	p := &Photo{}
	switch head.Kind {
	case "PNG":
		err = p.png(file)
	case "JPEG":
		err = p.jpeg(file)
	case "WebP":
		err = p.webp(file)
	case "GIF":
		err = p.gif(file, head)
	}
	if err != nil {
		return nil, err
	}
	if got := p.Rect.Size(); got != image.Pt(head.Width, head.Height) {
		return nil, fmt.Errorf("a %s file that says %d x %d pixels and holds %d x %d", head.Kind, head.Width, head.Height, got.X, got.Y)
	}
	if orientation > 1 {
		p.NRGBA = picture.Turn(p.NRGBA, orientation)
		p.say("is turned as its orientation, %d, says", orientation)
	}
	return p, nil
}

func (p *Photo) say(format string, args ...any) {
	p.Said = append(p.Said, fmt.Sprintf(format, args...))
}

// profile says that a colour profile is not applied, unless it is that of sRGB.
func (p *Photo) profile(icc []byte) {
	if !bytes.Contains(bytes.ReplaceAll(icc, []byte{0}, nil), []byte("sRGB")) { // in ASCII or UTF-16
		p.say("has a colour profile, which is not applied")
	}
}

func (p *Photo) png(file []byte) (err error) {
	p.NRGBA, err = picture.DecodePNG(file, Inflate)
	if err != nil {
		return err
	}
	if file[24] == 16 {
		p.say("has 16 bits a channel, rounded to 8")
	}
	picture.Chunks(file, func(name string, data []byte) {
		switch name {
		case "iCCP": // name, 0, method, stream
			called, stream, _ := bytes.Cut(data, []byte{0})
			icc, _ := Inflate(stream[min(1, len(stream)):], 1<<20) // a broken one is not sRGB
			p.profile(append(icc, called...))
		case "acTL":
			p.say("is an animation, of which the still picture is taken")
		}
	})
	return nil
}

func (p *Photo) jpeg(file []byte) error {
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return broken("JPEG", err)
	}
	p.NRGBA = opaque(m)
	if _, cmyk := m.(*image.CMYK); cmyk {
		p.say("has the inks of print, turned into light without a profile")
	} else if at := bytes.Index(file, []byte("ICC_PROFILE\x00")); at >= 0 {
		p.profile(file[at:min(at+4096, len(file))])
	}
	return nil
}

// gif takes the first frame, on the whole of the picture.
func (p *Photo) gif(file []byte, head picture.Head) error {
	m, err := gif.Decode(bytes.NewReader(file))
	if err != nil {
		return broken("GIF", err)
	}
	p.NRGBA = image.NewNRGBA(image.Rect(0, 0, head.Width, head.Height))
	draw.Draw(p.NRGBA, m.Bounds(), m, m.Bounds().Min, draw.Src)
	if frames(file) > 1 {
		p.say("is an animation, of which the first picture is taken")
	}
	return nil
}

// opaque is a picture without transparency.
func opaque(m image.Image) *image.NRGBA {
	// Of image/draw's fast ways only those to RGBA round each colour once; opaque pixels are the same in both.
	out := image.NewRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return &image.NRGBA{Pix: out.Pix, Stride: out.Stride, Rect: out.Rect}
}

// broken is the error of a decoder in our words.
func broken(kind string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("a %s file that is cut short", kind)
	}
	_, why, found := strings.Cut(err.Error(), ": ")
	if !found {
		why = err.Error()
	}
	return fmt.Errorf("a %s file that cannot be decoded: %s", kind, why)
}
