package postlink

import (
	"bytes"
	"testing"
)

func TestShorten(t *testing.T) {
	const (
		end    = "\x0b"
		whole  = "\x02\x40\x03\x40\x02\x40" // a block, in it a loop, in it a block
		last   = "\x0b\x0b\x0b\x41\x01\x0b" // behind the outermost, the function returns 1
		call   = "\x41\x00\x10\x05\x23\x00\x21\x01"
		unwind = "\x04\x40\x41\x01\x0f\x0b"
		push   = "\x20\x01\x41\x08\x6b\x22\x01\x24\x00"
		pop    = "\x20\x01\x41\xc0\x00\x6a\x22\x01\x24\x00\x20\x01\x41\x08\x6a\x22\x01\x24\x00"
	)
	for name, c := range map[string]struct{ in, out string }{
		"out of all":               {whole + call + "\x0d\x02" + last, whole + call + unwind + last},
		"out of all, in an if":     {whole + cond + call + "\x0d\x03" + end + last, whole + cond + call + unwind + end + last},
		"to the loop":              {whole + call + "\x0d\x01" + last, ""},
		"out of one":               {whole + call + "\x0d\x00" + last, ""},
		"returns 0":                {whole + call + "\x0d\x02\x0b\x0b\x0b\x41\x00\x0b", ""},
		"does more":                {whole + call + "\x0d\x02\x0b\x0b\x0b\x01\x41\x01\x0b", ""},
		"two blocks":               {"\x02\x40\x0b" + whole + call + "\x0d\x02" + last, ""},
		"a loop around all":        {"\x03\x40\x03\x40" + call + "\x0d\x01\x0b\x0b\x41\x01\x0b", ""},
		"an if of one branch":      {whole + cond + "\x0c\x02" + end + last, whole + "\x20\x02\xa7\x0d\x01" + last},
		"and out of all":           {whole + cond + "\x0c\x03" + end + last, whole + "\x20\x02\xa7" + unwind + last},
		"an if that leaves itself": {whole + cond + "\x0c\x00" + end + last, ""},
		"an if and an else":        {whole + cond + "\x0c\x01\x05" + end + last, ""},
		"an if of more":            {whole + cond + "\x01\x0c\x01" + end + last, ""},
		"an if with a result":      {whole + "\x20\x02\xa7\x04\x7f\x0c\x01" + end + "\x1a" + last, ""},
		"a return":                 {whole + pop + "\x41\x00\x0f" + last, whole + "\x20\x01\x41\xc8\x00\x6a\x24\x00\x41\x00\x0f" + last},
		"a stack pointer in use":   {whole + push + "\x20\x01\x29\x03\x00" + last, ""},
		"a frame and no return":    {whole + pop + "\x20\x01" + last, whole + "\x20\x01\x41\xc8\x00\x6a\x22\x01\x24\x00\x20\x01" + last},
		"three at once": {
			whole + pop + "\x20\x01\x41\x01\x6a\x22\x01\x24\x00" + last,
			whole + "\x20\x01\x41\xc9\x00\x6a\x22\x01\x24\x00" + last},
		"other locals": {"\x20\x01\x41\x01\x6a\x22\x01\x24\x00\x20\x02\x41\x08\x6a\x22\x01\x24\x00" + end, ""},
		"other global": {"\x20\x01\x41\x01\x6a\x22\x01\x24\x00\x20\x01\x41\x08\x6a\x22\x01\x24\x02" + end, ""},
		"not written":  {"\x20\x01\x41\x01\x6a\x22\x01\x24\x00\x20\x01\x41\x08\x6a\x22\x02\x24\x00" + end, ""},
	} {
		code, err := instructions([]byte(c.in))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := c.out
		if want == "" {
			want = c.in
		}
		if got := rawOf(shorten(code)); !bytes.Equal(got, []byte(want)) {
			t.Errorf("%s: %x became %x, want %x", name, c.in, got, want)
		}
	}
}
