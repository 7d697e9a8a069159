package picture

import (
	"bytes"
	"cmp"

	"tintype/internal/recipe"
)

// Inflate undoes a Deflate: an error if the stream is broken or holds more than most bytes, of which it keeps no more
// than that. It is the caller's for the same reason.
type Inflate func(stream []byte, most int) ([]byte, error)

// Bounds of what is unfolded in the search for a recipe, which has recipe.Most characters at most. What lies beyond
// them is not looked at.
const (
	textMost  = 1 << 20 // bytes of one text
	textsMost = 4 << 20 // bytes of all texts of a file
	textLeast = 1 << 10 // what a text counts at least, so that a million empty ones are not unfolded
)

// Recipe finds the text that says how the picture of a PNG file was made, "" if it has none. The file may be anything.
// It is looked for in all text chunks, before and behind the pixels, as it is or compressed (PNG specification, third
// edition, 11.3.3): first the texts of our own keyword, then those of other programs, in the middle of which a recipe
// or a link may stand. The first valid recipe counts; if there is none, our own text that is invalid is returned.
//
// A text with a wrong checksum is passed over. The checksums of other chunks are not looked at.
func Recipe(file []byte, inflate Inflate) (string, error) {
	s := search{inflate: inflate, left: textsMost}
	invalid, found := "", ""
	damaged := s.each(file, true, func(text string) bool {
		if _, err := recipe.Parse(text); err == nil {
			found = text
		} else if invalid == "" {
			invalid = text
		}
		return found == ""
	})
	var err error
	if found == "" {
		err = s.each(file, false, func(text string) bool {
			found = recipe.Find(text)
			return found == ""
		})
	}
	if words := cmp.Or(found, invalid); words != "" {
		return words, nil
	}
	return "", cmp.Or(damaged, err)
}

// A search goes through the texts of a PNG file.
type search struct {
	inflate Inflate
	left    int // bytes that may still be unfolded
}

// each hands over the texts of our own keyword, or all others, until one is enough. It ends with an error if the file
// was damaged or cut short where something was not seen.
func (s *search) each(file []byte, own bool, more func(text string) bool) error {
	var damaged error
	err := walk(file, func(c chunk) (bool, error) {
		if c.name != "tEXt" && c.name != "zTXt" && c.name != "iTXt" {
			return true, nil
		}
		keyword, body, _ := bytes.Cut(c.data, []byte{0})
		if (string(keyword) == recipeKey) != own {
			return true, nil
		}
		if !c.sound() {
			damaged = errDamaged
			return true, nil
		}
		text, ok := s.unfold(c.name, body)
		return !ok || more(text), nil
	})
	return cmp.Or(err, damaged)
}

// unfold is the text of a chunk, of which body is what stands behind the keyword.
func (s *search) unfold(name string, body []byte) (text string, ok bool) {
	var packed bool
	switch name {
	case "zTXt": // method, stream
		if len(body) < 1 || body[0] != 0 {
			return "", false
		}
		packed, body = true, body[1:]
	case "iTXt": // flag, method, language, 0, keyword in it, 0, text or stream
		if len(body) < 2 || body[0] > 1 || body[1] != 0 {
			return "", false
		}
		packed = body[0] == 1
		_, body, _ = bytes.Cut(body[2:], []byte{0})
		if _, body, ok = bytes.Cut(body, []byte{0}); !ok {
			return "", false
		}
	}
	if !packed {
		return string(body[:min(len(body), textsMost)]), true
	}
	most := min(textMost, s.left)
	if most < textLeast {
		return "", false
	}
	out, err := s.inflate(body, most)
	if err != nil {
		s.left -= most // that much may have been unfolded
		return "", false
	}
	s.left -= max(len(out), textLeast)
	return string(out), true
}
