package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tintype/internal/bpe"
)

// longestText is how many tokens CLIP takes.
const longestText = 77

// checkTokens cuts recorded texts into tokens: vocab.json, merges.txt and tokens.jsonl,
// a text with its ids a line.
func checkTokens(path string) []verdict {
	right, all, notes, err := tokens(path)
	return []verdict{{name: name(path), pass: err == nil && right == all && all > 0, figures: fmt.Sprintf("%d of %d texts", right, all), err: err, notes: notes}}
}

func tokens(path string) (right, all int, notes string, err error) {
	files := map[string]string{}
	for _, file := range []string{"vocab.json", "merges.txt", "tokens.jsonl"} {
		text, err := os.ReadFile(filepath.Join(path, file))
		if err != nil {
			return 0, 0, "", err
		}
		files[file] = string(text)
	}
	t, err := bpe.New(files["vocab.json"], files["merges.txt"])
	if err != nil {
		return 0, 0, "", err
	}
	for line := range strings.Lines(files["tokens.jsonl"]) {
		var c struct {
			Text string
			IDs  []int32
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			return right, all, notes, fmt.Errorf("tokens.jsonl, line %d: %w", all+1, err)
		}
		all++
		if have := t.Encode(c.Text, longestText); slices.Equal(have, c.IDs) {
			right++
		} else if all-right <= shownFailures {
			notes += fmt.Sprintf("\n  %q: %v, expected %v", c.Text, have, c.IDs)
		}
	}
	return right, all, notes, nil
}
