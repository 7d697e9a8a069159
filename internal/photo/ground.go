package photo

import (
	"encoding/hex"
	"fmt"
	"strings"

	"tintype/internal/picture"
)

// Ground reads a colour: white, black, grey, #RGB or #RRGGBB.
func Ground(text string) ([3]byte, error) {
	switch strings.ToLower(text) {
	case "white":
		return picture.White, nil
	case "black":
		return [3]byte{}, nil
	case "grey", "gray":
		return [3]byte{128, 128, 128}, nil
	}
	digits, marked := strings.CutPrefix(text, "#")
	if len(digits) == 3 {
		digits = strings.Join([]string{digits[:1], digits[:1], digits[1:2], digits[1:2], digits[2:], digits[2:]}, "")
	}
	colour, err := hex.DecodeString(digits)
	if err != nil || len(colour) != 3 || !marked {
		return picture.White, fmt.Errorf("%q is no colour: expected white, black, grey, #RGB or #RRGGBB", text)
	}
	return [3]byte(colour), nil
}

// On puts the picture on a ground, and says so where that changes it.
func (p *Photo) On(ground [3]byte) {
	if picture.Over(p.NRGBA, ground) {
		p.say("has transparent pixels, put on #%02x%02x%02x", ground[0], ground[1], ground[2])
	}
}
