package kernel

// Elementwise operations. dst may be the very slice of an input, at the same
// offset; otherwise they do not overlap.

// Add computes dst[i] = a[i] + b[i]. The three lengths are equal.
func Add(dst, a, b []float32) {
	if len(a) != len(dst) || len(b) != len(dst) {
		panic("kernel: Add: lengths differ")
	}
	addSlot.run(addJob{dst, a, b}, blocks(dst), len(dst)*workAdd)
}

type addJob struct{ dst, a, b []float32 }

var addSlot slot[addJob]

func (j addJob) share(from, to int) {
	p, q := within(j.dst, from, to)
	add(j.dst[p:q], j.a[p:q], j.b[p:q])
}

// Scale computes dst[i] = x[i]·s. The two lengths are equal.
func Scale(dst, x []float32, s float32) {
	if len(x) != len(dst) {
		panic("kernel: Scale: lengths differ")
	}
	scaleSlot.run(scaleJob{dst, x, s}, blocks(dst), len(dst)*workAdd)
}

type scaleJob struct {
	dst, x []float32
	s      float32
}

var scaleSlot slot[scaleJob]

func (j scaleJob) share(from, to int) {
	p, q := within(j.dst, from, to)
	scale(j.dst[p:q], j.x[p:q], j.s)
}

// AddBias adds bias [cols] to every row of dst [rows,cols].
func AddBias(dst, bias []float32, rows, cols int) {
	if rows < 0 || cols < 0 || len(dst) < rows*cols || len(bias) < cols {
		panic("kernel: AddBias: slice too short")
	}
	if cols > 0 {
		rowSlot.run(rowJob{dst, dst, bias[:cols]}, rows, rows*cols*workAdd)
	}
}

// rowJob adds row to each run of as many floats.
type rowJob struct{ dst, x, row []float32 }

var rowSlot slot[rowJob]

func (j rowJob) share(from, to int) {
	p, q := from*len(j.row), to*len(j.row)
	addRows(j.dst[p:q], j.x[p:q], j.row)
}

// Elementwise jobs go by blocks of 64 floats, a multiple of every vector.
const blockLen = 64

func blocks(x []float32) int { return (len(x) + blockLen - 1) / blockLen }

// within returns the bounds of blocks [from, to) of x.
func within(x []float32, from, to int) (int, int) {
	return from * blockLen, min(to*blockLen, len(x))
}
