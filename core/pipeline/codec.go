package pipeline

import "fmt"

// Codec relates the network's pixels to a picture's.
type Codec struct {
	Kind   CodecKind
	Factor int // CodecPixelUnshuffle: the side of the block of pixels that one pixel of the network holds
}

// CodecKind names a codec.
type CodecKind uint8

// The codecs.
const (
	CodecNone           CodecKind = iota // the network works on the picture itself
	CodecPixelUnshuffle                  // space to depth: network channel = (c·f + dy)·f + dx
	codecKinds
)

var codecNames = [codecKinds]string{"none", "pixel_unshuffle"}

func (k CodecKind) String() string {
	if k >= codecKinds {
		return "unknown codec"
	}
	return codecNames[k]
}

// factor is the side of a block.
func (c Codec) factor() int {
	if c.Kind == CodecPixelUnshuffle {
		return c.Factor
	}
	return 1
}

// check returns an error unless the codec can stand before a network with c channels.
func (c Codec) check(channels int) error {
	f := c.factor()
	switch {
	case c.Kind >= codecKinds:
		return clash(SettingModel, "use none or pixel_unshuffle", "codec %d does not exist", c.Kind)
	case f < 1 || f > 64:
		return clash(SettingModel, "use a factor from 1 to 64", "%v by a factor of %d", c.Kind, f)
	case channels%(f*f) != 0:
		return clash(SettingModel, fmt.Sprintf("use a network whose channels divide by %d", f*f),
			"%v by %d with a network of %d channels", c.Kind, f, channels)
	}
	return nil
}

// picture is the size of the picture that a network input of [h,w,c] holds.
func (c Codec) picture(h, w, channels int) (int, int, int) {
	f := c.factor()
	return h * f, w * f, channels / (f * f)
}

// decode writes the picture [h·f, w·f, c/f²] of one network input [h,w,c]; dst and x do not overlap.
func (c Codec) decode(dst, x []float32, h, w, channels int) {
	c.each(h, w, channels, func(pixel, at int) { dst[pixel] = x[at] })
}

// encode is the inverse of decode.
func (c Codec) encode(dst, x []float32, h, w, channels int) {
	c.each(h, w, channels, func(pixel, at int) { dst[at] = x[pixel] })
}

// each visits every value of a network input [h,w,c], at being its place there and pixel its place in the picture.
func (c Codec) each(h, w, channels int, visit func(pixel, at int)) {
	f := c.factor()
	pc := channels / (f * f)
	for y := range h {
		for col := range w {
			for i := range channels { // i = (ch·f + dy)·f + dx
				ch, dy, dx := i/(f*f), i/f%f, i%f
				visit(((y*f+dy)*w*f+col*f+dx)*pc+ch, (y*w+col)*channels+i)
			}
		}
	}
}
