// Package picture does with finished pictures what the page's worker and the
// command line both do, so that both give the same bytes.
package picture

import (
	"crypto/sha256"
	"encoding/hex"
	"image"
	"math"
)

// Sheet lays pictures of one size out without gaps, ceil(sqrt(n)) to a row, in
// order from the top left. What is left of the last row is transparent. A
// single picture is its own sheet.
func Sheet(pictures []*image.NRGBA) *image.NRGBA {
	if len(pictures) == 1 {
		return pictures[0]
	}
	columns := int(math.Ceil(math.Sqrt(float64(len(pictures)))))
	rows := (len(pictures) + columns - 1) / columns
	size := pictures[0].Rect.Size()
	out := image.NewNRGBA(image.Rect(0, 0, columns*size.X, rows*size.Y))
	for k, p := range pictures {
		left, top := k%columns*size.X, k/columns*size.Y
		for y := range size.Y {
			copy(out.Pix[out.PixOffset(left, top+y):], p.Pix[y*p.Stride:][:4*size.X])
		}
	}
	return out
}

// SHA256 is the hexadecimal SHA-256 of the RGBA bytes, row by row, of all
// pictures in order: what identifies a run on every platform.
func SHA256(pictures ...*image.NRGBA) string {
	sum := sha256.New()
	for _, p := range pictures {
		for y := range p.Rect.Dy() {
			sum.Write(p.Pix[y*p.Stride:][:4*p.Rect.Dx()])
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
