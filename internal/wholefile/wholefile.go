// Package wholefile writes files that nobody ever sees half written: whoever opens the path, also after the writer was
// interrupted or the disk was full, finds the old file or the whole new one.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
)

// Write gives the file at path its content: write fills a new file beside it, which then takes its place. An error,
// write's included, leaves what was there.
//
// Where path is a symbolic link, the file that it leads to is replaced, not the link. What is no regular file, such as
// /dev/null or a pipe, cannot be replaced and is written to.
func Write(path string, write func(f *os.File) error) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if stat, err := os.Stat(path); err == nil && !stat.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err // a directory's says so
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := create(path)
	if err != nil {
		return err
	}
	defer forget(f.Name())
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// WriteBytes is Write of data.
func WriteBytes(path string, data []byte) error {
	return Write(path, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// Check says at once what Write would find out only when the work is done: that nothing can be written at path.
func Check(path string) error {
	if stat, err := os.Stat(path); err == nil && !stat.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return f.Close()
	}
	f, err := create(path)
	if err != nil {
		return err
	}
	defer forget(f.Name())
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// create makes a hidden file beside path, with the rights that a new file has; it is unfinished until it is forgotten.
func create(path string) (*os.File, error) {
	unfinished.Lock()
	defer unfinished.Unlock()
	for {
		name := fmt.Sprintf(".%s.%08x.part", filepath.Base(path), rand.Uint32())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if e := (*fs.PathError)(nil); errors.As(err, &e) {
			e.Path = path // nobody asked for the other name
		}
		if err == nil {
			unfinished.paths[f.Name()] = true
		}
		return f, err
	}
}

// unfinished are the files and folders that are removed when the program is interrupted.
var unfinished = struct {
	sync.Mutex
	paths map[string]bool
}{paths: map[string]bool{}}

func forget(path string) {
	unfinished.Lock()
	defer unfinished.Unlock()
	delete(unfinished.paths, path)
}

// Folder makes a folder of a new name in dir, as os.MkdirTemp does, which Abandon removes as well; remove is for every
// other end.
func Folder(dir, pattern string) (path string, remove func() error, err error) {
	unfinished.Lock()
	defer unfinished.Unlock()
	if path, err = os.MkdirTemp(dir, pattern); err != nil {
		return "", nil, err
	}
	unfinished.paths[path] = true
	return path, func() error {
		defer forget(path)
		return os.RemoveAll(path)
	}, nil
}

// Abandon is for a program that is about to exit in the middle of its work: what was being written is removed, and who
// writes on waits for the exit.
func Abandon() {
	unfinished.Lock() // for good
	for path := range unfinished.paths {
		os.RemoveAll(path)
	}
}
