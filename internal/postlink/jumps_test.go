package postlink

import (
	"bytes"
	"testing"
)

// Four segments, as Go lays out a function; n in local 0 is a segment's number
// times two.
const (
	head4 = "\x02\x40\x03\x40\x02\x40\x02\x40\x02\x40\x02\x40\x20\x00\x0e\x07\x00\x00\x01\x01\x02\x02\x03\x03\x0b"
	tail  = "\x0b\x00\x0b\x41\x01\x0b"
	cond  = "\x20\x02\xa7\x04\x40"
)

func goTo(n, head byte) string { return string([]byte{opI32Const, n, opLocalSet, 0, opBr, head}) }

func TestStraightenJumps(t *testing.T) {
	for name, c := range map[string]struct{ in, out string }{
		"over a segment": {
			head4 + goTo(4, 3) + "\x0b" + "\x0b" + "\x0b" + tail,
			head4 + "\x0c\x01" + "\x0b" + "\x0b" + "\x0b" + tail},
		"out of an if": {
			head4 + "\x0b" + cond + goTo(6, 3) + "\x0b" + "\x0b" + "\x0b" + tail,
			head4 + "\x0b" + cond + "\x0c\x02" + "\x0b" + "\x0b" + "\x0b" + tail},
		"the middle of a segment counts": {
			head4 + goTo(3, 3) + "\x0b" + "\x0b" + "\x0b" + tail,
			head4 + "\x0c\x00" + "\x0b" + "\x0b" + "\x0b" + tail},
		"back stays": {
			head4 + "\x0b" + "\x0b" + cond + goTo(2, 2) + "\x0b" + "\x0b" + tail, ""},
		"into a loop stays": {
			head4 + goTo(4, 3) + "\x0b" + "\x0b" + cond + goTo(2, 2) + "\x0b" + "\x0b" + tail, ""},
		"out of a loop, and to its start": {
			head4 + goTo(2, 3) + "\x0b" + cond + goTo(6, 3) + "\x0b" + "\x0b" + goTo(2, 1) + "\x0b" + tail,
			head4 + "\x0c\x00" + "\x0b" + cond + "\x0c\x02" + "\x0b" + "\x0b" + goTo(2, 1) + "\x0b" + tail},
		"a call through local 0": {
			head4 + "\x21\x00\x41\x00\x20\x00\x11\x00\x00" + goTo(4, 3) + "\x0b" + "\x0b" + "\x0b" + tail,
			head4 + "\x21\x00\x41\x00\x20\x00\x11\x00\x00" + "\x0c\x01" + "\x0b" + "\x0b" + "\x0b" + tail},
		"local 0 read elsewhere": {head4 + goTo(4, 3) + "\x0b" + "\x20\x00\x21\x02" + "\x0b" + "\x0b" + tail, ""},
		"local 0 not set":        {head4 + goTo(4, 3) + "\x0b" + "\x0c\x02" + "\x0b" + "\x0b" + tail, ""},
		"head on a condition":    {head4 + goTo(4, 3) + "\x0b" + "\x41\x02\x21\x00\x0d\x02" + "\x0b" + "\x0b" + tail, ""},
		"beyond the table":       {head4 + goTo(8, 3) + "\x0b" + "\x0b" + "\x0b" + tail, ""},
		"cut":                    {head4 + goTo(4, 3) + "\x0b", ""},
		"no head":                {"\x20\x02\x21\x03" + head4 + goTo(4, 3) + "\x0b" + "\x0b" + "\x0b" + tail, ""},
	} {
		code, err := instructions([]byte(c.in))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := rawOf(straightenJumps(code))
		want := c.out
		if want == "" {
			want = c.in
		}
		if !bytes.Equal(got, []byte(want)) {
			t.Errorf("%s: %x became %x, want %x", name, c.in, got, want)
		}
	}
}

func rawOf(code []instr) (raw []byte) {
	for _, in := range code {
		raw = append(raw, in.raw...)
	}
	return raw
}
