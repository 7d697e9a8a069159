package sha256

import (
	"bytes"
	"crypto/sha256"
	"testing"
)

// TestLengths: messages of every length around a block's borders, in one piece and in pieces, also past a Sum.
func TestLengths(t *testing.T) {
	message := make([]byte, 300)
	for i := range message {
		message[i] = byte(i*i + 3*i)
	}
	for n := range message {
		want := sha256.Sum256(message[:n])
		d := newDigest()
		d.Write(message[:n/3])
		d.Sum(nil)
		d.Write(message[n/3 : n/2])
		d.Write(message[n/2 : n])
		if got := d.Sum([]byte("x")); got[0] != 'x' || !bytes.Equal(got[1:], want[:]) {
			t.Fatalf("%d bytes: %x, want %x", n, got, want)
		}
		d.Reset()
		d.Write(message[:n])
		if got := d.Sum(nil); !bytes.Equal(got, want[:]) {
			t.Fatalf("%d bytes in one piece: %x, want %x", n, got, want)
		}
	}
}

func FuzzSum(f *testing.F) {
	f.Add([]byte(nil), []byte("abc"))
	f.Add(make([]byte, 55), make([]byte, 129))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		d, want := newDigest(), sha256.New()
		for _, p := range [][]byte{a, b} {
			d.Write(p)
			want.Write(p)
		}
		if !bytes.Equal(d.Sum(nil), want.Sum(nil)) {
			t.Errorf("the sum differs for %d and %d bytes", len(a), len(b))
		}
	})
}

func TestZeroAllocations(t *testing.T) {
	d, p, sum := newDigest(), make([]byte, 1000), make([]byte, 0, size)
	if n := testing.AllocsPerRun(10, func() {
		d.Write(p)
		sum = d.Sum(sum[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkHash(b *testing.B) {
	p := make([]byte, 1<<16)
	d := newDigest()
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		d.Write(p)
	}
}

func BenchmarkStandard(b *testing.B) {
	p := make([]byte, 1<<16)
	d := sha256.New()
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		d.Write(p)
	}
}
