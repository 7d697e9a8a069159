package kernel

// Functions of the form x·σ(−s·ln 2), s = x·P(x²):
//
//	dst = x/(1 + 2^(x·P(min(x², most))))
//
//	GELU       x·Φ(x), Φ the normal distribution's (Hendrycks and Gimpel, arXiv
//	           1606.08415); P is a weighted minimax fit of our own to
//	           log₂(Φ(−x)/Φ(x))/x: the result is within 6e-7 up to |x| = 8
//	GELUTanh   x/2·(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715·x³), ibidem
//	QuickGELU  x·σ(1.702·x), ibidem
//
// Beyond x² = most the sign of x alone decides: the result is x or 0. Finite x only.

// gateTerms is the number of coefficients of P.
const gateTerms = 7

// gateMost is 6.2²: beyond it σ differs from 0 and 1 by less than 3e-10.
const gateMost = 38.44

const sqrt2OverPi = 0.7978845608028654

var (
	geluGate = [gateTerms]float32{-2.3022072315216064, -0.10483857244253159, 9.55885843723081e-05, 0.0001593907072674483,
		-1.1452605576778296e-05, 3.8505578459080425e-07, -5.210148756873423e-09}
	geluTanhGate  = [gateTerms]float32{-2 * sqrt2OverPi * log2e, -2 * sqrt2OverPi * log2e * 0.044715}
	quickGELUGate = [gateTerms]float32{-1.702 * log2e}
)

// GELU computes dst = x·Φ(x). The two lengths are equal; dst may be x.
func GELU(dst, x []float32) { gates(dst, x, &geluGate) }

// GELUTanh computes GELU's approximation by tanh. The two lengths are equal; dst may be x.
func GELUTanh(dst, x []float32) { gates(dst, x, &geluTanhGate) }

// QuickGELU computes dst = x·σ(1.702·x). The two lengths are equal; dst may be x.
func QuickGELU(dst, x []float32) { gates(dst, x, &quickGELUGate) }

func gates(dst, x []float32, p *[gateTerms]float32) {
	if len(x) != len(dst) {
		panic("kernel: GELU: lengths differ")
	}
	gateSlot.run(gateJob{dst, x, p}, blocks(dst), len(dst)*workExp)
}

type gateJob struct {
	dst, x []float32
	p      *[gateTerms]float32
}

var gateSlot slot[gateJob]

func (j gateJob) share(from, to int) {
	p, q := within(j.dst, from, to)
	gate(j.dst[p:q], j.x[p:q], j.p)
}

func gateGeneric(dst, x []float32, p *[gateTerms]float32) {
	for i, v := range x {
		z := float32(v * v)
		if z > gateMost {
			z = gateMost
		}
		s := p[gateTerms-1]
		for k := gateTerms - 2; k >= 0; k-- {
			s = float32(s*z) + p[k]
		}
		dst[i] = v / (1 + pow2Generic(v*s))
	}
}

// ReLU computes dst = max(x, 0), which makes 0 of -0. The two lengths are equal; dst may be x.
func ReLU(dst, x []float32) {
	if len(x) != len(dst) {
		panic("kernel: ReLU: lengths differ")
	}
	reluSlot.run(reluJob{dst, x}, blocks(dst), len(dst)*workAdd)
}

type reluJob struct{ dst, x []float32 }

var reluSlot slot[reluJob]

func (j reluJob) share(from, to int) {
	p, q := within(j.dst, from, to)
	relu(j.dst[p:q], j.x[p:q])
}

func reluGeneric(dst, x []float32) {
	for i, v := range x {
		if !(v > 0) {
			v = 0
		}
		dst[i] = v
	}
}

// Tanh computes dst = tanh x = 2/(1 + 2^(−2·log₂e·x)) − 1, within 3e-7. The two
// lengths are equal; dst may be x. It is for small tensors: there is no SIMD variant.
func Tanh(dst, x []float32) {
	if len(x) != len(dst) {
		panic("kernel: Tanh: lengths differ")
	}
	for i, v := range x {
		dst[i] = 2/(1+pow2Generic(v*(-2*log2e))) - 1
	}
}

// Mul computes dst[i] = a[i]·b[i]. The three lengths are equal.
func Mul(dst, a, b []float32) {
	if len(a) != len(dst) || len(b) != len(dst) {
		panic("kernel: Mul: lengths differ")
	}
	mulSlot.run(mulJob{dst, a, b}, blocks(dst), len(dst)*workAdd)
}

type mulJob struct{ dst, a, b []float32 }

var mulSlot slot[mulJob]

func (j mulJob) share(from, to int) {
	p, q := within(j.dst, from, to)
	mul(j.dst[p:q], j.a[p:q], j.b[p:q])
}

func mulGeneric(dst, a, b []float32) {
	for i, v := range a {
		dst[i] = v * b[i]
	}
}
