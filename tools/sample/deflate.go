package main

import (
	"bytes"
	"compress/zlib"
	"errors"
)

// deflate makes the zlib stream of a PNG file.
func deflate(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write(raw)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}
