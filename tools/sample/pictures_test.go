package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"

	"tintype/internal/proof"
)

const models = "../../site/models"

var update = flag.Bool("update", false, "write the hashes of the pictures into internal/proof/pictures.txt")

// teams are the numbers of threads to draw with. Emulated processors are slow.
func teams() []int {
	switch {
	case runtime.GOARCH == "wasm":
		return []int{1}
	case testing.Short():
		return []int{2}
	}
	return []int{1, 2, 3, 8}
}

// TestPictures is one row of the promise that a spec is a picture: this build,
// on this processor, with any number of threads. A change of a hash is a change
// of everybody's pictures; -update makes one.
func TestPictures(t *testing.T) {
	pictures, err := proof.Pictures()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		renew(t, pictures)
		return
	}
	for _, threads := range teams() {
		for _, p := range pictures {
			hash := sample(t, append(p.Flags(models), "-threads", strconv.Itoa(threads))...)
			p.Check(t, fmt.Sprintf("%s threads=%d", platform(), threads), hash)
		}
	}
}

func renew(t *testing.T, pictures []proof.Picture) {
	t.Helper()
	drawn := map[string]string{}
	for _, p := range pictures {
		drawn[p.Name] = sample(t, p.Flags(models)...)
	}
	text, err := proof.Renew(drawn)
	if err == nil {
		err = os.WriteFile("../../internal/proof/pictures.txt", []byte(text), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// platform says for which machine, and how, this test was built.
func platform() string {
	name, simd := runtime.GOOS+"/"+runtime.GOARCH, "scalar"
	if name == "js/wasm" {
		name = "node"
	}
	build, _ := debug.ReadBuildInfo()
	for _, s := range build.Settings {
		switch {
		case s.Key == "GOAMD64" && s.Value != "v1":
			name += " " + s.Value
		case s.Key == "-tags":
			return name + " " + s.Value
		case s.Key == "GOEXPERIMENT" && s.Value != "":
			simd = s.Value
		}
	}
	return name + " " + simd
}
