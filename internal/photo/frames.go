package photo

// frames counts the pictures of a GIF file (89a, sections 17 to 27), 2 for more than one.
func frames(file []byte) (n int) {
	if len(file) < 13 {
		return 0
	}
	at := 13 + table(file[10])
	for at < len(file) && n < 2 {
		switch file[at] {
		case 0x21: // an extension: its label, then blocks
			at = blocks(file, at+2)
		case 0x2c:
			n++
			if at+10 > len(file) {
				return n
			}
			at = blocks(file, at+10+table(file[at+9])+1)
		default: // the end, or no GIF any more
			return n
		}
	}
	return n
}

// table is how many bytes the colours take that flags announce.
func table(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// blocks is where the sub-blocks end that begin at a place.
func blocks(file []byte, at int) int {
	for at < len(file) && file[at] != 0 {
		at += 1 + int(file[at])
	}
	return at + 1
}
