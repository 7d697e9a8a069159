package kernel

// Frame says how a picture lies in a larger one of zeros, which is how a
// convolution reads it: framed pictures are [H,W,C], and pixel (0, 0) of the
// picture lies at (Top, Left). With Double every pixel of the source is four of
// the picture (nearest neighbour): upsampling costs the convolution no pass.
type Frame struct {
	H, W, C   int // framed
	Top, Left int
	Ph, Pw    int // picture, after doubling
	Double    bool
}

// Norm is what happens to a picture on its way into a frame: channel c becomes
// silu(x·Gain[c] + Shift[c]). The zero Norm leaves it alone.
type Norm struct{ Gain, Shift []float32 }

// Fill writes rows from to to of one framed picture to dst [to-from,W,C]: zeros
// around, and inside channels [at, at+c) of every pixel from x [Ph,Pw,c] (half of
// that with Double), through norm, whose first entry is channel 0 of dst. Several
// sources are joined along the channels by a call each; every call writes the
// border of its own channels. dst does not alias x. Calls with other rows or
// channels may run beside it.
func (f Frame) Fill(dst, x []float32, norm Norm, at, c, from, to int) {
	if from < 0 || to > f.H {
		panic("kernel: Frame.Fill: rows out of range")
	}
	f.check(dst, x, norm, at, c, to-from)
	if c == 0 {
		return
	}
	if norm.Gain != nil {
		norm = Norm{norm.Gain[at : at+c], norm.Shift[at : at+c]}
	}
	fillSlot.run(fillJob{f, dst, x, norm, at, c, from}, to-from, (to-from)*f.W*c*f.work(norm))
}

// fillJob is a Fill by rows, dst beginning with the row first.
type fillJob struct {
	f            Frame
	dst, x       []float32
	norm         Norm
	at, c, first int
}

var fillSlot slot[fillJob]

// work is what one element costs.
func (f Frame) work(norm Norm) int {
	if norm.Gain != nil {
		return workExp
	}
	return workMove
}

func (j fillJob) share(from, to int) {
	f, x, norm, at, c := j.f, j.x, j.norm, j.at, j.c
	for y := j.first + from; y < j.first+to; y++ {
		row := j.dst[(y-j.first)*f.W*f.C+at : (y-j.first+1)*f.W*f.C]
		if y < f.Top || y >= f.Top+f.Ph {
			clearPixels(row, c, f.C, f.W)
			continue
		}
		clearPixels(row, c, f.C, f.Left)
		if right := f.Left + f.Pw; right < f.W {
			clearPixels(row[right*f.C:], c, f.C, f.W-right)
		}
		if f.Pw == 0 {
			continue
		}
		inside := row[f.Left*f.C:]
		if !f.Double {
			f.fillRow(inside, x[(y-f.Top)*f.Pw*c:], norm, c, f.C)
			continue
		}
		half := f.Pw / 2
		f.fillRow(inside, x[(y-f.Top)/2*half*c:], norm, c, 2*f.C)
		for p := range half {
			copy(inside[(2*p+1)*f.C:][:c], inside[2*p*f.C:][:c])
		}
	}
}

// fillRow writes a source row of c channels to pixels that lie ld floats apart.
func (f Frame) fillRow(dst, x []float32, norm Norm, c, ld int) {
	pixels := f.Pw
	if f.Double {
		pixels /= 2
	}
	switch {
	case norm.Gain != nil:
		affineSiLU(dst, x, norm.Gain, norm.Shift, ld, pixels)
	case c == ld:
		copy(dst[:pixels*c], x[:pixels*c])
	default:
		for p := range pixels {
			copy(dst[p*ld:][:c], x[p*c:][:c])
		}
	}
}

func clearPixels(x []float32, c, ld, pixels int) {
	if c == ld {
		clear(x[:pixels*c])
		return
	}
	for p := range pixels {
		clear(x[p*ld:][:c])
	}
}

func (f Frame) check(dst, x []float32, norm Norm, at, c, rows int) {
	source := f.Ph * f.Pw * c
	if f.Double {
		source /= 4
	}
	switch {
	case f.Top < 0 || f.Left < 0 || f.Ph < 0 || f.Pw < 0 || f.Top+f.Ph > f.H || f.Left+f.Pw > f.W:
		panic("kernel: Frame.Fill: the picture leaves the frame")
	case f.Double && (f.Ph%2 != 0 || f.Pw%2 != 0):
		panic("kernel: Frame.Fill: a doubled picture has even sides")
	case at < 0 || c < 0 || at+c > f.C:
		panic("kernel: Frame.Fill: channels out of range")
	case len(dst) < rows*f.W*f.C || len(x) < source:
		panic("kernel: Frame.Fill: slice too short")
	case len(norm.Gain) != len(norm.Shift) || norm.Gain != nil && len(norm.Gain) < at+c:
		panic("kernel: Frame.Fill: gain or shift too short")
	}
}
