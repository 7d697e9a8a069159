package kernel

// Finite reports whether no element of x is an infinity or NaN.
func Finite(x []float32) bool { return finite(x) }

// finiteGeneric adds up x−x, which is 0 for a finite x and NaN for any other.
func finiteGeneric(x []float32) bool {
	s := float32(0)
	for _, v := range x {
		s += v - v
	}
	return s == 0
}
