package weights

import (
	"bytes"
	"testing"
)

// TestReuse: data that was given back makes room for what follows, and nothing else changes; what is held for later
// keeps its own.
func TestReuse(t *testing.T) {
	var tensors []Tensor
	for i, size := range []int{4, 40, 8, 80, 12, 80, 4} {
		tensors = append(tensors, Tensor{Name: string(rune('a' + i)), DType: F32, Shape: []int{size / 4}, Data: bytes.Repeat([]byte{byte(i + 1)}, size)})
	}
	var file bytes.Buffer
	if _, err := WriteZstd(&file, nil, tensors); err != nil {
		t.Fatal(err)
	}
	for _, order := range []string{"abcdefg", "acbdfeg", "gfedcba"} {
		c, err := Open(bytes.NewReader(file.Bytes()), "f", Options{})
		if err != nil {
			t.Fatal(err)
		}
		rooms := map[*byte]bool{}
		for _, name := range order {
			want := tensors[name-'a'].Data
			_, raw, err := c.Tensor(string(name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(raw, want) {
				t.Errorf("%s: tensor %c is %v, want %v", order, name, raw, want)
			}
			rooms[&raw[0]] = true
			clear(raw)
			c.Reuse(raw)
		}
		if _, err := c.Finish(); err != nil {
			t.Error(err)
		}
		if order == "abcdefg" && len(rooms) != 2 {
			t.Errorf("%d rooms for tensors in order, want one for the first and one for all others", len(rooms))
		}
	}
}
