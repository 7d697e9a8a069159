package main

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// deflate makes the zlib stream of a PNG file.
func deflate(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write(raw)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

// inflate undoes it.
func inflate(stream []byte, most int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err == nil && len(out) > most {
		err = errors.New("a text that is too long")
	}
	return out, err
}
