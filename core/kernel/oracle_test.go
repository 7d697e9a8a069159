package kernel

import (
	"math"
	"testing"
)

// rng is a deterministic source of test inputs (xorshift32).
type rng uint32

func (r *rng) next() uint32 {
	x := uint32(*r)
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	*r = rng(x)
	return x
}

// floats returns n numbers in (-1, 1) with distinct values.
func (r *rng) floats(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(int32(r.next())) / (1 << 31)
	}
	return x
}

// checkClose compares with a float64 definition: |got-want| <= tol·(1+|want|).
// Sums of k products get tol = 1e-6·√k, the size of a random walk of roundings.
func checkClose(t *testing.T, got []float32, want []float64, tol float64) {
	t.Helper()
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= tol*(1+math.Abs(w))) {
			t.Fatalf("element %d is %v, want %v (off by %.2g)", i, got[i], w, d)
		}
	}
}

// TestGemmDefinition compares Gemm, packed either way, with sums in float64.
func TestGemmDefinition(t *testing.T) {
	r := rng(1)
	for _, s := range [][3]int{{1, 1, 1}, {5, 7, 3}, {4, 16, 64}, {33, 65, 100}, {70, 3, 2000}} {
		m, n, k := s[0], s[1], s[2]
		lda, ldb, ldd := k+3, n+1, n+2
		a, b, dst := r.floats(m*lda), r.floats(k*ldb), r.floats(m*ldd)
		bt := make([]float32, n*k)
		for p := range k {
			for j := range n {
				bt[j*k+p] = b[p*ldb+j]
			}
		}
		first := append([]float32(nil), dst...)
		want, wantAcc := make([]float64, m*ldd), make([]float64, m*ldd)
		for i := range m * ldd {
			want[i], wantAcc[i] = float64(dst[i]), float64(dst[i])
		}
		for i := range m {
			for j := range n {
				s := 0.0
				for p := range k {
					s += float64(a[i*lda+p]) * float64(b[p*ldb+j])
				}
				want[i*ldd+j] = s
				wantAcc[i*ldd+j] += s
			}
		}
		packed := make([]float32, PackedLen(k, n))
		Pack(packed, b, ldb, k, n)
		Gemm(dst, ldd, a, lda, packed, m, n, k, false)
		checkClose(t, dst, want, 1e-6*math.Sqrt(float64(k)))
		clear(packed)
		PackT(packed, bt, k, k, n)
		Gemm(first, ldd, a, lda, packed, m, n, k, true)
		checkClose(t, first, wantAcc, 1e-6*math.Sqrt(float64(k)))
	}
}

// TestEmptyProducts gives sizes of 0 their meaning: nothing, or an empty sum.
func TestEmptyProducts(t *testing.T) {
	dst := []float32{1, 2, 3, 4, 5, 6}
	Gemm(dst, 3, nil, 0, nil, 2, 2, 0, true)
	Gemm(nil, 0, nil, 2, make([]float32, PackedLen(2, 2)), 0, 0, 2, false)
	Gemm(dst, 3, dst, 3, nil, 2, 0, 3, false)
	checkClose(t, dst, []float64{1, 2, 3, 4, 5, 6}, 0)
	Gemm(dst, 3, nil, 0, nil, 2, 2, 0, false)
	checkClose(t, dst, []float64{0, 0, 3, 0, 0, 6}, 0)
	Conv3x3(dst, nil, nil, []float32{7, 8}, 1, 3, 3, 0, 1, 1, 2, 1)
	checkClose(t, dst, []float64{7, 8, 3, 0, 0, 6}, 0)
	Conv3x3(nil, nil, nil, nil, 0, 3, 3, 1, 1, 1, 0, 1)
}

