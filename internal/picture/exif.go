package picture

import "bytes"

// Orientation finds how the camera was held that took a picture: 1 to 8 (Exif 2.32, tag 0x0112), 1 if the file does not
// say. where is the number's place in the file; whoever lets a browser decode it clears it first, since not every
// browser turns what it should.
func Orientation(file []byte, kind string) (orientation int, where []byte) {
	orientation = 1
	look := func(block []byte) bool {
		block = bytes.TrimPrefix(block, []byte("Exif\x00\x00"))
		if o, at := tag(block); o >= 1 && o <= 8 {
			orientation, where = o, at
		}
		return where == nil
	}
	switch kind {
	case "PNG":
		walk(file, func(c chunk) (bool, error) { // one that is cut short is noticed by whoever decodes it
			return c.name != "eXIf" || look(c.data), nil
		})
	case "JPEG":
		segments(file, func(marker byte, data []byte) bool {
			return marker != 0xe1 || !bytes.HasPrefix(data, []byte("Exif\x00\x00")) || look(data)
		})
	case "WebP":
		Parts(file[WebPHead:], func(name string, data []byte) bool { return name != "EXIF" || look(data) })
	}
	return orientation, where
}

// tag finds the orientation in a TIFF block's first directory, and its place.
func tag(tiff []byte) (value int, where []byte) {
	number := le
	switch {
	case len(tiff) < 8:
		return 0, nil
	case string(tiff[:4]) == "MM\x00*":
		number = be
	case string(tiff[:4]) != "II*\x00":
		return 0, nil
	}
	at := number(tiff[4:8])
	if at > len(tiff)-2 {
		return 0, nil
	}
	entries := tiff[at+2:]
	for range number(tiff[at : at+2]) {
		if len(entries) < 12 {
			break
		}
		const short = 3
		if number(entries[:2]) == 0x0112 && number(entries[2:4]) == short && number(entries[4:8]) == 1 {
			return number(entries[8:10]), entries[8:10]
		}
		entries = entries[12:]
	}
	return 0, nil
}
