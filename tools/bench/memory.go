//go:build !js

package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"tintype/tools/bench/suite"
	"tintype/weights"
)

// modelFile is a checkpoint whose memory is measured.
type modelFile struct{ name, path string }

// modelFiles are the shipped models and the graphs, the second of the size of ddpm-cifar10-32, which it writes to dir.
func modelFiles(dir string) ([]modelFile, error) {
	text, err := os.ReadFile(filepath.Join(models, "index.json"))
	if err != nil {
		return nil, err
	}
	manifest, err := weights.ParseManifest("index.json", string(text))
	if err != nil {
		return nil, err
	}
	var files []modelFile
	for _, entry := range manifest {
		files = append(files, modelFile{entry.ID, filepath.Join(models, entry.File)})
	}
	for _, graph := range suite.Graphs {
		path := filepath.Join(dir, graph.Name+".safetensors.zst")
		file, err := os.Create(path)
		if err != nil {
			return nil, err
		}
		_, err = graph.Checkpoint(file)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		files = append(files, modelFile{graph.Name, path})
	}
	return files, nil
}

// memories measures each file in a process of its own: this program with the
// name and the path as arguments.
func memories(out io.Writer, files []modelFile) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	for _, f := range files {
		child := exec.Command(program, f.name, f.path)
		child.Stdout, child.Stderr = out, os.Stderr
		if err := child.Run(); err != nil {
			return err
		}
	}
	return nil
}

// memory is such a process. It counts what the Go runtime has taken from the
// system, for whatever use.
func memory(print suite.Printer, name, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return suite.Memory(print, name, file, func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.Sys)
	})
}
