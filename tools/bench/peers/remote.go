//go:build !js

package main

import (
	"errors"
	"time"
)

// order is what an engine elsewhere is told to do: one of the three.
type order struct {
	Run     int64 `json:"run,omitempty"` // passes for so many ms
	Output  bool  `json:"output,omitempty"`
	Profile bool  `json:"profile,omitempty"`
}

// reply is its answer.
type reply struct {
	Times  []float64 `json:"times"`
	Output []float32 `json:"output"`
	Lines  []string  `json:"lines"`
	Error  string    `json:"error"`
}

// remote is an engine elsewhere: in a process or in a worker of a page.
type remote struct {
	ask    func(order) (reply, error)
	planar int // channels of an output in torch's layout; 0: the output is in ours
}

func (r remote) order(o order) (reply, error) {
	answer, err := r.ask(o)
	if err == nil && answer.Error != "" {
		err = errors.New(answer.Error)
	}
	return answer, err
}

// Run is an engine's.
func (r remote) Run(while time.Duration) ([]float64, error) {
	answer, err := r.order(order{Run: while.Milliseconds()})
	if err == nil && len(answer.Times) == 0 {
		err = errors.New("no pass was run")
	}
	return answer.Times, err
}

// Output is an engine's.
func (r remote) Output() ([]float32, error) {
	answer, err := r.order(order{Output: true})
	if err == nil && r.planar != 0 {
		return interleaved(answer.Output, r.planar), nil
	}
	return answer.Output, err
}
