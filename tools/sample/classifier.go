package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tintype/model"
	"tintype/weights"
)

// attach finds the classifier that the manifest beside the model's file names.
func attach(m *model.Model, path string) error {
	index := filepath.Join(filepath.Dir(path), "index.json")
	text, err := os.ReadFile(index)
	if err != nil {
		return fmt.Errorf("-classifier: no manifest beside the model that could name its classifier: %w", err)
	}
	manifest, err := weights.ParseManifest(index, string(text))
	if err != nil {
		return err
	}
	for _, e := range manifest {
		if e.File != filepath.Base(path) || e.Classifier == nil {
			continue
		}
		c, err := open(filepath.Join(filepath.Dir(path), e.Classifier.File))
		if err != nil {
			return err
		}
		defer c.Close()
		k, err := model.LoadClassifier(c)
		if err != nil {
			return err
		}
		return m.Attach(k)
	}
	return fmt.Errorf("-classifier: %s names no classifier of %s", index, filepath.Base(path))
}
