package photo

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
)

// Inflate is a picture.Inflate.
func Inflate(stream []byte, most int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err == nil && len(out) > most {
		return nil, fmt.Errorf("more than %d bytes", most)
	}
	return out, err
}
