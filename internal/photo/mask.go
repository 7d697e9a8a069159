package photo

import (
	"errors"
	"fmt"

	"tintype/internal/picture"
)

// Mask makes a mask of the picture: [H,W], how far each pixel is kept, 0 to 1. By what, is said.
//
//   - If every pixel is as opaque as the others, the luminance is the mask: white is drawn anew, black is kept.
//   - If the opacity varies and all that is to be seen has one colour, as strokes on an empty layer have, the opacity is the
//     mask: what is opaque is drawn anew.
//   - If both vary, nobody can tell, and it is refused.
func (p *Photo) Mask() ([]float32, error) {
	opacity, colour := p.vary()
	rule, value := "white is drawn anew, by luminance", func(px []byte) byte { return picture.Luminance(px[0], px[1], px[2]) }
	switch {
	case opacity && colour:
		return nil, errors.New(p.path + " varies in colour and in transparency, so that nobody can tell which is the mask: " +
			"expected white and black without transparency, or one colour on a transparent ground")
	case opacity:
		rule, value = "what is opaque is drawn anew, by transparency", func(px []byte) byte { return px[3] }
	case p.Pix[3] == 0:
		return nil, errors.New(p.path + " is transparent all over: expected a mask, white where it is drawn anew")
	}
	kept := make([]float32, 0, len(p.Pix)/4)
	drawn, part := 0, 0
	for i := 0; i < len(p.Pix); i += 4 {
		v := value(p.Pix[i : i+4])
		kept = append(kept, picture.Kept(v))
		switch v {
		case 0:
		case 255:
			drawn++
		default:
			part++
		}
	}
	p.say("%s: %s", rule, shares(drawn, part, len(kept)))
	return kept, nil
}

// shares says how much of a picture a mask has drawn anew.
func shares(drawn, part, all int) string {
	switch {
	case drawn == all:
		return fmt.Sprintf("all %d pixels, nothing is kept", all)
	case drawn+part == 0:
		return fmt.Sprintf("none of %d pixels, the picture stays as it is", all)
	case part > 0:
		return fmt.Sprintf("%d of %d pixels, %d more in part", drawn, all, part)
	}
	return fmt.Sprintf("%d of %d pixels", drawn, all)
}

// vary says whether opacity and visible colour are more than one. A colour that hardly covers anything is rounded by
// whoever wrote it: it is another one only if that is to be seen by more than two levels.
func (p *Photo) vary() (opacity, colour bool) {
	strong := p.Pix[:4] // the most opaque pixel
	for i := 0; i < len(p.Pix); i += 4 {
		px := p.Pix[i : i+4]
		opacity = opacity || px[3] != p.Pix[3]
		if px[3] > strong[3] {
			strong = px
		}
	}
	for i := 0; i < len(p.Pix); i += 4 {
		for c := range 3 {
			off := int(p.Pix[i+c]) - int(strong[c])
			colour = colour || max(off, -off)*int(p.Pix[i+3]) > 2*255
		}
	}
	return opacity, colour
}
