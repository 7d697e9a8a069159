package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tintype/internal/wholefile"
	"tintype/weights"
)

// entered gives the text of the manifest with the model in it: in the place of the entry of its ID,
// or at the end.
func (cv *conversion) entered(desc *weights.Description, sums weights.Sums) (string, error) {
	m, err := readManifest(cv.manifest)
	if err != nil {
		return "", err
	}
	e := cv.entry
	e.Name, e.Licence, e.File = desc.Model.Name, desc.Model.Licence, filepath.Base(cv.out)
	e.SHA256, e.Bytes, e.RawBytes = sums.SHA256, sums.Bytes, sums.RawBytes
	place := len(m)
	for i := range m {
		if m[i].ID == e.ID {
			place = i
			e.Classifier = m[i].Classifier // it knows the model's pictures, whatever their weights
		} else if e.Default {
			m[i].Default = false
		}
	}
	if place == len(m) {
		m = append(m, e)
	} else {
		m[place] = e
	}
	return m.Text()
}

// enter writes the manifest.
func (cv *conversion) enter(desc *weights.Description, sums weights.Sums, stdout io.Writer) error {
	text, err := cv.entered(desc, sums)
	if err != nil {
		return err
	}
	if err := wholefile.WriteBytes(cv.manifest, []byte(text)); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "entered as %s in %s\n", cv.entry.ID, cv.manifest)
	return nil
}

// enterable refuses what the manifest would refuse before the long work begins.
func (cv *conversion) enterable(desc *weights.Description) error {
	if cv.manifest == "" {
		return nil
	}
	_, err := cv.entered(desc, weights.Sums{SHA256: strings.Repeat("0", 64), Bytes: 1, RawBytes: 1})
	return err
}

// readManifest gives an empty manifest where there is no file yet.
func readManifest(path string) (weights.Manifest, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return weights.ParseManifest(path, string(text))
}
