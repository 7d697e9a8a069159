//go:build !js

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"tintype/tools/bench/suite"
)

// pairLimit ends a pair of engines of which one hangs.
const pairLimit = 5 * time.Minute

// local is our engine in this process.
type local struct{ *suite.Passes }

// Output is an engine's.
func (l local) Output() ([]float32, error) { return l.Passes.Output(), nil }

// natively compares this process with onnxruntime-node.
func natively(out io.Writer, packages, dir string, cases []testCase) error {
	if err := unpack(dir); err != nil {
		return err
	}
	const threads = 1
	for _, c := range cases {
		ours, err := c.Build()
		if err != nil {
			return err
		}
		passes, err := ours.Passes(nil)
		if err != nil {
			return err
		}
		peer, stop, err := startNode(packages, dir, c, threads)
		if err != nil {
			return err
		}
		err = compare(out, c.Name, "native", threads, local{passes}, peer)
		stop()
		if err != nil {
			return err
		}
		if err := ours.Profile(func(line string) { fmt.Fprintln(out, "native", threads, line) }); err != nil {
			return err
		}
	}
	return nil
}

// unpack writes the scripts that node runs to dir.
func unpack(dir string) error {
	for _, name := range []string{"ort.mjs", "ort-node.mjs"} {
		text, err := pages.ReadFile("page/" + name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// startNode starts onnxruntime-node on a graph.
func startNode(packages, dir string, c testCase, threads int) (peer remote, stop func(), err error) {
	argument, err := json.Marshal(map[string]any{
		"packages": packages + "/", "model": c.model, "sample": c.sample, "timestep": suite.Time,
		"channels": c.Config.InChannels, "side": c.Side, "threads": threads,
	})
	if err != nil {
		return peer, nil, err
	}
	node := exec.Command("node", filepath.Join(dir, "ort-node.mjs"), string(argument))
	node.Stderr = os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		return peer, nil, err
	}
	out, err := node.StdoutPipe()
	if err != nil {
		return peer, nil, err
	}
	if err := node.Start(); err != nil {
		return peer, nil, err
	}
	hung := time.AfterFunc(pairLimit, func() { node.Process.Kill() })
	stop = func() {
		in.Close() // node ends with its input
		node.Wait()
		hung.Stop()
	}
	orders, replies := json.NewEncoder(in), json.NewDecoder(out)
	read := func() (answer reply, err error) {
		if err = replies.Decode(&answer); err == io.EOF {
			err = fmt.Errorf("node ended, or did not answer for %v", pairLimit)
		}
		return answer, err
	}
	peer = remote{planar: c.Config.OutChannels, ask: func(o order) (reply, error) {
		if err := orders.Encode(o); err != nil {
			return reply{}, err
		}
		return read()
	}}
	ready, err := read()
	if err == nil && ready.Error != "" {
		err = fmt.Errorf("onnxruntime-node: %s", ready.Error)
	}
	if err != nil {
		stop()
	}
	return peer, stop, err
}
