package nn

import (
	"fmt"
	"math"

	"tintype/core/exact"
)

// A network's time enters as a row of Width numbers per picture. The three projections follow the reference
// (diffusers, torch) operation by operation in float32: an angle of a thousand radians, rounded differently,
// would move its sine by more than any tolerance. Functions are taken in float64 and rounded once.

// TimeProjection turns times into rows.
type TimeProjection interface {
	// Width is the length of a row.
	Width() int
	// Check reports a time that has no row; index names it.
	Check(times []float32) error
	// Project writes the rows of checked times to dst, [len(times), Width].
	Project(dst, times []float32)
}

// Positional is the sinusoidal embedding (Vaswani et al., arXiv 1706.03762, section 3.5, as DDPM uses it):
//
//	[sin(t f_i) | cos(t f_i)], f_i = 10000^(-i / (half - shift)), i < half = Width/2, rounded down
//
// the halves swapped if cosine comes first, and a zero behind them if Width is odd.
type Positional struct {
	width       int
	cosineFirst bool
	frequencies []float32 // [half]
}

// NewPositional returns the embedding of the given width. shift is diffusers' freq_shift; one that makes a frequency
// infinite or NaN (such as half itself) is an error.
func NewPositional(width int, shift float64, cosineFirst bool) (*Positional, error) {
	half := width / 2
	p := &Positional{width: width, cosineFirst: cosineFirst, frequencies: make([]float32, half)}
	step := float32(-math.Ln10 * 4)
	for i := range p.frequencies {
		exponent := float32(step*float32(i)) / float32(float64(half)-shift)
		f := float32(exact.Exp(float64(exponent)))
		if f-f != 0 {
			return nil, fmt.Errorf("a time embedding of %d channels then has a frequency that is not finite", width)
		}
		p.frequencies[i] = f
	}
	return p, nil
}

// Width is the length of a row.
func (p *Positional) Width() int { return p.width }

// Check asks for finite times.
func (p *Positional) Check(times []float32) error {
	for i, t := range times {
		if t-t != 0 {
			return fmt.Errorf("time %d is %v: expected a finite number", i, t)
		}
	}
	return nil
}

// Project writes the rows.
func (p *Positional) Project(dst, times []float32) {
	half := len(p.frequencies)
	sine, cosine := 0, half
	if p.cosineFirst {
		sine, cosine = half, 0
	}
	for n, t := range times {
		row := dst[n*p.width:][:p.width]
		for i, f := range p.frequencies {
			s, c := exact.Sincos(float64(float32(t * f)))
			row[sine+i], row[cosine+i] = float32(s), float32(c)
		}
		if p.width%2 == 1 {
			row[p.width-1] = 0
		}
	}
}

// Fourier embeds the logarithm of a noise level at random frequencies (Song et al., arXiv 2011.13456, appendix C):
//
//	[sin(2π w_i log t) | cos(2π w_i log t)], w stored with the network
type Fourier struct{ w []float32 }

// NewFourier loads name.weight [frequencies].
func NewFourier(l *Loader, name string, frequencies int) (*Fourier, error) {
	w, err := l.Tensor(name+".weight", frequencies)
	return &Fourier{w}, err
}

// Width is the length of a row.
func (f *Fourier) Width() int { return 2 * len(f.w) }

// Check asks for positive, finite noise levels.
func (f *Fourier) Check(times []float32) error {
	for i, t := range times {
		if !(t > 0) || t-t != 0 {
			return fmt.Errorf("time %d is %v: a fourier time embedding needs a noise level above 0", i, t)
		}
	}
	return nil
}

// Project writes the rows.
func (f *Fourier) Project(dst, times []float32) {
	for n, t := range times {
		row := dst[n*f.Width():][:f.Width()]
		log := float32(exact.Log(float64(t)))
		for i, w := range f.w {
			angle := float32(float32(float32(log*w)*2) * math.Pi)
			s, c := exact.Sincos(float64(angle))
			row[i], row[len(f.w)+i] = float32(s), float32(c)
		}
	}
}

// Embedding is a learned table: row t of it stands for the whole number t.
type Embedding struct {
	count, width int
	table        []float32 // [count, width]
}

// NewEmbedding loads name.weight [count, width].
func NewEmbedding(l *Loader, name string, count, width int) (*Embedding, error) {
	table, err := l.Tensor(name+".weight", count, width)
	return &Embedding{count: count, width: width, table: table}, err
}

// Count is the number of rows.
func (e *Embedding) Count() int { return e.count }

// Width is the length of a row.
func (e *Embedding) Width() int { return e.width }

// Check asks for whole numbers that have a row.
func (e *Embedding) Check(times []float32) error {
	for i, t := range times {
		if !(t >= 0 && t < float32(e.count)) || float32(int(t)) != t {
			return fmt.Errorf("time %d is %v: a learned time embedding needs a whole number from 0 to %d", i, t, e.count-1)
		}
	}
	return nil
}

// Project writes the rows.
func (e *Embedding) Project(dst, times []float32) {
	for n, t := range times {
		copy(dst[n*e.width:][:e.width], e.Row(int(t)))
	}
}

// Row is row i.
func (e *Embedding) Row(i int) []float32 { return e.table[i*e.width:][:e.width] }
