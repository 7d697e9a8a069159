package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/draw"

	"golang.org/x/image/webp"

	"tintype/internal/picture"
)

// A still is the one picture of a WebP file, or the first of an animation.
type still struct {
	name        string // of the chunk with its pixels
	data, alpha []byte
}

// take keeps what belongs to the picture; more is false once all is there.
func (s *still) take(name string, data []byte) (more bool) {
	switch name {
	case "ALPH":
		s.alpha = data
	case "VP8 ", "VP8L":
		s.name, s.data = name, data
		return false
	}
	return true
}

func (p *Photo) webp(file []byte) error {
	var s still
	var canvas, frame image.Rectangle
	var icc []byte
	picture.Parts(file[picture.WebPHead:], func(name string, data []byte) bool {
		switch {
		case name == "VP8X" && len(data) >= 10:
			canvas.Max = image.Pt(1+uint24(data[4:]), 1+uint24(data[7:]))
		case name == "ICCP":
			icc = data
		case name == "ANMF" && len(data) >= 16:
			frame.Min = image.Pt(2*uint24(data), 2*uint24(data[3:]))
			frame.Max = frame.Min.Add(image.Pt(1+uint24(data[6:]), 1+uint24(data[9:])))
			picture.Parts(data[16:], s.take)
			p.say("is an animation, of which the first picture is taken")
			return false
		}
		return s.take(name, data)
	})
	w, h := picture.FrameSize(s.name, s.data)
	if frame.Empty() {
		frame.Max = image.Pt(w, h)
	}
	if canvas.Empty() {
		canvas = frame
	}
	if w == 0 || frame.Size() != image.Pt(w, h) || !frame.In(canvas) {
		return errors.New("a WebP file that is damaged or cut short")
	}
	m, err := s.decode(w, h)
	if err != nil {
		return broken("WebP", err)
	}
	p.NRGBA = m
	if frame != canvas {
		p.NRGBA = image.NewNRGBA(canvas)
		draw.Draw(p.NRGBA, frame, m, image.Point{}, draw.Src)
	}
	if icc != nil {
		p.profile(icc)
	}
	return nil
}

// decode gives the decoder a file of this picture alone.
func (s *still) decode(w, h int) (*image.NRGBA, error) {
	body := []byte("WEBP")
	if s.alpha != nil && s.name == "VP8 " {
		const hasAlpha = 1 << 4
		x := []byte{hasAlpha, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), 0, byte(h - 1), byte((h - 1) >> 8), 0}
		body = part(part(body, "VP8X", x), "ALPH", s.alpha)
	}
	body = part(body, s.name, s.data)
	m, err := webp.Decode(bytes.NewReader(part(nil, "RIFF", body)))
	if err != nil {
		return nil, err
	}
	switch m := m.(type) {
	case *image.NRGBA:
		return m, nil
	case *image.YCbCr:
		return video(m), nil
	case *image.NYCbCrA:
		out := video(&m.YCbCr)
		for y := range h {
			for x := range w {
				out.Pix[out.PixOffset(x, y)+3] = m.A[m.AOffset(m.Rect.Min.X+x, m.Rect.Min.Y+y)]
			}
		}
		return out, nil
	}
	return nil, errors.New("unknown pixels")
}

// part appends one chunk.
func part(out []byte, name string, data []byte) []byte {
	out = binary.LittleEndian.AppendUint32(append(out, name...), uint32(len(data)))
	out = append(out, data...)
	return append(out, make([]byte, len(data)%2)...)
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// video turns the colours of a VP8 frame into RGB. They are ITU-R BT.601's, Y' of 16 to 235 and C of 16 to 240 around 128
// (RFC 6386, 9.2), while package image takes them for JPEG's, of 0 to 255, which are paler:
//
//	R = 255/219·(Y-16) + 255/224·1.402·(Cr-128)
//	G = 255/219·(Y-16) - 255/224·(0.344136·(Cb-128) + 0.714136·(Cr-128))
//	B = 255/219·(Y-16) + 255/224·1.772·(Cb-128)
func video(m *image.YCbCr) *image.NRGBA {
	const (
		luma   = 76309  // 255/219, in 65536ths as all of them
		redCr  = 104597 // 255/224·1.402
		greenB = 25675  // 255/224·0.344136
		greenR = 53279  // 255/224·0.714136
		blueCb = 132201 // 255/224·1.772
	)
	level := func(v int) byte { return byte(min(max((v+1<<15)>>16, 0), 255)) }
	size := m.Rect.Size()
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			at := m.Rect.Min.Add(image.Pt(x, y))
			c := m.COffset(at.X, at.Y)
			grey, cb, cr := luma*(int(m.Y[m.YOffset(at.X, at.Y)])-16), int(m.Cb[c])-128, int(m.Cr[c])-128
			px := out.Pix[out.PixOffset(x, y):]
			px[0], px[1], px[2], px[3] = level(grey+redCr*cr), level(grey-greenB*cb-greenR*cr), level(grey+blueCb*cb), 255
		}
	}
	return out
}
