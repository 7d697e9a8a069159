// Command link makes a Go program for js/wasm faster, smaller and fit for
// threads: site/share.js can give it a shared memory and export one leaf function
// then. The server's build does the same; this is for a program by itself.
//
//	go build -ldflags=-w -tags threads -o in.wasm ./wasm
//	go run ./tools/link [-leaf tintype_core_kernel.Part] in.wasm out.wasm
package main

import (
	"flag"
	"fmt"
	"os"

	"tintype/internal/postlink"
	"tintype/internal/wholefile"
)

func main() {
	leaf := flag.String("leaf", postlink.Leaf, "the function to export, as the name section spells it")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: link [-leaf name] in.wasm out.wasm")
		os.Exit(2)
	}
	if err := link(flag.Arg(0), flag.Arg(1), *leaf); err != nil {
		fmt.Fprintln(os.Stderr, "link:", err)
		os.Exit(1)
	}
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
