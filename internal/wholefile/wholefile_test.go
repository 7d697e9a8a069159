package wholefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// only fails the test unless the directory holds these names and no others.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	if strings.Join(have, " ") != strings.Join(names, " ") {
		t.Errorf("%s holds %v, want %v", dir, have, names)
	}
}

func TestWriteReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	for _, text := range []string{"first, and longer", "second", ""} {
		if err := WriteBytes(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != text {
			t.Errorf("found %q, want %q", got, text)
		}
	}
	only(t, dir, "a.txt")
}

// While the new file is being written the old one is whole, and it stays if the writing fails.
func TestFailureLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	if err := WriteBytes(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	err := Write(path, func(f *os.File) error {
		if _, err := f.WriteString("new, by ha"); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != "old" {
			t.Errorf("in the middle of it the file is %q", got)
		}
		return full
	})
	if err != full || read(t, path) != "old" {
		t.Errorf("error %v, the file is %q", err, read(t, path))
	}
	only(t, dir, "a.txt")
}

// Errors name the path that was asked for.
func TestErrorsNameThePath(t *testing.T) {
	dir := t.TempDir()
	absent := filepath.Join(dir, "absent", "a.txt")
	for _, path := range []string{absent, dir} {
		for _, err := range []error{WriteBytes(path, nil), Check(path)} {
			if err == nil || !strings.Contains(err.Error(), path+":") || strings.Contains(err.Error(), ".part") {
				t.Errorf("%s: error %v", path, err)
			}
		}
	}
	if err := Check(filepath.Join(dir, "a.txt")); err != nil {
		t.Error(err)
	}
	if err := WriteBytes(absent, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want one that says what is missing", err)
	}
	only(t, dir)
}

// A link stays a link, and a device a device.
func TestWhatIsNoRegularFileStays(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := WriteBytes(target, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", link); err != nil {
		t.Skip(err)
	}
	if err := WriteBytes(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if stat, err := os.Lstat(link); err != nil || stat.Mode()&fs.ModeSymlink == 0 || read(t, target) != "new" {
		t.Errorf("the link is %v, its target %q", stat, read(t, target))
	}
	before, err := os.Stat(os.DevNull)
	if err != nil {
		t.Skip(err)
	}
	if err := WriteBytes(os.DevNull, []byte("x")); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat(os.DevNull); err != nil || after.Mode() != before.Mode() {
		t.Errorf("%s was %v and is %v, %v", os.DevNull, before.Mode(), after.Mode(), err)
	}
}
