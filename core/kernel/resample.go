package kernel

// Upsample2x doubles x [n,h,w,c] to dst [n,2h,2w,c], each pixel repeated
// (nearest neighbour). dst does not alias x.
func Upsample2x(dst, x []float32, n, h, w, c int) {
	if n < 0 || h < 0 || w < 0 || c < 0 || len(x) < n*h*w*c || len(dst) < 4*n*h*w*c {
		panic("kernel: Upsample2x: slice too short")
	}
	upsampleSlot.run(upsampleJob{dst, x, w, c}, n*h, 4*n*h*w*c*workMove)
}

// upsampleJob is an Upsample2x by rows of x.
type upsampleJob struct {
	dst, x []float32
	w, c   int
}

var upsampleSlot slot[upsampleJob]

func (u upsampleJob) share(from, to int) {
	w, c := u.w, u.c
	for y := from; y < to; y++ {
		row := u.dst[y*4*w*c : (y+1)*4*w*c]
		for p := range w {
			pixel := u.x[(y*w+p)*c:][:c]
			copy(row[2*p*c:], pixel)
			copy(row[(2*p+1)*c:], pixel)
		}
		copy(row[2*w*c:], row[:2*w*c])
	}
}

// AvgPool2x halves x [n,h,w,c] to dst [n,h/2,w/2,c]: the mean of 2x2 pixels as
// ((top left + top right) + (bottom left + bottom right))·¼. An odd last row
// or column is dropped. dst does not alias x.
func AvgPool2x(dst, x []float32, n, h, w, c int) {
	ho, wo := h/2, w/2
	if n < 0 || h < 0 || w < 0 || c < 0 || len(x) < n*h*w*c || len(dst) < n*ho*wo*c {
		panic("kernel: AvgPool2x: slice too short")
	}
	poolSlot.run(poolJob{dst, x, h, w, c}, n*ho, n*ho*wo*c*3*workAdd)
}

// poolJob is an AvgPool2x by rows of its result.
type poolJob struct {
	dst, x  []float32
	h, w, c int
}

var poolSlot slot[poolJob]

func (j poolJob) share(from, to int) {
	w, c, ho, wo := j.w, j.c, j.h/2, j.w/2
	for y := from; y < to; y++ {
		top := j.x[(y/ho*j.h+y%ho*2)*w*c:]
		for p := range wo {
			avgPixels(j.dst[(y*wo+p)*c:][:c], top[2*p*c:][:2*c], top[(w+2*p)*c:][:2*c])
		}
	}
}

// avgPixelsGeneric averages two pixels of top with two of bottom, each
// [2,len(dst)].
func avgPixelsGeneric(dst, top, bottom []float32) { avgTail(dst, top, bottom, 0) }

// avgTail is avgPixelsGeneric from channel i on.
func avgTail(dst, top, bottom []float32, i int) {
	for c := len(dst); i < c; i++ {
		dst[i] = ((top[i] + top[c+i]) + (bottom[i] + bottom[c+i])) * 0.25
	}
}
