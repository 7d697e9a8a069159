package picture

import (
	"errors"
	"image"
)

// pixelsMost is how many pixels a picture may have that is read.
const pixelsMost = 50_000_000

// A raster is how a PNG file holds its pixels (ISO/IEC 15948, 11.2.2).
type raster struct {
	width, height   int
	depth, channels int
	palette, grey   bool
	interlaced      bool
	colours, alphas []byte // PLTE and tRNS
	out             *image.NRGBA
}

// DecodePNG reads a PNG file of any kind. Samples of more or fewer than eight bits are scaled to 0..255 and rounded to
// the nearest, as a model's pictures have it. Colour profiles and gamma are not applied, an animation is its still
// picture.
func DecodePNG(file []byte, inflate Inflate) (*image.NRGBA, error) {
	r := &raster{}
	var stream []byte
	err := walk(file, func(c chunk) (bool, error) {
		switch {
		case c.name == "IHDR" && r.out == nil:
			if err := r.header(c.data); err != nil {
				return false, err
			}
		case r.out == nil:
			return false, errDamaged
		case c.name == "PLTE":
			r.colours = c.data
		case c.name == "tRNS":
			r.alphas = c.data
		case c.name == "IDAT":
			stream = append(stream, c.data...)
		default:
			return true, nil // what it says cannot change a pixel
		}
		if !c.sound() {
			return false, errDamaged
		}
		return true, nil
	})
	switch {
	case err != nil:
		return nil, err
	case r.out == nil || r.palette && (len(r.colours) == 0 || len(r.colours)%3 != 0):
		return nil, errDamaged
	case len(r.alphas) < 2*r.channels && r.channels%2 == 1 && !r.palette:
		r.alphas = nil // shorter than one colour
	}
	raw, err := inflate(stream, r.length())
	if err != nil {
		return nil, errDamaged
	}
	if len(raw) < r.length() {
		return nil, errCut
	}
	return r.out, r.fill(raw)
}

// header reads IHDR.
func (r *raster) header(data []byte) error {
	if len(data) != 13 || data[10] != 0 || data[11] != 0 || data[12] > 1 {
		return errDamaged
	}
	w, h := be(data[:4]), be(data[4:8])
	if w == 0 || h == 0 || w > pixelsMost/h {
		return errors.New("a PNG file of too many pixels, or none")
	}
	depth, colour := int(data[8]), data[9]
	r.width, r.height, r.depth, r.interlaced = w, h, depth, data[12] == 1
	r.palette, r.grey = colour == 3, colour == 0 || colour == 4
	depths := 8 | 16 // each is one bit
	switch colour {
	case 0:
		r.channels, depths = 1, 1|2|4|8|16
	case 2:
		r.channels = 3
	case 3:
		r.channels, depths = 1, 1|2|4|8
	case 4:
		r.channels = 2
	case 6:
		r.channels = 4
	}
	if r.channels == 0 || depth == 0 || depth&(depth-1) != 0 || depth&depths == 0 {
		return errDamaged
	}
	r.out = image.NewNRGBA(image.Rect(0, 0, r.width, r.height))
	return nil
}

// A pass is every so many pixels of every so many rows.
type pass struct{ x, y, dx, dy int }

// adam7 are the passes of an interlaced picture (8.2).
var adam7 = [...]pass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

func (r *raster) passes() []pass {
	if r.interlaced {
		return adam7[:]
	}
	return []pass{{0, 0, 1, 1}}
}

// of is a pass's size in pixels and the bytes of its rows without their filter.
func (r *raster) of(p pass) (w, h, row int) {
	w, h = (r.width-p.x+p.dx-1)/p.dx, (r.height-p.y+p.dy-1)/p.dy
	if w <= 0 || h <= 0 {
		return 0, 0, 0
	}
	return w, h, (w*r.channels*r.depth + 7) / 8
}

// length is how many bytes all rows have.
func (r *raster) length() (n int) {
	for _, p := range r.passes() {
		_, h, row := r.of(p)
		n += h * (1 + row)
	}
	return n
}

// fill puts the rows into the picture.
func (r *raster) fill(raw []byte) error {
	for _, p := range r.passes() {
		w, h, n := r.of(p)
		above := make([]byte, n)
		for y := range h {
			row := raw[1 : 1+n]
			if err := unfilter(raw[0], row, above, max(r.channels*r.depth/8, 1)); err != nil {
				return err
			}
			for x := range w {
				r.put(r.out.Pix[4*((p.y+y*p.dy)*r.width+p.x+x*p.dx):], row, x)
			}
			above, raw = row, raw[1+n:]
		}
	}
	return nil
}

// unfilter undoes a row's filter (9.2); back is how many bytes the pixel to the left is away.
func unfilter(filter byte, row, above []byte, back int) error {
	if filter > 4 {
		return errDamaged
	}
	for i := range row {
		var left, corner byte
		if i >= back {
			left, corner = row[i-back], above[i-back]
		}
		switch filter {
		case 1:
			row[i] += left
		case 2:
			row[i] += above[i]
		case 3:
			row[i] += byte((int(left) + int(above[i])) / 2)
		case 4:
			row[i] += paeth(int(left), int(above[i]), int(corner))
		}
	}
	return nil
}

// paeth is the one of left, above and corner that left + above - corner is nearest to.
func paeth(a, b, c int) byte {
	p := a + b - c
	da, db, dc := max(p-a, a-p), max(p-b, b-p), max(p-c, c-p)
	switch {
	case da <= db && da <= dc:
		return byte(a)
	case db <= dc:
		return byte(b)
	}
	return byte(c)
}

// put makes pixel x of a row one of eight bits.
func (r *raster) put(to, row []byte, x int) {
	most := 1<<r.depth - 1
	key := len(r.alphas) > 0 && r.channels%2 == 1 // one colour is transparent
	for c := range r.channels {
		v := r.sample(row, x*r.channels+c)
		if r.palette {
			r.paint(to, v)
			return
		}
		key = key && v == be(r.alphas[2*c:2*c+2])
		to[c] = byte((v*255 + most/2) / most)
	}
	if r.grey {
		to[3], to[1], to[2] = to[1], to[0], to[0]
	}
	if r.channels%2 == 1 {
		to[3] = 255
	}
	if key {
		to[3] = 0
	}
}

// paint is a colour of the palette; one beyond its end is black.
func (r *raster) paint(to []byte, i int) {
	to[3] = 255
	if 3*i < len(r.colours) {
		copy(to[:3], r.colours[3*i:])
	}
	if i < len(r.alphas) {
		to[3] = r.alphas[i]
	}
}

// sample is the number i of a row, of the raster's depth.
func (r *raster) sample(row []byte, i int) int {
	switch r.depth {
	case 16:
		return be(row[2*i : 2*i+2])
	case 8:
		return int(row[i])
	}
	per := 8 / r.depth
	return int(row[i/per]>>(8-r.depth*(i%per+1))) & (1<<r.depth - 1)
}
