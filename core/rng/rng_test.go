package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"
)

// The published known answers of Random123 (kat_vectors, philox4x32 10).
func TestPhiloxKnownAnswers(t *testing.T) {
	const f = 0xffffffff
	for _, c := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{f, f, f, f}, [2]uint32{f, f}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := Philox(c.counter, c.key); got != c.want {
			t.Errorf("Philox(%x, %x) = %x, want %x", c.counter, c.key, got, c.want)
		}
	}
}

// Any slice of the sequence, from any index on, is that part of the whole.
func TestNormalIsAFunctionOfItsIndex(t *testing.T) {
	whole := make([]float32, 67)
	Normal(whole, 42, 7, 0)
	for first := range whole {
		for n := 0; first+n <= len(whole); n++ {
			part := make([]float32, n+2)
			part[n], part[n+1] = 99, 99
			Normal(part[:n], 42, 7, uint64(first))
			for i, v := range part[:n] {
				if v != whole[first+i] {
					t.Fatalf("value %d drawn from %d on is %v, want %v", first+i, first, v, whole[first+i])
				}
			}
			if part[n] != 99 || part[n+1] != 99 {
				t.Fatalf("Normal wrote beyond its slice of %d", n)
			}
		}
	}
}

func TestNormalSeedsAndStreamsDiffer(t *testing.T) {
	draw := func(seed uint64, stream uint32) (d [4]float32) { Normal(d[:], seed, stream, 0); return d }
	seen := map[[4]float32][2]uint64{}
	for _, seed := range []uint64{0, 1, 2, 1 << 32, 1<<32 + 1, math.MaxUint64} {
		for _, stream := range []uint32{0, 1, 2, math.MaxUint32} {
			d := draw(seed, stream)
			if other, ok := seen[d]; ok {
				t.Errorf("seed %d stream %d draws what %v draws", seed, stream, other)
			}
			seen[d] = [2]uint64{seed, uint64(stream)}
		}
	}
}

// Moments of a million values, each within 4.5 standard errors.
func TestNormalMoments(t *testing.T) {
	const n = 1 << 20
	d := make([]float32, n)
	Normal(d, 20240607, 3, 0)
	var m [5]float64
	var lag float64
	for i, v := range d {
		x := float64(v)
		for k, p := 1, x; k <= 4; k, p = k+1, p*x {
			m[k] += p
		}
		if i > 0 {
			lag += x * float64(d[i-1])
		}
	}
	for _, c := range []struct {
		name            string
		sum, want, sdev float64 // of one value
	}{
		{"mean", m[1], 0, 1}, {"square", m[2], 1, math.Sqrt(2)}, {"cube", m[3], 0, math.Sqrt(15)},
		{"fourth power", m[4], 3, math.Sqrt(96)}, {"product with the next", lag, 0, 1},
	} {
		z := (c.sum/n - c.want) / (c.sdev / math.Sqrt(n))
		t.Logf("%-22s %8.5f  z = %+.2f", c.name, c.sum/n, z)
		if !(math.Abs(z) < 4.5) {
			t.Errorf("%s is %v, %+.1f standard errors from %v", c.name, c.sum/n, z, c.want)
		}
	}
}

// Chi-square over 64 equally likely bins, for each of the four places in a block.
func TestNormalChiSquare(t *testing.T) {
	const n, bins = 1 << 18, 64
	d := make([]float32, 4*n)
	Normal(d, 7, 0, 0)
	for lane := range 4 {
		var count [bins]int
		for i := range n {
			p := 0.5 * math.Erfc(-float64(d[4*i+lane])/math.Sqrt2)
			count[min(int(p*bins), bins-1)]++
		}
		chi := 0.0
		for _, c := range count {
			e := float64(c) - n/bins
			chi += e * e / (n / bins)
		}
		t.Logf("lane %d: chi-square %.1f of %d degrees of freedom", lane, chi, bins-1)
		if chi < 25 || chi > 120 { // 1e-5 and 1-1e-5 quantiles
			t.Errorf("lane %d: chi-square %.1f is out of the range of chance", lane, chi)
		}
	}
}

// TestNormalBits pins the noise itself: it decides every picture ever hashed.
func TestNormalBits(t *testing.T) {
	const want = "72b276bdbb854c60a406329823d1da8fe2216078eb2bde453ca7109066e00bed"
	d := make([]float32, 1<<16)
	h := sha256.New()
	for _, seed := range []uint64{0, 1, 1 << 40} {
		Normal(d, seed, uint32(seed)+1, 0)
		binary.Write(h, binary.LittleEndian, d)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	var first [4]float32
	Normal(first[:], 0, 0, 0)
	if want := [4]float32{0.9911377, -0.9246626, -0.61760896, -0.4820686}; first != want {
		t.Errorf("seed 0, stream 0 begins %v, want %v", first, want)
	}
}

// Box-Muller's corners: the smallest u gives the longest tail, the largest almost zero, and neither is infinite.
func TestBoxMullerExtremes(t *testing.T) {
	if z, _ := boxMuller(0, 0); math.Abs(float64(z)-6.7637) > 1e-3 {
		t.Errorf("longest tail %v, want 6.764", z)
	}
	if z, _ := boxMuller(math.MaxUint32, 0); !(z > 0 && z < 1e-4) {
		t.Errorf("shortest radius %v, want just above 0", z)
	}
	if z0, z1 := boxMuller(1<<31, math.MaxUint32); !(math.Abs(float64(z0*z0+z1*z1)-2*math.Ln2) < 1e-6) {
		t.Errorf("radius at u = 1/2 is %v, %v", z0, z1)
	}
}

func TestNormalAllocatesNothing(t *testing.T) {
	d := make([]float32, 1001)
	if n := testing.AllocsPerRun(10, func() { Normal(d, 1, 2, 3) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkNormal(b *testing.B) {
	d := make([]float32, 3072)
	b.SetBytes(int64(4 * len(d)))
	for b.Loop() {
		Normal(d, 1, 0, 0)
	}
}
