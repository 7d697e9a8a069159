package kernel

// Matrix products over a packed right-hand side.
//
//	dst[i][j] = (accumulate ? dst[i][j] : 0) + Σ_k a[i][k]·b[k][j]
//
// The sum runs over k in ascending order, one product at a time, each product
// rounded before it is added. Lanes of a vector are columns j, so the result
// does not depend on the vector length, on the tile or on the cache block.
//
// b is packed once into panels of panelWidth columns, each panel [k][width]
// contiguous and padded with zero columns: a tile then reads b as one forward
// stream. a and dst are read and written in place with a row stride.

// blockFloats bounds the rows of a that one sweep over the panels of b reads:
// 64 Ki floats are 256 KiB, which leaves most of a 512 KiB second-level cache
// to b.
const blockFloats = 1 << 16

// MaxPanel is a multiple of every build's and machine's panelWidth. Of a matrix
// as many columns, or a multiple of that, may be packed at a time: the results
// one after the other are those of the whole.
const MaxPanel = 32

// PackedLen returns the number of float32s that Pack and PackT write for a
// k by n matrix. It depends on the panel width of this build and machine, so
// packed data never leaves the process.
func PackedLen(k, n int) int {
	if k < 0 || n < 0 {
		panic("kernel: PackedLen: negative size")
	}
	w := panelWidth()
	return (n + w - 1) / w * w * k
}

// Pack writes b, stored [k][n] with row stride ldb, to dst as panels.
// len(dst) is at least PackedLen(k, n).
func Pack(dst, b []float32, ldb, k, n int) {
	if len(dst) < PackedLen(k, n) {
		panic("kernel: Pack: dst too short")
	}
	checkMatrix("kernel: Pack: b too short", b, ldb, k, n)
	pack(dst, b, ldb, k, n, false)
}

// PackT is Pack for a matrix stored transposed, [n][k] with row stride ldb: a
// torch Linear weight, or the keys of attention.
func PackT(dst, b []float32, ldb, k, n int) {
	if len(dst) < PackedLen(k, n) {
		panic("kernel: PackT: dst too short")
	}
	checkMatrix("kernel: PackT: b too short", b, ldb, n, k)
	pack(dst, b, ldb, k, n, true)
}

// pack writes element (row, col) of b, at b[row*ld+col] or transposed at
// b[col*ld+row], to dst[(col/width)*k*width + row*width + col%width], zeros where
// col >= n.
func pack(dst, b []float32, ld, k, n int, transposed bool) {
	if k > 0 {
		packSlot.run(packJob{dst, b, ld, k, n, transposed}, (n+panelWidth()-1)/panelWidth(), k*n*workPack)
	}
}

// packJob is a pack by panels.
type packJob struct {
	dst, b     []float32
	ld, k, n   int
	transposed bool
}

var packSlot slot[packJob]

func (p packJob) share(from, to int) {
	width, k := panelWidth(), p.k
	for j := from * width; j < to*width; j += width {
		panel := p.dst[j*k : (j+width)*k]
		cols := min(width, p.n-j)
		if cols < width {
			clear(panel)
		}
		if p.transposed {
			packColumns(panel, p.b[j*p.ld:], p.ld, k, cols, width)
			continue
		}
		for row := range k {
			copy(panel[row*width:], p.b[row*p.ld+j:][:cols])
		}
	}
}

// packColumns writes cols columns, rows of b that start ld apart, to a panel:
// four at a time, as what costs is the loop and its checks.
func packColumns(panel, b []float32, ld, k, cols, width int) {
	c := 0
	for ; c+4 <= cols; c += 4 {
		b0, b1, b2, b3 := b[c*ld:][:k], b[(c+1)*ld:][:k], b[(c+2)*ld:][:k], b[(c+3)*ld:][:k]
		for row, v := range b0 {
			out := panel[row*width+c:][:4]
			out[0], out[1], out[2], out[3] = v, b1[row], b2[row], b3[row]
		}
	}
	for ; c < cols; c++ {
		for row, v := range b[c*ld:][:k] {
			panel[row*width+c] = v
		}
	}
}

