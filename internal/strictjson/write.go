package strictjson

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quote writes s as a JSON string. Everything that is not printable ASCII or valid UTF-8 above it
// is escaped; an invalid byte becomes U+FFFD.
func Quote(s string) string { return string(appendQuote(nil, s)) }

func appendQuote(dst []byte, s string) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r < 0x20 || r == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// Writer builds one compact JSON text. The caller opens and closes in order; commas are the
// Writer's. Equal calls give equal bytes.
type Writer struct {
	text  []byte
	comma bool // the next key or value follows another one
}

// String gives the text written so far.
func (w *Writer) String() string { return string(w.text) }

// BeginObject opens an object; keys and values come next.
func (w *Writer) BeginObject() { w.begin('{') }

// EndObject closes the object that is open.
func (w *Writer) EndObject() { w.end('}') }

// BeginArray opens an array; values come next.
func (w *Writer) BeginArray() { w.begin('[') }

// EndArray closes the array that is open.
func (w *Writer) EndArray() { w.end(']') }

// Key starts a member; its value comes next.
func (w *Writer) Key(key string) {
	w.separate()
	w.text = append(appendQuote(w.text, key), ':')
	w.comma = false
}

// Text writes a string as Quote does.
func (w *Writer) Text(s string) {
	w.separate()
	w.text = appendQuote(w.text, s)
}

// Bool writes true or false.
func (w *Writer) Bool(b bool) {
	w.separate()
	w.text = strconv.AppendBool(w.text, b)
}

// Int writes an integer.
func (w *Writer) Int(n int64) {
	w.separate()
	w.text = strconv.AppendInt(w.text, n, 10)
}

// Float writes the shortest text that reads back as f, or null for what JSON has no number for.
func (w *Writer) Float(f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		w.Null()
		return
	}
	w.separate()
	w.text = strconv.AppendFloat(w.text, f, 'g', -1, 64)
}

// Null writes null.
func (w *Writer) Null() {
	w.separate()
	w.text = append(w.text, "null"...)
}

// Value writes a parsed value again without its spaces; an absent one as null.
func (w *Writer) Value(v Value) {
	if !v.Exists() {
		w.Null()
		return
	}
	w.separate()
	source, quoted := v.Source(), false
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch {
		case quoted && c == '\\':
			w.text = append(w.text, c)
			i++
			c = source[i]
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
			continue
		}
		w.text = append(w.text, c)
	}
}

// Raw writes a JSON text that another Writer made.
func (w *Writer) Raw(text string) {
	w.separate()
	w.text = append(w.text, text...)
}

// Compact gives the value's text without spaces between tokens.
func (v Value) Compact() string {
	var w Writer
	w.Value(v)
	return w.String()
}

func (w *Writer) begin(c byte) {
	w.separate()
	w.text = append(w.text, c)
	w.comma = false
}

func (w *Writer) end(c byte) {
	w.text = append(w.text, c)
	w.comma = true
}

func (w *Writer) separate() {
	if w.comma {
		w.text = append(w.text, ',')
	}
	w.comma = true
}
