package golden

import (
	"fmt"
	"math"
)

// Limit is the largest relative error that passes.
const Limit = 1e-4

// Difference is how far an output is from the recorded one.
type Difference struct {
	largest float64 // absolute error
	Scale   float64 // largest |recorded|
}

// Compare measures have against want, of equal length; a NaN on either side is an infinite error.
func Compare(have, want []float32) Difference {
	var d Difference
	for i, w := range want {
		d.Scale = max(d.Scale, math.Abs(float64(w)))
		e := math.Abs(float64(have[i]) - float64(w))
		if math.IsNaN(e) {
			e = math.Inf(1)
		}
		d.largest = max(d.largest, e)
	}
	return d
}

// Relative is the largest absolute error over the largest |recorded|.
func (d Difference) Relative() float64 {
	if d.largest == 0 {
		return 0
	}
	return d.largest / d.Scale
}

// Pass says whether the error is within Limit.
func (d Difference) Pass() bool { return d.Relative() <= Limit }

func (d Difference) String() string { return fmt.Sprintf("abs %.3e rel %.3e", d.largest, d.Relative()) }
