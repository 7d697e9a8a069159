package denoise

import (
	"math"
	"slices"
	"testing"

	"tintype/core/schedule"
)

// fixed estimates the same values whatever x is.
type fixed []float32

func (f fixed) Denoise(dst, x []float32, l schedule.Level) error {
	copy(dst, f)
	return nil
}

// quantile sorts, as the definition says.
func quantile(x []float32, q float64) float64 {
	abs := make([]float64, len(x))
	for i, v := range x {
		abs[i] = math.Abs(float64(v))
	}
	slices.Sort(abs)
	at := q * float64(len(abs)-1)
	i := int(at)
	if i == len(abs)-1 {
		return abs[i]
	}
	return abs[i] + (at-float64(i))*(abs[i+1]-abs[i])
}

func TestThreshold(t *testing.T) {
	for per := 1; per < 100; per++ {
		d := make([]float32, 2*per)
		for i := range d {
			d[i] = float32(3 * math.Sin(float64(i*i)*0.7+float64(per)))
			if i%7 == 0 {
				d[i] = 1.25 // equal values
			}
			if i >= per {
				d[i] *= 0.2 // the second picture lies within its range
			}
		}
		for _, q := range []float64{0, 0.5, 0.9, 0.995, 1} {
			for _, most := range []float64{1, 1.5, math.Inf(1)} {
				got := make([]float32, len(d))
				if err := NewThreshold(fixed(d), per, q, most).Denoise(got, d, schedule.Level{A: 1}); err != nil {
					t.Fatal(err)
				}
				for k := 0; k < len(d); k += per {
					s := max(1, min(most, quantile(d[k:k+per], q)))
					for i, v := range d[k : k+per] {
						want := max(-s, min(s, float64(v))) / s
						if math.Abs(float64(got[k+i])-want) > 1e-6 {
							t.Fatalf("%d values, q %v, max %v: value %d of %v is %v, want %v", per, q, most, i, d[k:k+per], got[k+i], want)
						}
					}
				}
			}
		}
	}
}

func TestThresholdAllocatesNothing(t *testing.T) {
	d := make([]float32, 300)
	for i := range d {
		d[i] = float32(i%17) - 8
	}
	th := NewThreshold(fixed(d), 100, 0.9, math.Inf(1))
	dst := make([]float32, len(d))
	if n := testing.AllocsPerRun(10, func() { th.Denoise(dst, d, schedule.Level{A: 1}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
