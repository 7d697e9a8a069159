package compile

import "tintype/core/tensor"

// band is some whole pictures, or some rows of one.
type band struct {
	picture, n int // the first, and how many
	y, h       int // rows of the result
	top, rows  int // framed rows under them
	kept, step int // of these the first ones, which the band before has framed so many rows further down
}

// cut divides n results of h rows, in tiles of so many rows, into bands of up to so many pictures, or where that is
// less than one, of up to so many rows of tiles. Row y of a result reads three framed rows from y·stride on.
func cut(n, h, tile, stride, pictures, rows int) (bands []band) {
	all := (h + tile - 1) / tile
	if pictures > 0 {
		pictures, rows = even(n, pictures), all
	} else {
		pictures, rows = 1, even(all, rows)
	}
	for i := 0; i < n; i += pictures {
		for y := 0; y < all; y += rows {
			s := band{picture: i, n: min(pictures, n-i), y: y * tile, top: y * tile * stride}
			s.h = min(rows*tile, h-s.y)
			s.rows = min(rows, all-y)*tile*stride + 3 - stride
			if y > 0 {
				s.kept, s.step = 3-stride, rows*tile*stride
			}
			bands = append(bands, s)
		}
	}
	return bands
}

// even is the size of the parts when count is divided into as few as there must be of at most most: the last part is
// not much smaller than the others.
func even(count, most int) int {
	parts := (count + max(most, 1) - 1) / max(most, 1)
	return (count + parts - 1) / parts
}

// of is the band's part of t, a tensor of the result's size.
func (s band) of(t *tensor.Tensor) []float32 {
	row := t.W * t.C
	return t.Data[(s.picture*t.H+s.y)*row:][:((s.n-1)*t.H+s.h)*row]
}
