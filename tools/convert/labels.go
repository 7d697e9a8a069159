package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"tintype/internal/strictjson"
)

// maxLabels is the most bytes of a file of labels, which a checkpoint's header has to hold.
const maxLabels = 1 << 20

// readLabels reads a file of one name a line and gives the array of the metadata. A line without a name is null, which
// only the null class may have.
func readLabels(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxLabels+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > maxLabels:
		return "", errors.New(path + " is longer than 1 MiB")
	case !utf8.Valid(text):
		return "", errors.New(path + " is not UTF-8")
	case len(strings.TrimSpace(string(text))) == 0:
		return "", errors.New(path + " has no names")
	}
	var w strictjson.Writer
	w.BeginArray()
	for line := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(string(text), "\ufeff"), "\n"), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			w.Null()
		} else {
			w.Text(line)
		}
	}
	w.EndArray()
	return w.String(), nil
}