// Gemm computes dst[i*ldd+j] = (accumulate ? dst[i*ldd+j] : 0) + Σ_k
// a[i*lda+k]·b(k,j) for i < m and j < n, with b packed by Pack or PackT.
// dst aliases neither a nor b; nothing outside its m by n elements is written.
func Gemm(dst []float32, ldd int, a []float32, lda int, b []float32, m, n, k int, accumulate bool) {
	GemmPart(dst, ldd, a, lda, b, m, n, k, 0, k, accumulate)
}

// GemmPart is Gemm with rows from to from+k of a packed b of all rows: a product
// whose left-hand side lies in several places is a call each, in order and
// accumulating, with the bits of one Gemm.
func GemmPart(dst []float32, ldd int, a []float32, lda int, b []float32, m, n, k, from, all int, accumulate bool) {
	checkMatrix("kernel: Gemm: dst too short", dst, ldd, m, n)
	checkMatrix("kernel: Gemm: a too short", a, lda, m, k)
	if from < 0 || from+k > all || len(b) < PackedLen(all, n) {
		panic("kernel: Gemm: b too short")
	}
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !accumulate {
			clearRows(dst, ldd, m, n)
		}
		return
	}
	job := gemmJob{dst, ldd, a, lda, b[from*panelWidth():], m, n, k, all, accumulate}
	units := job.groups()
	if m <= blockRows(k) {
		units *= (n + panelWidth() - 1) / panelWidth()
	}
	gemmSlot.run(job, units, m*n*k)
}

// gemmJob is a Gemm by groups of rows, rowGroup of them: a multiple of every
// tile height. Where all rows are one block, a unit is a group of a panel, panel
// by panel, so that no thread reads all of b.
type gemmJob struct {
	dst        []float32
	ldd        int
	a          []float32
	lda        int
	b          []float32
	m, n, k    int
	all        int // rows of each panel of b, of which k are read
	accumulate bool
}

const rowGroup = 4

var gemmSlot slot[gemmJob]

func (g gemmJob) share(from, to int) {
	rows := blockRows(g.k)
	if groups := g.groups(); g.m <= rows {
		for u := from; u < to; {
			panel, group := u/groups, u%groups
			next := min((panel+1)*groups, to)
			g.panel(panel*panelWidth(), group*rowGroup, min((group+next-u)*rowGroup, g.m))
			u = next
		}
		return
	}
	end := min(to*rowGroup, g.m)
	for i := from * rowGroup; i < end; i += rows {
		for j := 0; j < g.n; j += panelWidth() {
			g.panel(j, i, min(i+rows, end))
		}
	}
}

func (g *gemmJob) groups() int { return (g.m + rowGroup - 1) / rowGroup }

// panel does rows [i, end) of the panel of b from column j on.
func (g *gemmJob) panel(j, i, end int) {
	w, k := panelWidth(), g.k
	gemmPanel(g.dst[i*g.ldd+j:], g.ldd, g.a[i*g.lda:], g.lda, g.b[j*g.all:][:k*w], end-i, min(w, g.n-j), runs{k, 1, k}, g.accumulate)
}

// clearRows writes the empty sum.
func clearRows(dst []float32, ldd, m, n int) {
	for i := range m {
		clear(dst[i*ldd:][:n])
	}
}

// blockRows returns how many rows of k > 0 floats make up a block, a multiple of
// every tile height.
func blockRows(k int) int {
	return max(blockFloats/k/64, 1) * 64
}

// checkMatrix panics with msg unless x holds rows by cols elements at stride ld.
func checkMatrix(msg string, x []float32, ld, rows, cols int) {
	if rows < 0 || cols < 0 || ld < cols {
		panic("kernel: negative size, or row stride below the row's length")
	}
	if rows > 0 && cols > 0 && len(x) < (rows-1)*ld+cols {
		panic(msg)
	}
}
