package picture

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"

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
	if !bytes.HasPrefix(file, []byte(signature)) {
		return "", errors.New("not a PNG file")
	}
	s := search{file: file[len(signature):], inflate: inflate, left: textsMost}
	invalid := ""
	damaged := s.each(true, func(text string) bool {
		if _, err := recipe.Parse(text); err == nil {
			s.found = text
		} else if invalid == "" {
			invalid = text
		}
		return s.found == ""
	})
	var err error
	if s.found == "" {
		err = s.each(false, func(text string) bool {
			s.found = recipe.Find(text)
			return s.found == ""
		})
	}
	switch {
	case s.found != "":
		return s.found, nil
	case invalid != "":
		return invalid, nil
	}
	return "", cmp.Or(damaged, err)
}

// A search goes through the chunks of a PNG file.
type search struct {
	file    []byte // behind the signature
	inflate Inflate
	left    int // bytes that may still be unfolded
	found   string
}

// each hands over the texts of our own keyword, or all others, until one is enough. It ends with an error if the file
// was damaged or cut short where something was not seen.
func (s *search) each(own bool, more func(text string) bool) (err error) {
	for rest := s.file; len(rest) >= 12; {
		n := binary.BigEndian.Uint32(rest)
		if uint64(n)+12 > uint64(len(rest)) {
			break
		}
		name, data := string(rest[4:8]), rest[8:8+n]
		if name == "IEND" {
			return err
		}
		if name == "tEXt" || name == "zTXt" || name == "iTXt" {
			keyword, body, _ := bytes.Cut(data, []byte{0})
			switch {
			case (string(keyword) == recipeKey) != own:
			case crc32.ChecksumIEEE(rest[4:8+n]) != binary.BigEndian.Uint32(rest[8+n:]):
				err = errors.New("a damaged PNG file")
			default:
				if text, ok := s.unfold(name, body); ok && !more(text) {
					return nil
				}
			}
		}
		rest = rest[12+n:]
	}
	return errors.New("a PNG file that is cut short")
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
		_, body, ok = bytes.Cut(body[2:], []byte{0})
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
