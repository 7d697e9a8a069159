package classify

import (
	"math"

	"tintype/core/schedule"
)

// A noise level enters as the harmonics of its angle φ:
//
//	cos φ = A/√(A²+S²), sin φ = S/√(A²+S²);  row = [cos φ, sin φ, cos 2φ, sin 2φ, …]
//
// (the angle of T. Salimans, J. Ho, arXiv 2202.00512, appendix D). The picture is scaled by 1/√(A²+S²), so that the
// network sees the same of every process at the same signal-to-noise ratio: it was trained with one process and
// serves all. The angle is finite at both ends, and its harmonics follow by addition of angles, without a sine.

// harmonics writes the row of a level, [2·count].
func harmonics(row []float32, l schedule.Level) {
	scale := 1 / rate(l)
	cos, sin := l.A*scale, l.S*scale
	c, s := cos, sin
	for k := 0; k < len(row); k += 2 {
		row[k], row[k+1] = float32(c), float32(s)
		c, s = float64(c*cos)-float64(s*sin), float64(s*cos)+float64(c*sin)
	}
}

// rate is √(A²+S²).
func rate(l schedule.Level) float64 { return math.Sqrt(float64(l.A*l.A) + float64(l.S*l.S)) }