// TestConv3x3Definition compares Frame and Conv3x3 with the convolution's
// definition in float64, at both strides and both paddings that networks use.
func TestConv3x3Definition(t *testing.T) {
	r := rng(2)
	for _, s := range []struct{ n, h, w, cin, cout, stride, top, bottom int }{
		{1, 1, 1, 1, 1, 1, 1, 1}, {2, 4, 5, 3, 7, 1, 1, 1}, {1, 8, 8, 20, 33, 1, 1, 1},
		{2, 6, 8, 5, 18, 2, 1, 1}, {2, 8, 6, 5, 18, 2, 0, 1}, {1, 5, 7, 4, 3, 2, 1, 1},
		{1, 64, 64, 40, 3, 1, 1, 1},
	} {
		hp, wp := s.h+s.top+s.bottom, s.w+s.top+s.bottom
		ho, wo := (hp-3)/s.stride+1, (wp-3)/s.stride+1
		x, w, bias := r.floats(s.n*s.h*s.w*s.cin), r.floats(s.cout*s.cin*9), r.floats(s.cout)
		padded := r.floats(s.n * hp * wp * s.cin)
		pad(padded, x, s.n, s.h, s.w, s.cin, s.top, s.top, s.bottom, s.bottom)
		packed := make([]float32, PackedConv3x3Len(s.cin, s.cout))
		PackConv3x3(packed, w, s.cin, s.cout)
		dst := make([]float32, s.n*ho*wo*s.cout)
		Conv3x3(dst, padded, packed, bias, s.n, hp, wp, s.cin, ho, wo, s.cout, s.stride)
		var want []float64
		for p := range s.n * ho * wo {
			i, oy, ox := p/(ho*wo), p/wo%ho*s.stride-s.top, p%wo*s.stride-s.top
			for o := range s.cout {
				sum := float64(bias[o])
				for q := range 9 {
					y, x0 := oy+q/3, ox+q%3
					if y < 0 || y >= s.h || x0 < 0 || x0 >= s.w {
						continue
					}
					for c := range s.cin {
						sum += float64(w[(o*s.cin+c)*9+q]) * float64(x[((i*s.h+y)*s.w+x0)*s.cin+c])
					}
				}
				want = append(want, sum)
			}
		}
		checkClose(t, dst, want, 1e-6*math.Sqrt(float64(9*s.cin)))
	}
}

// pad frames x [n,h,w,c] by Frame.
func pad(dst, x []float32, n, h, w, c, top, left, bottom, right int) {
	f := Frame{H: top + h + bottom, W: left + w + right, C: c, Top: top, Left: left, Ph: h, Pw: w}
	size := f.H * f.W * c
	for i := range n {
		f.Fill(dst[i*size:(i+1)*size], x[i*h*w*c:], Norm{}, 0, c, 0, f.H)
	}
}

// TestFrame compares with the definition, joined from two sources, in two
// ranges of rows.
func TestFrame(t *testing.T) {
	r := rng(13)
	for _, double := range []bool{false, true} {
		const ca, cb, c = 5, 19, 24
		f := Frame{H: 9, W: 11, C: c, Top: 1, Left: 2, Ph: 6, Pw: 4, Double: double}
		a, b, gain, shift, dst := r.floats(24*ca), r.floats(24*cb), r.floats(c), r.floats(c), r.floats(9*11*c)
		for _, norm := range []Norm{{}, {gain, shift}} {
			want := make([]float64, len(dst))
			for i := range want {
				y, x, ch := i/c/11-1, i/c%11-2, i%c
				if y < 0 || y >= 6 || x < 0 || x >= 4 {
					continue
				}
				pixel := y*4 + x
				if double {
					pixel = y/2*2 + x/2
				}
				if ch < ca {
					want[i] = float64(a[pixel*ca+ch])
				} else {
					want[i] = float64(b[pixel*cb+ch-ca])
				}
				if norm.Gain != nil {
					v := want[i]*float64(gain[ch]) + float64(shift[ch])
					want[i] = v / (1 + math.Exp(-v))
				}
			}
			f.Fill(dst[4*f.W*f.C:], b, norm, ca, cb, 4, 9)
			f.Fill(dst, a, norm, 0, ca, 0, 9)
			f.Fill(dst, b, norm, ca, cb, 0, 4)
			checkClose(t, dst, want, 1e-6)
		}
	}
}

// TestGemmPart: a product in parts has the bits of the whole.
func TestGemmPart(t *testing.T) {
	r := rng(14)
	const m, n, ka, kb = 9, 40, 13, 30
	a, b := r.floats(m*(ka+kb)), r.floats((ka+kb)*n)
	packed := make([]float32, PackedLen(ka+kb, n))
	Pack(packed, b, n, ka+kb, n)
	want, got := make([]float32, m*n), make([]float32, m*n)
	Gemm(want, n, a, ka+kb, packed, m, n, ka+kb, false)
	GemmPart(got, n, a, ka+kb, packed, m, n, ka, 0, ka+kb, false)
	GemmPart(got, n, a[ka:], ka+kb, packed, m, n, kb, ka, ka+kb, true)
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) {
			t.Fatalf("element %d is %v in parts, %v as a whole", i, got[i], want[i])
		}
	}
}
