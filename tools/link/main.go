// Command link makes a Go program for js/wasm faster, smaller and fit for
// threads: site/share.js can give it a shared memory and export one leaf function
// then. The server's build does the same; this is for a program by itself.
//
//	go build -ldflags=-w -tags threads -o in.wasm ./wasm
//	go run ./tools/link [-leaf tintype_core_kernel.Part] in.wasm out.wasm
package main

import (
	"fmt"
	"io"
	"os"

	"tintype/internal/command"
	"tintype/internal/postlink"
	"tintype/internal/wholefile"
)

func main() {
	command.Main("link", func(args []string) int {
		leaf := postlink.Leaf
		var files []string
		s := command.New("link", "[-leaf NAME] IN.wasm OUT.wasm", "Makes a Go program for js/wasm faster, smaller and fit for threads.")
		s.Text(&leaf, "leaf", "NAME", "the function to export, as the name section spells it")
		s.Args(&files, 2, 2)
		return s.Run(args, os.Stdout, os.Stderr, func(io.Writer) error { return link(files[0], files[1], leaf) })
	})
}

func link(in, out, leaf string) error {
	bin, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	bin, left, err := postlink.Link(bin, leaf)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	for _, why := range left {
		fmt.Fprintf(os.Stderr, "link: warning: %s: %v\n", in, why)
	}
	return wholefile.WriteBytes(out, bin)
}
