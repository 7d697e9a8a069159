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

// follow is what -recipe asks for, and the hash that it promises: none where -seed or -count ask for other pictures.
func (r *request) follow(m *model.Model) (legs []pipeline.Leg, count int, claimed string, err error) {
	words, err := readRecipe(r.recipe)
	if err != nil {
		return nil, 0, "", fmt.Errorf("-recipe: %w", err)
	}
	seed, count := words.Seed, words.Count
	if r.given.seed.Given() {
		seed = r.seed
	}
	if r.given.count.Given() {
		count = r.count
	}
	if seed != words.Seed || count != words.Count {
		others := words.At(seed-words.Seed, count, "")
		words = &others
	}
	legs, err = m.Recall(words)
	return legs, count, words.Hash, err
}

// readRecipe reads a recipe, a link that ends in one, or a PNG file that holds one.
func readRecipe(text string) (*recipe.Recipe, error) {
	file, err := os.ReadFile(text)
	switch {
	case err == nil:
		name := text
		if text, err = picture.Recipe(file, photo.Inflate); err != nil {
			return nil, fmt.Errorf("%s is %w", name, err)
		}
		if text == "" {
			return nil, fmt.Errorf("%s does not say how it was made", name)
		}
	case !strings.Contains(text, "=") && !strings.Contains(text, "#") && !strings.Contains(text, "%"):
		return nil, fmt.Errorf("%w: expected a recipe, a link that ends in one, or a PNG file", err)
	}
	return recipe.Read(text)
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
