//go:build js

// Command inpage is what tools/bench runs in a browser's worker: the same
// suite as natively, its lines posted back to the loopback server.
package main

import (
	"io"
	"net/http"
	"strings"
	"syscall/js"

	"tintype/tools/bench/suite"
)

func main() {
	origin := js.Global().Get("location").Get("origin").String()
	post := func(path, text string) {
		if answer, err := http.Post(origin+path, "text/plain", strings.NewReader(text)); err == nil {
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
	print := func(line string) { post("/line", line) }
	suite.Kernels(print)
	if err := suite.Models(print, open); err != nil {
		print("models: " + err.Error())
	}
	post("/done", "")
}
