package kernel

// The 3x3 convolution of NHWC pictures, without padding of its own:
//
//	dst[y][x][o] = bias[o] + Σ_ky Σ_kx Σ_c w[o][c][ky][kx]·in[y·s+ky][x·s+kx][c]
//
// The input is framed with zeros beforehand (Frame), so the three pixels under a
// row of the filter are one contiguous run of 3·cin floats, and the runs of
// neighbouring outputs start s·cin floats apart: an output row is three matrix
// products over overlapping rows of a, with no im2col copy. The sum runs over
// ky, kx, c in ascending order, then the bias is added.
//
// A 1x1 convolution is Gemm over the pixels.

// PackedConv3x3Len returns the number of float32s that PackConv3x3 writes.
func PackedConv3x3Len(cin, cout int) int { return PackedLen(9*cin, cout) }

// PackConv3x3 packs a torch weight w [cout][cin][3][3] for Conv3x3: panels of
// the matrix [(ky, kx, cin)][cout].
func PackConv3x3(dst, w []float32, cin, cout int) {
	if len(dst) < PackedConv3x3Len(cin, cout) {
		panic("kernel: PackConv3x3: dst too short")
	}
	if len(w) < 9*cin*cout {
		panic("kernel: PackConv3x3: w too short")
	}
	width := panelWidth()
	for j := 0; j < cout; j += width {
		panel := dst[j*9*cin : (j+width)*9*cin]
		clear(panel)
		for o := j; o < min(j+width, cout); o++ {
			for c := 0; c < cin; c++ {
				for t, v := range w[(o*cin+c)*9:][:9] {
					panel[(t*cin+c)*width+o-j] = v
				}
			}
		}
	}
}

// Conv3x3 convolves padded [n,hp,wp,cin] with weights from PackConv3x3 into
// dst [n,ho,wo,cout]; bias is [cout], or nil for none. Output pixel (y, x)
// reads the 3x3 pixels from (y·stride, x·stride) of padded. dst aliases none
// of the others.
func Conv3x3(dst, padded, packed, bias []float32, n, hp, wp, cin, ho, wo, cout, stride int) {
	checkConv(dst, padded, packed, bias, n, hp, wp, cin, ho, wo, cout, stride)
	if cout == 0 || wo == 0 {
		return
	}
	convSlot.run(convJob{dst, padded, packed, bias, hp, wp, cin, ho, wo, cout, stride}, n*ho, n*ho*wo*9*cin*cout)
}

// convJob is a Conv3x3 by rows of its output.
type convJob struct {
	dst, padded, packed, bias         []float32
	hp, wp, cin, ho, wo, cout, stride int
}

var convSlot slot[convJob]

func (v convJob) share(from, to int) {
	width := panelWidth()
	wp, cin, ho, wo, cout := v.wp, v.cin, v.ho, v.wo, v.cout
	k := 3 * cin
	// Like Gemm's blocks of rows: as many picture rows as stay in the cache
	// while every panel passes over them.
	block := max(blockFloats/max(wp*cin*v.stride, 1), 1)
	for row := from; row < to; row += block {
		end := min(row+block, to)
		for j := 0; j < cout; j += width {
			panel := v.packed[j*3*k : (j+width)*3*k]
			for r := row; r < end; r++ {
				top := (r/ho*v.hp + r%ho*v.stride) * wp * cin
				out := v.dst[r*wo*cout+j:]
				gemmPanel(out, cout, v.padded[top:], v.stride*cin, panel, wo, min(width, cout-j), runs{k, 3, wp * cin}, false)
			}
		}
		if v.bias != nil {
			out := v.dst[row*wo*cout : end*wo*cout]
			addRows(out, out, v.bias[:cout])
		}
	}
}

func checkConv(dst, padded, packed, bias []float32, n, hp, wp, cin, ho, wo, cout, stride int) {
	switch {
	case n < 0 || hp < 0 || wp < 0 || cin < 0 || ho < 0 || wo < 0 || cout < 0 || stride < 1:
		panic("kernel: Conv3x3: negative size, or stride below 1")
	case ho > 0 && (ho-1)*stride+3 > hp, wo > 0 && (wo-1)*stride+3 > wp:
		panic("kernel: Conv3x3: output reaches past the padded input")
	case len(padded) < n*hp*wp*cin:
		panic("kernel: Conv3x3: padded too short")
	case len(packed) < PackedConv3x3Len(cin, cout):
		panic("kernel: Conv3x3: packed too short")
	case len(dst) < n*ho*wo*cout:
		panic("kernel: Conv3x3: dst too short")
	case bias != nil && len(bias) < cout:
		panic("kernel: Conv3x3: bias too short")
	}
}
