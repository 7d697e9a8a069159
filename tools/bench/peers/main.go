//go:build !js

// Command peers compares the engine with ONNX Runtime, the engine that others
// would use, on three networks (suite.Graphs) with the same random weights:
// onnxruntime-web in Chromium and onnxruntime-node natively, both from npm,
// which it installs in the user's cache folder and nowhere else.
//
// Each pair of engines runs in turns, so that a machine that gets slower or
// faster meets both; the figures are medians. One line a measurement:
//
//	ratio GRAPH WHERE THREADS OUR_MS PEER_MS PEER_MS/OUR_MS
//
// and beside it how far the outputs are apart, which must be within 1e-4 of
// the largest value, how much the times differ (a busy machine shows there),
// and a profile of our passes. They are measurements of this machine, never a
// test.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"tintype/internal/command"
	"tintype/internal/decimal"
	"tintype/internal/wholefile"
	"tintype/tools/bench/onnx"
	"tintype/tools/bench/suite"
)

func main() {
	command.Main("bench-peers", func(args []string) int { return run(args, os.Stdout, os.Stderr) })
}

func run(args []string, stdout, stderr io.Writer) int {
	graphs, counts := suite.Graphs, []int{1, 2}
	var where string
	s := command.New("bench-peers", "[flags]", "Compares passes of networks with ONNX Runtime, in Chromium and natively.")
	s.Group("Only")
	s.Parsed("graph", "NAME", "this graph: unet32-64, unet32-128 or unet64-64", func(text string) error {
		g, err := suite.FindGraph(text)
		graphs = []suite.Graph{g}
		return err
	})
	s.OneOf(&where, "where", []string{"native", "chromium"}, "there")
	s.Parsed("threads", "N", "in Chromium, with so many threads: 1 or 2", func(text string) error {
		n, err := decimal.Int(text)
		if err != nil || n < 1 || n > 2 {
			return errors.New("expected 1 or 2")
		}
		counts = []int{n}
		return nil
	})
	return s.Run(args, stdout, stderr, func(stdout io.Writer) error { return measure(stdout, graphs, where, counts) })
}

// measure measures graphs natively or in Chromium, "" for both, there with each number of threads; what fails in one
// does not keep the other from running.
func measure(out io.Writer, graphs []suite.Graph, where string, counts []int) error {
	packages, err := install()
	if err != nil {
		return err
	}
	dir, remove, err := wholefile.Folder("", "tintype-peers")
	if err != nil {
		return err
	}
	defer remove()
	var cases []testCase
	for _, g := range graphs {
		c, err := prepare(dir, g)
		if err != nil {
			return err
		}
		cases = append(cases, c)
	}
	fmt.Fprintf(out, "machine: %s/%s, %d processors, %s; peer: ONNX Runtime %s, opset %d\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), version, onnx.Opset)
	if where != "chromium" {
		err = natively(out, packages, dir, cases)
	}
	if where != "native" {
		err = errors.Join(err, inChromium(out, packages, dir, cases, counts))
	}
	return err
}

// testCase is a graph and the files that the peer reads.
type testCase struct {
	suite.Graph
	model, sample string // in the folder that the run works in
}

// prepare writes the files of a graph to dir.
func prepare(dir string, g suite.Graph) (testCase, error) {
	c := testCase{g, filepath.Join(dir, g.Name+".onnx"), filepath.Join(dir, g.Name+".sample")}
	m, err := g.ONNX()
	if err != nil {
		return c, err
	}
	file, err := os.Create(c.model)
	if err != nil {
		return c, err
	}
	if err := errors.Join(m.Write(file, suite.RandomWeight), file.Close()); err != nil {
		return c, err
	}
	x := g.Sample()
	return c, os.WriteFile(c.sample, onnx.RawFloats(planar(x.Data, x.C)), 0o666)
}
