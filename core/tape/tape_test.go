package tape_test

import (
	"testing"

	. "tintype/core/tape"
)

func TestHistory(t *testing.T) {
	var b Builder
	h := b.History(3)
	var pushed []Buf
	for i := range 8 {
		pushed = append(pushed, h.Push())
		for back := 0; back < 3 && back <= i; back++ {
			if got := h.Back(back); got != pushed[i-back] {
				t.Errorf("after %d pushes, %d back is buffer %d, want %d", i+1, back, got, pushed[i-back])
			}
		}
	}
	if pushed[0] == pushed[1] || pushed[0] != pushed[3] {
		t.Errorf("pushes use buffers %v", pushed)
	}
}
