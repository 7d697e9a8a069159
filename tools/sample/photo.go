package main

import (
	"fmt"
	"io"

	"tintype/internal/command"
	"tintype/internal/photo"
	"tintype/internal/picture"
	"tintype/model"
)

// photoFlags say how the pictures of -init, -likelihood and -invert are taken.
type photoFlags struct {
	ground [3]byte // transparent pixels are put on it
	given  *command.Flag
	said   io.Writer // is told what was done to a picture
}

func (f *photoFlags) define(s *command.Set) {
	f.ground = picture.White
	f.given = s.Parsed("background", "COLOR", "what transparent pixels are put on: white, black, grey, #RGB or #RRGGBB (default white)",
		func(text string) (err error) {
			f.ground, err = photo.Ground(text)
			return err
		}).Rare()
}

// read gives [H,W,C] in -1..1; a model of grey pictures takes the luminance.
func (f *photoFlags) read(path string, m *model.Model) ([]float32, error) {
	h, w, channels := m.PictureSize()
	p, err := photo.Read(path, w, h)
	if err != nil {
		return nil, err
	}
	p.On(f.ground)
	f.tell(p)
	return picture.Values(p.NRGBA, channels), nil
}

// mask gives [H,W], how far each pixel is kept.
func (f *photoFlags) mask(path string, m *model.Model) ([]float32, error) {
	h, w, _ := m.PictureSize()
	p, err := photo.Read(path, w, h)
	if err != nil {
		return nil, err
	}
	kept, err := p.Mask()
	f.tell(p)
	return kept, err
}

func (f *photoFlags) tell(p *photo.Photo) {
	for _, clause := range p.Said {
		fmt.Fprintln(f.said, p.About(clause))
	}
}
