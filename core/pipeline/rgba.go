package pipeline

import "tintype/core/denoise"

// rgba turns the values of a picture, [H,W,c] with c = 1 or 3, into bytes:
//
//	byte = ⌊clamp(x·127.5 + 127.5, 0, 255) + ½⌋
//
// in float32, the product rounded before the sum. Grey is repeated; alpha is 255. The clamp is by comparison and
// selection, and the conversion sees 0.5..255.5 only, where every machine agrees.
func rgba(dst []byte, x []float32, c int) error {
	if len(dst) != len(x)/c*4 {
		panic("pipeline: rgba: size of dst")
	}
	for i := range len(x) / c {
		px, out := x[i*c:][:c], dst[i*4:][:4]
		for j := range 3 {
			v := float32(px[j%c]*127.5) + 127.5
			if v != v {
				return denoise.ErrNotFinite
			}
			if v < 0 {
				v = 0
			}
			if v > 255 {
				v = 255
			}
			out[j] = byte(v + 0.5)
		}
		out[3] = 255
	}
	return nil
}
