package weights

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"tintype/internal/strictjson"
)

// peekBytes is how much of a file's start is looked at to say what it is.
const peekBytes = 512

// signatures are what other files begin with.
var signatures = []struct{ start, what string }{
	{"version https://git-lfs", "a Git LFS pointer in place of the file: run git lfs pull in its folder, or download the file itself"},
	{"\x1f\x8b", "a gzip archive: unpack it first"},
	{"BZh", "a bzip2 archive: unpack it first"},
	{"\xfd7zXZ\x00", "an xz archive: unpack it first"},
	{"\x04\x22\x4d\x18", "an LZ4 archive: unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"},
	{"Rar!", "a RAR archive: unpack it first"},
	{"PK\x03\x04", "a zip archive: unpack it first"},
	{"GGUF", "a GGUF file, a format of other programs"},
	{"\x89HDF\r\n", "an HDF5 file, a format of other programs"},
	{"\x93NUMPY", "a NumPy array, not a network"},
	{"\x89PNG", "a PNG picture"},
	{"\xff\xd8\xff", "a JPEG picture"},
	{"GIF8", "a GIF picture"},
	{"RIFF", "a picture or a sound"},
	{"%PDF", "a PDF document"},
	{"\x28\xb5\x2f\xfd", "a zstd archive in another: unpack it first"},
}

// WhatIs says what a file is that begins so, "" if it may be a checkpoint. It looks at 512 bytes, and is content with less.
func WhatIs(start []byte) string {
	if IsZstd(start) {
		return ""
	}
	return whatIs(start[:min(len(start), peekBytes)])
}

// whatIs is WhatIs of what no compression is expected of.
func whatIs(start []byte) string {
	n := uint64(0)
	if len(start) >= 8 {
		n = binary.LittleEndian.Uint64(start)
		if n <= maxHeader && (len(start) == 8 || start[8] == '{') {
			return ""
		}
	}
	text := string(start)
	switch {
	case len(start) == 0:
		return ""
	case isPickled(text):
		return "a Python pickle"
	case len(start) > 262 && text[257:262] == "ustar":
		return "a tar archive: unpack it first"
	case strings.Trim(text, "\x00") == "":
		return "zeros, as a download leaves them that was interrupted"
	case isONNX(start):
		return "an ONNX file, a format of other programs"
	case len(start) >= 8 && text[4:8] == "TFL3":
		return "a TensorFlow Lite file, a format of other programs"
	}
	for _, s := range signatures {
		if strings.HasPrefix(text, s.start) {
			return s.what
		}
	}
	if what := textual(text); what != "" {
		return what
	}
	if n > maxHeader && !(len(start) > 8 && start[8] == '{') { // or the header is only too long
		return "neither a safetensors file nor zstd frames"
	}
	return ""
}

// foreign is the error for a file that begins as no safetensors file does, nil if it may be one.
func foreign(file string, start []byte, packed bool) error {
	what := whatIs(start)
	switch {
	case what == "":
		return nil
	case isPickled(string(start)):
		return &Error{Kind: ErrPickle, File: file, Detail: pickleAdvice}
	case packed:
		what = "within zstd frames it is " + what
	default:
		what = "it is " + what
	}
	return &Error{Kind: ErrForeign, File: file, Detail: what}
}

// isPickled knows what torch.save and pickle write: a zip archive with data.pkl in it, or the protocol's number.
func isPickled(text string) bool {
	if strings.HasPrefix(text, "PK\x03\x04") {
		return len(text) < 34 || strings.Contains(text, "data.pkl")
	}
	return len(text) > 1 && text[0] == 0x80 && text[1] <= 5
}

// isONNX knows the first fields of a ModelProto: its version, and then a text.
func isONNX(start []byte) bool {
	return len(start) > 4 && start[0] == 0x08 && start[1] > 0 && start[1] < 32 && (start[2] == 0x12 || start[2] == 0x1a || start[2] == 0x3a)
}

// textual says what kind of text a file begins with, "" if it is none.
func textual(text string) string {
	text = strings.TrimPrefix(text, "\xef\xbb\xbf")
	line := len(text) // of the first words, which are shown
	for i, c := range text {
		switch {
		case c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f:
			return ""
		case c == utf8.RuneError && i < len(text)-utf8.UTFMax: // at the end it is half a character
			return ""
		case i < line && (c == '\n' && strings.TrimSpace(text[:i]) != "" || i > 40):
			line = i
		}
	}
	shown := strings.TrimSpace(text)
	switch {
	case shown == "":
		return "white space"
	case shown[0] == '<':
		return "an HTML page"
	case shown[0] == '{' || shown[0] == '[':
		return "JSON text"
	}
	return "a text that begins " + strictjson.Quote(strings.TrimSpace(text[:line]))
}
