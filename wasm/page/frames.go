//go:build js && wasm

package page

import "syscall/js"

// framesLimit bounds the bytes of the bitmaps of one sheet.
const framesLimit = 64 << 20

// frames is what one picture looked like after each step, or after every
// so many where all would be too much. The last step is always there.
type frames struct {
	at          []int // the steps that are kept, rising
	x, denoised []js.Value
	stride      int
}

// keep takes the bitmaps of a step. bytes is the size of both,
// times the pictures of the sheet.
func (f *frames) keep(step, total, bytes int, x, denoised js.Value) {
	if f.stride == 0 {
		for f.stride = 1; total/f.stride*bytes > framesLimit; {
			f.stride++
		}
	}
	if n := len(f.at); n > 0 && f.at[n-1]%f.stride != 0 {
		f.x[n-1].Call("close")
		f.denoised[n-1].Call("close")
		f.at, f.x, f.denoised = f.at[:n-1], f.x[:n-1], f.denoised[:n-1]
	}
	f.at, f.x, f.denoised = append(f.at, step), append(f.x, x), append(f.denoised, denoised)
}

// find is the last kept frame that is not after a step, -1 for none.
func (f *frames) find(step int) int {
	i := len(f.at) - 1
	for i > 0 && f.at[i] > step {
		i--
	}
	return i
}

// close gives the pictures' memory back at once, not when the browser thinks of it.
func (f *frames) close() {
	for i := range f.at {
		f.x[i].Call("close")
		f.denoised[i].Call("close")
	}
	*f = frames{}
}
