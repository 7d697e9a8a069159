package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Degrader makes pictures worse: Deg(x, t) for a severity t from 0 (nothing happens) to 1.
type Degrader interface {
	At(t float64) tape.Operator
}

// Cold restores a picture R that was degraded, and degrades it again by less:
//
//	x' = Deg(R, t')                       naive
//	   = x - Deg(R, t) + Deg(R, t')       improved
//
// A. Bansal et al., Cold diffusion, arXiv 2208.09392, algorithms 1 and 2: the errors of R cancel to first order in the
// second. No noise is needed; R is the estimate of a network that was trained to restore. With Deg(x, t) = a·x + s·e the
// improved one is DDIM. The last step returns R.
//
// One evaluation a step.
type Cold struct{ Naive bool }

var coldInfo = Info{
	Kind: KindCold, Name: "cold", File: "cold.go",
	Line:   "restores a degraded picture and degrades it again by less, correcting for the restorer's errors",
	Source: "Bansal et al., arXiv 2208.09392, algorithm 2", Evals: perStep,
	Formula: "x' = x - Deg(R, t) + Deg(R, t')", Needs: NeedsDegrader,
	tape: func(Options) Solver { return Cold{} },
}

var coldNaiveInfo = Info{
	Kind: KindColdNaive, Name: "cold-naive", File: "cold.go",
	Line:   "restores a degraded picture and degrades it again by less",
	Source: "Bansal et al., arXiv 2208.09392, algorithm 1", Evals: perStep,
	Formula: "x' = Deg(R, t')", Needs: NeedsDegrader,
	tape: func(Options) Solver { return Cold{Naive: true} },
}

// Compile emits the tape.
func (s Cold) Compile(levels []schedule.Level, b *Draft) error {
	d, y, y2 := b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		b.Eval(d, tape.X, i)
		switch {
		case to.S == 0:
			b.Lin(tape.X, tape.Term{Coef: 1, Src: d})
		case s.Naive:
			b.Apply(tape.X, d, b.extras.Degrader.At(severity(b.process, to)))
		default:
			b.Apply(y, d, b.extras.Degrader.At(severity(b.process, levels[i])))
			b.Apply(y2, d, b.extras.Degrader.At(severity(b.process, to)))
			b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: -1, Src: y}, tape.Term{Coef: 1, Src: y2})
		}
		b.Arrive(i + 1)
	}
	return nil
}

// severity is the time of a level from 0, the clean picture's, to 1. The first trained step of a stepped process is not
// yet clean.
func severity(p schedule.Process, l schedule.Level) float64 {
	if l.S == 0 {
		return 0
	}
	if s, ok := p.(schedule.Stepped); ok {
		return (l.T + 1) / float64(s.Steps())
	}
	hi, _ := p.Range()
	return l.T / hi.T
}

// The degraders of cold diffusion (A. Bansal et al., arXiv 2208.09392, section 5). All leave a picture alone at severity
// 0 and are linear.
type (
	// Heat blurs by the heat equation: frequencies fade as e^(-w·τ) with τ = (Width·t)²/2, Width in pixels.
	Heat struct{ Width float64 }
	// Pixelate takes the means of blocks, of up to Largest² pixels: a side of 2^round(t·log2 Largest).
	Pixelate struct{ Largest int }
	// Fade goes to grey, the 0 of pictures in -1..1.
	Fade struct{}
	// Mask greys a disc out, which grows from the centre to the corners; its edge is soft over a tenth of their distance.
	Mask struct{}
)

// At is the blur of a severity.
func (h Heat) At(t float64) tape.Operator {
	width := float64(h.Width * t)
	tau := 0.5 * float64(width*width)
	return Spectral{func(w float64) float64 { return exact.Exp(-float64(w * tau)) }}
}

// At is the grid of blocks of a severity.
func (p Pixelate) At(t float64) tape.Operator {
	octaves := 0
	for 2<<octaves <= p.Largest {
		octaves++
	}
	return blocks(1 << int(math.RoundToEven(t*float64(octaves))))
}

// At is the fading of a severity.
func (Fade) At(t float64) tape.Operator {
	return perPixel(func(float64) float64 { return 1 - t })
}

// At is the disc of a severity.
func (Mask) At(t float64) tape.Operator {
	const soft = 0.1
	return perPixel(func(r float64) float64 {
		return min(max((r-float64((1+soft)*t))/soft+1, 0), 1)
	})
}

// blocks is the side of the squares whose means stand for them; those at the right and lower edges may be smaller.
type blocks int

// Bind needs no tables.
func (side blocks) Bind(s tape.Shape) func(dst, src []float32) {
	b := int(side)
	return func(dst, src []float32) {
		for n := range s.N {
			for y := 0; y < s.H; y += b {
				for x := 0; x < s.W; x += b {
					for c := range s.C {
						flatten(dst, src, s, n, y, min(y+b, s.H), x, min(x+b, s.W), c)
					}
				}
			}
		}
	}
}

// flatten fills one block of a channel with its mean, summed in float64 row by row.
func flatten(dst, src []float32, s tape.Shape, n, top, bottom, left, right, c int) {
	sum := 0.0
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			sum += float64(src[((n*s.H+y)*s.W+x)*s.C+c])
		}
	}
	m := float32(sum / float64((bottom-top)*(right-left)))
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			dst[((n*s.H+y)*s.W+x)*s.C+c] = m
		}
	}
}

// perPixel multiplies each pixel by a weight of its distance from the centre, 1 at the corners.
type perPixel func(r float64) float64

