package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tintype/core/pipeline"
	"tintype/internal/photo"
	"tintype/internal/picture"
	"tintype/internal/recipe"
	"tintype/model"
)

// follow reads a recipe, a link that ends in one, or a PNG file that holds one.
func follow(m *model.Model, text string) (legs []pipeline.Leg, count int, promise string, err error) {
	file, err := os.ReadFile(text)
	switch {
	case err == nil:
		name := text
		if text, err = picture.Recipe(file, photo.Inflate); err != nil {
			return nil, 0, "", fmt.Errorf("-recipe: %s is %w", name, err)
		}
		if text == "" {
			return nil, 0, "", fmt.Errorf("-recipe: %s does not say how it was made", name)
		}
	case !strings.Contains(text, "=") && !strings.Contains(text, "#") && !strings.Contains(text, "%"):
		return nil, 0, "", fmt.Errorf("-recipe: %w: expected a recipe, a link that ends in one, or a PNG file", err)
	}
	r, err := recipe.Read(text)
	if err != nil {
		return nil, 0, "", fmt.Errorf("-recipe: %w", err)
	}
	legs, err = m.Recall(r)
	return legs, r.Count, r.Hash, err
}

// describe is the recipe of what was drawn, "" if there is none.
func (r *request) describe(d *drawing, hash string) string {
	if r.compat || r.inverse.picture != "" {
		return "" // the page knows nothing of them
	}
	words, ok := model.RecipeOf(d.legs)
	if !ok {
		return ""
	}
	words.Model = recipe.ModelName(filepath.Base(r.model))
	words = words.At(0, d.count, hash)
	return words.String()
}
