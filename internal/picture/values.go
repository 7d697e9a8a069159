package picture

import "image"

// White is what transparent pixels are put on where nothing else is said.
var White = [3]byte{255, 255, 255}

// Over puts a picture on a ground of one colour, in place, and says whether that changed anything: whether a pixel was
// not opaque. Each byte is the mean of picture and ground by the opacity, rounded to the nearest.
func Over(m *image.NRGBA, ground [3]byte) (changed bool) {
	for i := 0; i < len(m.Pix); i += 4 {
		px := m.Pix[i : i+4]
		a := int(px[3])
		if a == 255 {
			continue
		}
		changed = true
		for c := range 3 {
			px[c] = byte((int(px[c])*a + int(ground[c])*(255-a) + 127) / 255)
		}
		px[3] = 255
	}
	return changed
}

// Luminance is that of ITU-R BT.601, rounded to the nearest; that of a grey is the grey.
func Luminance(r, g, b byte) byte {
	return byte((19595*int(r) + 38470*int(g) + 7471*int(b) + 1<<15) >> 16)
}

// Values are the numbers that a network takes for an opaque picture: [H,W,C] in -1..1, the luminance alone where there is
// one channel.
func Values(m *image.NRGBA, channels int) []float32 {
	size := m.Rect.Size()
	out := make([]float32, 0, size.X*size.Y*channels)
	for y := range size.Y {
		row := m.Pix[y*m.Stride:][:4*size.X]
		for ; len(row) > 0; row = row[4:] {
			if channels == 1 {
				out = append(out, value(Luminance(row[0], row[1], row[2])))
				continue
			}
			out = append(out, value(row[0]), value(row[1]), value(row[2]))
		}
	}
	return out
}

// value maps 0..255 to -1..1.
func value(v byte) float32 { return float32(v)/127.5 - 1 }

// Kept is how far a mask keeps a pixel, 0 to 1, where its value is v: 255 is drawn anew.
func Kept(v byte) float32 { return 1 - float32(v)/255 }
