package strictjson

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string checks one string literal and adds its node. It does not decode: most strings are read
// straight from the text.
func (p *parser) string() (uint32, error) {
	start := p.pos
	escaped := false
	for p.pos++; p.pos < len(p.text); {
		switch c := p.text[p.pos]; {
		case c == '"':
			p.pos++
			at := p.add(String, start, p.pos)
			p.nodes[at].escaped = escaped
			return at, nil
		case c < 0x20:
			return 0, p.fail(p.pos, ErrSyntax, "control character in a string")
		case c == '\\':
			escaped = true
			_, size := unescape(p.text[p.pos:])
			if size == 0 {
				return 0, p.fail(p.pos, ErrSyntax, "bad escape in a string")
			}
			p.pos += size
		default:
			p.pos++
		}
	}
	return 0, p.unexpected("'\"'")
}

// decoded gives the text that a string node stands for.
func (d *document) decoded(at uint32) string {
	n := &d.nodes[at]
	s := d.text[n.start+1 : n.end-1]
	if !n.escaped {
		return s
	}
	var b strings.Builder
	for i := strings.IndexByte(s, '\\'); i >= 0; i = strings.IndexByte(s, '\\') {
		b.WriteString(s[:i])
		r, size := unescape(s[i:])
		b.WriteRune(r)
		s = s[i+size:]
	}
	b.WriteString(s)
	return b.String()
}

// unescape decodes the escape at the start of s; size 0 means that it is none. Half a surrogate
// pair is refused, as it has no UTF-8.
func unescape(s string) (r rune, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, s[1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2
	}
	r = hex4(s)
	if r < 0 {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	r = utf16.DecodeRune(r, hex4(s[6:]))
	if r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

// hex4 reads \uXXXX, or gives -1.
func hex4(s string) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range []byte(s[2:6]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
