package postlink

import (
	"bytes"
	"strings"
	"testing"
)

// Pieces of code, as Go's compiler emits them.
const (
	getX   = "\x20\x02"
	getY   = "\x20\x03"
	getSP  = "\x20\x01"
	setY   = "\x21\x03"
	add16  = "\x42\x10\x7c"
	wrap   = "\xa7"
	extend = "\xad"
	load   = "\xfd\x00\x00"
	store  = "\xfd\x0b\x00"
	load64 = "\x29\x03"
	save64 = "\x37\x03"
)

func TestOptimize(t *testing.T) {
	for name, c := range map[string]struct{ in, out string }{
		"vector load":           {getX + add16 + wrap + load + "\x00" + setY, getX + wrap + load + "\x10" + setY},
		"its own offset stays":  {getX + add16 + wrap + load64 + "\x08" + setY, getX + wrap + load64 + "\x18" + setY},
		"store of a local":      {getX + add16 + wrap + getY + store + "\x00", getX + wrap + getY + store + "\x10"},
		"store of a sum":        {getX + add16 + wrap + getY + getY + "\x7c" + save64 + "\x00", getX + wrap + getY + getY + "\x7c" + save64 + "\x10"},
		"load inside a store":   {getX + add16 + wrap + getY + add16 + wrap + load + "\x00" + store + "\x00", getX + wrap + getY + wrap + load + "\x10" + store + "\x10"},
		"the stack's own":       {getSP + extend + add16 + wrap + load64 + "\x00" + setY, getSP + load64 + "\x10" + setY},
		"splat":                 {getX + wrap + "\x2a\x02\x04\xfd\x13" + setY, getX + wrap + "\xfd\x09\x02\x04" + setY},
		"splat of a local":      {getX + "\xfd\x13" + setY, getX + "\xfd\x13" + setY},
		"nops":                  {"\x01" + getX + "\x01" + setY + "\x01", getX + setY},
		"the last offset":       {getX + "\x42\xe0\x1f\x7c" + wrap + load + "\x10" + setY, getX + wrap + load + "\xf0\x1f" + setY},
		"beyond the low page":   {getX + "\x42\xe0\x1f\x7c" + wrap + load + "\x11" + setY, ""},
		"negative":              {getX + "\x42\x70\x7c" + wrap + load + "\x20" + setY, ""},
		"address kept":          {getX + add16 + wrap + setY, ""},
		"address stored":        {getX + wrap + getY + add16 + wrap + "\x36\x02\x00", ""},
		"through a block's end": {getX + add16 + wrap + "\x02\x40\x0b" + load + "\x00" + setY, ""},
		"call between":          {getX + add16 + wrap + "\x10\x01" + store + "\x00", ""},
		"constant in 32 bits":   {"\x20\x00\x41\x10\x6a" + load + "\x00" + setY, ""},
		"other immediates": {"\x02\x40\x41\x00\x0e\x02\x00\x00\x00\x0b\x11\x00\x00\x43\x01\x01\x01\x01\x44\x01\x01\x01\x01\x01\x01\x01\x01\x3f\x00\x40\x00" +
			"\xfc\x0a\x00\x00\xfc\x0b\x00\xfc\x06\xfd\x0c0123456789abcdef\xfd\x0d0123456789abcdef\xfd\x1f\x01\xfd\x54\x00\x01\x01\xfd\xe4\x01", ""},
	} {
		in, want := c.in+"\x0b", c.out+"\x0b"
		if c.out == "" {
			want = in
		}
		locals := "\x01\x03\x7e"
		out, err := go127.optimize(with(secCode, bodies(locals+in, locals+in)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(out, with(secCode, bodies(locals+want, locals+want))) {
			t.Errorf("%s: %x became %x, want %x", name, in, out, want)
		}
	}
}

// bodies is a code section.
func bodies(list ...string) []byte {
	section := []byte{byte(len(list))}
	for _, b := range list {
		section = appendSized(section, []byte(b))
	}
	return section
}

func TestOptimizeRefuses(t *testing.T) {
	for name, c := range map[string]struct{ code, says string }{
		"unknown instruction": {"\x00\x06\x0b", "instruction 0x6"},
		"relaxed SIMD":        {"\x00\xfd\x85\x02\x0b", "instruction 0xfd0105"},
		"huge opcode":         {"\x00\xfd\x80\x80\x04\x0b", "instruction 0xfdffff"},
		"cut":                 {"\x00\x20", "ends in the middle"},
		"many locals":         {"\xff\xff\xff\xff\x0f", "ends in the middle"},
		"many labels":         {"\x00\x0e\xff\xff\xff\xff\x0f", "ends in the middle"},
		"long constant":       {"\x00\x42\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", "64 bits"},
	} {
		out, err := go127.optimize(with(secCode, bodies(c.code)))
		if out != nil || err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "code section: body 0") {
			t.Errorf("%s: error %v, want %q in it and no program", name, err, c.says)
		}
	}
	whole := assemble(program())
	for n := range whole {
		if _, err := parse(whole[:n]); err == nil {
			continue // cut between two sections
		}
		if _, err := go127.optimize(whole[:n]); err == nil {
			t.Errorf("the first %d of %d bytes pass", n, len(whole))
		}
	}
}

// FuzzOptimize: whatever comes in, what comes out decodes, and has nothing left
// to shorten.
func FuzzOptimize(f *testing.F) {
	f.Add([]byte("\x00" + getX + add16 + wrap + load + "\x00\x0b"))
	f.Add([]byte("\x01\x03\x7e" + getSP + extend + add16 + wrap + getY + store + "\x00\x01\x0b"))
	f.Add([]byte("\x00" + head4 + goTo(4, 3) + "\x0b" + "\x0b" + "\x0b" + tail))
	f.Add([]byte("\x00" + head4 + "\x0b" + "\x20\x02\x21\x03" + "\x0b" + cond + goTo(2, 2) + "\x0b" + "\x0b" + tail))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<12 {
			return
		}
		bin := with(secCode, append([]byte{1}, appendSized(nil, body)...))
		out, err := go127.optimize(bin)
		if err != nil {
			return
		}
		again, err := go127.optimize(out)
		if err != nil || len(again) > len(out) {
			t.Errorf("the result has %d bytes, then %d, %v", len(out), len(again), err)
		}
	})
}
