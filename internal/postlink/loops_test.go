package postlink

import (
	"bytes"
	"testing"
)

func TestCloseLoops(t *testing.T) {
	const (
		move = "\x20\x02\x21\x03" // local 2 to local 3
		loop = "\x03\x40"
		end  = "\x0b"
	)
	for name, c := range map[string]struct{ in, out string }{
		"to its own start": {
			head4 + end + move + cond + goTo(2, 3) + end + move + end + end + tail,
			head4 + end + loop + move + cond + "\x0c\x01" + end + move + end + end + end + tail},
		"twice, and out of the middle": {
			head4 + end + cond + goTo(2, 3) + end + cond + "\x0c\x02" + end + cond + goTo(6, 3) + end + goTo(2, 2) + end + end + tail,
			head4 + end + loop + cond + "\x0c\x01" + end + cond + "\x0c\x03" + end + cond + goTo(6, 4) + end + "\x0c\x00" + end + end + end + tail},
		"through a block of moves": {
			head4 + end + move + end + cond + goTo(2, 2) + end + end + tail,
			head4 + end + move + end + loop + cond + move + "\x0c\x01" + end + end + end + tail},
		"through a block that branches": {
			head4 + end + cond + goTo(6, 3) + end + end + cond + goTo(2, 2) + end + end + tail, ""},
		"through two blocks": {
			head4 + end + move + end + move + end + cond + goTo(2, 1) + end + tail, ""},
		"of the first segment": {head4 + goTo(0, 3) + end + end + end + tail, ""},
		"forward only":         {head4 + goTo(4, 3) + end + end + end + tail, ""},
		"no head":              {"\x20\x02\x21\x03" + head4 + end + goTo(2, 2) + end + end + tail, ""},
	} {
		code, err := instructions([]byte(c.in))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := c.out
		if want == "" {
			want = c.in
		}
		if got := rawOf(closeLoops(code)); !bytes.Equal(got, []byte(want)) {
			t.Errorf("%s: %x became %x, want %x", name, c.in, got, want)
		}
	}
}
