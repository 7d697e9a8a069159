//go:build js

// Command inpage is what tools/bench runs in a browser's worker: the same
// suite as natively, its lines posted back to the loopback server. With
// arguments, a name and a file, it measures the memory that this model takes.
package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"syscall/js"

	"tintype/tools/bench/suite"
)

func main() {
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
		err = memory(print, open, os.Args[1], os.Args[2])
	} else if err = suite.Kernels(print); err == nil {
		err = suite.Models(print, open)
	}
	if err != nil {
		print("failed: " + err.Error())
	}
}

func memory(print suite.Printer, open suite.Open, name, file string) error {
	r, err := open(file)
	if err != nil {
		return err
	}
	defer r.Close()
	return suite.Memory(print, name, r, func() int64 {
		return int64(js.Global().Call("memoryBytes").Int())
	})
}
