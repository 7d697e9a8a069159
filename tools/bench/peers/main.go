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
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"tintype/tools/bench/onnx"
	"tintype/tools/bench/suite"
)

func main() {
	graph := flag.String("graph", "", "measure only this graph: unet32-64, unet32-128 or unet64-64")
	where := flag.String("where", "", "measure only here: native or chromium")
	threads := flag.Int("threads", 0, "in Chromium, measure only with so many threads: 1 or 2")
	flag.Parse()
	if err := run(*graph, *where, *threads); err != nil {
		fmt.Fprintln(os.Stderr, "bench-peers:", err)
		os.Exit(1)
	}
}

// run measures a graph, "" for all, natively or in Chromium, "" for both, there
// with so many threads, 0 for one and for two; what fails in one does not keep
// the other from running.
func run(graph, where string, threads int) error {
	if where != "" && where != "native" && where != "chromium" {
		return fmt.Errorf("-where %s: expected native or chromium", where)
	}
	counts := []int{1, 2}
	if threads != 0 {
		if !slices.Contains(counts, threads) {
			return fmt.Errorf("-threads %d: expected 1 or 2", threads)
		}
		counts = []int{threads}
	}
	graphs := suite.Graphs
	if graph != "" {
		g, err := suite.FindGraph(graph)
		if err != nil {
			return err
		}
		graphs = []suite.Graph{g}
	}
	packages, err := install()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "tintype-peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var cases []testCase
	for _, g := range graphs {
		c, err := prepare(dir, g)
		if err != nil {
			return err
		}
		cases = append(cases, c)
	}
	fmt.Printf("machine: %s/%s, %d processors, %s; peer: ONNX Runtime %s, opset %d\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), version, onnx.Opset)
	if where != "chromium" {
		err = natively(packages, dir, cases)
	}
	if where != "native" {
		err = errors.Join(err, inChromium(packages, dir, cases, counts))
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
