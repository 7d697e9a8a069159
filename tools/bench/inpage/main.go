//go:build js

// Command inpage is what tools/bench runs in a browser's worker: the same
// suite as natively, its lines posted back to the loopback server. With
// arguments, a model's name and file, it measures the memory that this takes.
package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"syscall/js"

	"tintype/tools/bench/suite"
	"tintype/wasm/threads"
	"tintype/wasm/worker"
)

func main() {
	threads.Use() // as the product's worker does; the page gives it one
	origin := js.Global().Get("location").Get("origin").String()
	print := func(line string) {
		if answer, err := http.Post(origin+"/line", "text/plain", strings.NewReader(line)); err == nil {
			answer.Body.Close()
		}
	}
	open := func(file string) (io.ReadCloser, error) {
		answer, err := http.Get(origin + "/models/" + file)
		if err != nil {
			return nil, err
		}
		return answer.Body, nil
	}
	var err error
	if len(os.Args) == 3 {
		err = memory(print, os.Args[1])
	} else if err = suite.Kernels(print); err == nil {
		err = suite.Models(print, open)
	}
	if err != nil {
		print("failed: " + err.Error())
	}
}

// memory reads the file that the script has fetched: the product's worker reads
// downloads through no package that allocates either.
func memory(print suite.Printer, name string) error {
	file := js.Global().Get("file")
	worker.CollectForLoading(int64(file.Length())) // as the product's worker does
	return suite.Memory(print, name, &fetched{bytes: file}, func() int64 {
		return int64(js.Global().Call("memoryBytes").Int())
	})
}

// fetched is a Uint8Array as a reader.
type fetched struct {
	bytes js.Value
	at    int
}

func (f *fetched) Read(p []byte) (int, error) {
	n := js.CopyBytesToGo(p, f.bytes.Call("subarray", f.at))
	f.at += n
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}
