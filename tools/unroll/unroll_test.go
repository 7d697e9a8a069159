package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCheck: the files in the repository are what the command writes, and one that
// is not is found.
func TestCheck(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	if err := run(true); err != nil {
		t.Error(err)
	}
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := run(true); err == nil {
		t.Error("files that are not there pass")
	}
	if err := run(false); err != nil {
		t.Fatal(err)
	}
	if err := run(true); err != nil {
		t.Errorf("right after writing: %v", err)
	}
	stale := filepath.Join(folder, files[1].name)
	text, err := os.ReadFile(stale)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stale, append(text, '\n'), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := run(true); err == nil {
		t.Error("a stale file passes")
	}
}
