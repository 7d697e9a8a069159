package recipe

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rounds is how many wrappings of a link are taken off: two mails and a page make four.
const rounds = 6

// Read reads a recipe as it arrives: alone or at the end of a link, with what mails, messengers and pages do to links.
// What is left must be a recipe whole, as Parse wants it.
//
// Taken off are percent-encoding, quoted-printable, entities of HTML, backslashes of Markdown, line breaks with the
// spaces and marks of quotation around them, characters that are not seen, punctuation around the link, and the fields
// by which visitors are counted. A space elsewhere was a plus sign: no other character of a recipe becomes one.
func Read(text string) (*Recipe, error) {
	if len(text) > rounds*most {
		return nil, errLong
	}
	for range rounds {
		text = untracked(fragment(joined(strings.Map(visible, text))))
		plain := unescaped(text)
		if plain == text {
			break
		}
		text = plain
	}
	text = strings.TrimLeftFunc(text, around)
	whole := strings.TrimRightFunc(text, around)
	if end := text[len(whole):]; strings.Contains(end, "…") || strings.Contains(end, "..") {
		return nil, errors.New("the recipe was cut short on its way, it ends in dots")
	}
	if strings.Contains(whole, "://") {
		return nil, errors.New("the link holds no recipe: it would stand behind a #")
	}
	return Parse(strings.ReplaceAll(unmarked(whole), " ", "+"))
}

// visible drops what is not seen: soft hyphens, zero-width spaces and joiners, marks of direction and of byte order.
func visible(c rune) rune {
	if c == '\u00ad' || c >= '\u200b' && c <= '\u200f' || c >= '\u202a' && c <= '\u202e' || c == '\u2060' || c == '\ufeff' {
		return -1
	}
	return c
}

// around says whether a character at either end is not the recipe's.
func around(c rune) bool {
	return c >= utf8.RuneSelf || c == '.' || c == ',' || c == ':' || c == '&' || c != '%' && !allowed(byte(c))
}

// joined takes line breaks out, with the white space around them and the marks of a quoted mail.
func joined(text string) string {
	printable := strings.Contains(text, "v=3D") // RFC 2045, 6.7
	lines := strings.FieldsFunc(text, func(c rune) bool { return c == '\r' || c == '\n' })
	for i, line := range lines {
		if len(lines) > 1 {
			line = strings.Trim(line, " \t>|")
		}
		if printable && i < len(lines)-1 {
			line = strings.TrimSuffix(line, "=")
		}
		lines[i] = line
	}
	text = strings.Join(lines, "")
	if printable {
		text = strings.ReplaceAll(text, "=3D", "=")
	}
	return text
}

// fragment is what stands behind the # of a link.
func fragment(text string) string {
	before, after, link := strings.Cut(text, "#")
	if _, n := entity(text[max(len(before)-1, 0):]); !link || n > 1 {
		return text
	}
	if strings.Contains(before, "/") || !strings.Contains(before, "model=") {
		return after
	}
	return text
}

// untracked drops the fields by which senders of links count visitors, and what browsers are to find on a page.
func untracked(text string) string {
	text, _, _ = strings.Cut(text, ":~:")
	var b strings.Builder
	for text != "" {
		end := len(text)
		if i := strings.IndexAny(text[1:], "&?#"); i >= 0 {
			end = i + 1
		}
		key, _, _ := strings.Cut(strings.TrimLeft(text[:end], "&?#"), "=")
		if !tracking(strings.TrimPrefix(key, "amp;")) {
			b.WriteString(text[:end])
		}
		text = text[end:]
	}
	return b.String()
}

// trackers are such fields, families what the names of others begin with.
const trackers = " gbraid wbraid srsltid igsh igshid si ref spm cmpid s_cid mkt_tok _ga _gl _ke vero_id oly_enc_id oly_anon_id __s "

var families = [...]string{"utm_", "mc_", "pk_", "mtm_", "hsa_", "_hs", "__hs", "ref_"}

func tracking(key string) bool {
	for _, f := range families {
		if strings.HasPrefix(key, f) {
			return true
		}
	}
	return strings.HasSuffix(key, "clid") || strings.HasSuffix(key, "clkid") || key != "" && strings.Contains(trackers, " "+key+" ")
}

// unescaped undoes one level of percent-encoding, of entities and of Markdown's backslashes. What is broken stays, and
// is no character of a recipe.
func unescaped(text string) string {
	var b strings.Builder
	for text != "" {
		c, n := text[0], 1
		switch {
		case c == '%' && len(text) > 2:
			if v, err := strconv.ParseUint(text[1:3], 16, 8); err == nil {
				c, n = byte(v), 3
			}
		case c == '&':
			c, n = entity(text)
		}
		if c != '\\' {
			b.WriteByte(c)
		}
		text = text[n:]
	}
	return b.String()
}

// entity is the character that HTML writes as the beginning of text, and the length of that: 1 if it is none.
func entity(text string) (c byte, length int) {
	if text == "" {
		return 0, 0
	}
	end := strings.IndexByte(text[:min(len(text), 8)], ';')
	if text[0] != '&' || end < 0 {
		return text[0], 1
	}
	name := strings.ToLower(text[1:end])
	digits, numeric := strings.CutPrefix(name, "#")
	base := 10
	if d, hex := strings.CutPrefix(digits, "x"); hex {
		digits, base = d, 16
	}
	v, err := strconv.ParseUint(digits, base, 7)
	switch {
	case name == "amp":
		return '&', end + 1
	case name == "quot" || name == "apos" || name == "lt" || name == "gt":
		return '"', end + 1 // around the link; no recipe has any of them
	case numeric && err == nil:
		return byte(v), end + 1
	}
	return '&', 1
}

// unmarked takes Markdown's emphasis from behind a hash: elsewhere its characters could be the recipe's.
func unmarked(text string) string {
	if at := strings.LastIndex(text, "hash="); at >= 0 && !strings.Contains(text[at:], "&") {
		return strings.TrimRight(text, "_~-")
	}
	return text
}
