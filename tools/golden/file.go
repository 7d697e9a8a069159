package main

import (
	"errors"
	"fmt"

	"tintype/model"
	"tintype/weights"
)

// checkFile has a converted checkpoint compute the goldens in its own metadata.
func checkFile(path string) []verdict {
	n, err := ownGoldens(path)
	if err == nil && n == 0 {
		err = errors.New("its metadata has no goldens: convert it again")
	}
	return []verdict{{name: name(path), pass: err == nil, figures: fmt.Sprintf("%d goldens", n), err: err}}
}

// ownGoldens counts the goldens that the checkpoint's network, or classifier, computes.
func ownGoldens(path string) (int, error) {
	c, err := weights.OpenFile(path)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if _, is := c.Metadata("classifier"); is {
		k, err := model.LoadClassifier(c)
		if err != nil {
			return 0, err
		}
		return k.CheckGoldens()
	}
	m, err := model.Load(c)
	if err != nil {
		return 0, err
	}
	return m.CheckGoldens()
}