// Bind makes the table of a shape.
func (f perPixel) Bind(s tape.Shape) func(dst, src []float32) {
	weight := make([]float32, s.H*s.W)
	for y := range s.H {
		for x := range s.W {
			u, v := float64(2*y+1)/float64(s.H)-1, float64(2*x+1)/float64(s.W)-1
			weight[y*s.W+x] = float32(f(math.Sqrt(0.5 * (float64(u*u) + float64(v*v)))))
		}
	}
	return func(dst, src []float32) {
		for at := range s.N * s.H * s.W {
			w := weight[at%len(weight)]
			for c := range s.C {
				dst[at*s.C+c] = w * src[at*s.C+c]
			}
		}
	}
}

// GDDIMBlur is DDIM(η) on each frequency of a schedule.Blur, with that frequency's a_k = a·Fade in the place of a:
//
//	x~' = a_k,T·D~ + √(s_T² - v_k)·e~ + √v_k·z~,  v_k = η²·s_T²·(1 - (s_T·a_k,S/(a_k,T·s_S))²)
//
// Q. Zhang et al., gDDIM, arXiv 2206.05564, section 4 (blurring diffusion).
//
// Order 1 (weak order 1 for η > 0); one evaluation a step.
type GDDIMBlur struct{ Eta float64 }

var gddimBlurInfo = Info{
	Kind: KindGDDIMBlur, Name: "gddim-blur", File: "cold.go",
	Line:   "ddim on each frequency of a process that blurs while it adds noise",
	Source: "Zhang et al., arXiv 2206.05564", Order: 1, Evals: perStep,
	Formula: "x~' = a_k,T D~ + √(s_T² - v_k) e~ + √v_k z~",
	Knobs:   []Knob{knob(Eta, 0, 0, 1)}, Needs: NeedsBlur,
	tape: func(o Options) Solver { return GDDIMBlur{o.Value(Eta)} },
}

// Compile emits the tape.
func (s GDDIMBlur) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	blur, ok := b.process.(*schedule.Blur)
	if !ok {
		return &tape.LevelsError{Problem: "the process does not blur"}
	}
	d, z, y := b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if to.S == 0 {
			b.Lin(tape.X, tape.Term{Coef: 1, Src: d})
			b.Arrive(i + 1)
			continue
		}
		at := func(w float64) marginal {
			one, other := from, to
			one.A, other.A = float64(from.A*blur.Fade(w, from)), float64(to.A*blur.Fade(w, to))
			return newMarginal(one, other, s.Eta)
		}
		b.Apply(y, tape.X, Spectral{func(w float64) float64 { return at(w).keep }})
		b.Lin(tape.X, tape.Term{Coef: 1, Src: y})
		b.Apply(y, d, Spectral{func(w float64) float64 { return at(w).w }})
		b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: 1, Src: y})
		if s.Eta > 0 {
			b.Noise(z)
			b.Apply(y, z, Spectral{func(w float64) float64 { return math.Sqrt(at(w).v) }})
			b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: 1, Src: y})
		}
		b.Arrive(i + 1)
	}
	return nil
}

// Spectral multiplies each frequency of a picture by a weight, between two cosine transforms along both sides of each
// channel:
//
//	x~_k = Σ_n c_k·√(2/N)·cos(π(n + 1/2)k/N)·x_n,  c_0 = 1/√2, else 1
//
// (N. Ahmed et al., Discrete cosine transform, 1974; orthonormal, so that white noise stays white).
type Spectral struct {
	// Weight is that of the frequency with the eigenvalue w = π²·(i²/H² + j²/W²) of the heat equation.
	Weight func(w float64) float64
}

// Bind makes the tables of a shape.
func (o Spectral) Bind(s tape.Shape) func(dst, src []float32) {
	rows, cols := cosines(s.H), cosines(s.W)
	weight := make([]float32, s.H*s.W)
	for i := range s.H {
		for j := range s.W {
			u, v := math.Pi*float64(i)/float64(s.H), math.Pi*float64(j)/float64(s.W)
			weight[i*s.W+j] = float32(o.Weight(float64(u*u) + float64(v*v)))
		}
	}
	size := s.H * s.W * s.C
	plane, other := make([]float32, s.H*s.W), make([]float32, s.H*s.W)
	return func(dst, src []float32) {
		for at := 0; at < s.N*size; at += size {
			for c := range s.C {
				for i := range plane {
					plane[i] = src[at+i*s.C+c]
				}
				along(other, plane, cols, s.W, 1, s.H, s.W, false)
				along(plane, other, rows, s.H, s.W, s.W, 1, false)
				for i, w := range weight {
					plane[i] *= w
				}
				along(other, plane, rows, s.H, s.W, s.W, 1, true)
				along(plane, other, cols, s.W, 1, s.H, s.W, true)
				for i, v := range plane {
					dst[at+i*s.C+c] = v
				}
			}
		}
	}
}

// cosines is the orthonormal table of n places, [frequency][place].
func cosines(n int) []float32 {
	table := make([]float32, n*n)
	for k := range n {
		scale := math.Sqrt(2 / float64(n))
		if k == 0 {
			scale = math.Sqrt(1 / float64(n))
		}
		for i := range n {
			table[k*n+i] = float32(scale * exact.Cos(math.Pi*float64((2*i+1)*k)/float64(2*n)))
		}
	}
	return table
}

// along multiplies each of count lines of n values by the table, or by its transpose. step leads to the next value of a
// line, next to the next line. Each sum runs in the order of its values.
func along(dst, src, table []float32, n, step, count, next int, transposed bool) {
	across, down := n, 1
	if transposed {
		across, down = 1, n
	}
	for line := range count {
		at := line * next
		for k := range n {
			sum := float32(0)
			for i := range n {
				sum += float32(table[k*across+i*down] * src[at+i*step])
			}
			dst[at+k*step] = sum
		}
	}
}
