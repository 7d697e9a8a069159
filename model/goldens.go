package model

import (
	"fmt"
	"math"

	"tintype/core/pipeline"
	"tintype/core/rng"
	"tintype/core/schedule"
	"tintype/core/tensor"
	"tintype/internal/strictjson"
)

// golden is one recorded pass of the network: the noise of a seed as the picture, at a time, with a choice of
// labels, and some of the values of the output. A checkpoint carries a few, so that any build on any machine can
// prove that it computes the same network.
type golden struct {
	seed   uint64
	time   float64
	choice []int // nil: every slot open
	values []float64
}

const (
	goldenValues    = 16   // recorded of each output, at equal distances
	goldenTolerance = 1e-4 // of the largest recorded value
)

func readGoldens(root strictjson.Value) ([]golden, error) {
	if !root.Exists() {
		return nil, nil
	}
	cases, err := root.Get("cases").Elems()
	if err != nil {
		return nil, err
	}
	var goldens []golden
	for _, at := range cases {
		seed, err := at.Get("seed").Int64()
		if err != nil {
			return nil, err
		}
		g := golden{seed: uint64(seed)}
		if g.time, err = at.Get("time").Float(); err != nil {
			return nil, err
		}
		if choice := at.Get("choice"); choice.Exists() {
			if g.choice, err = choice.Ints(); err != nil {
				return nil, err
			}
		}
		if g.values, err = at.Get("values").Floats(); err != nil {
			return nil, err
		}
		if len(g.values) != goldenValues {
			return nil, at.Get("values").Fail(fmt.Sprintf("expected %d numbers", goldenValues))
		}
		goldens = append(goldens, g)
	}
	return goldens, nil
}

// CheckGoldens runs the recorded passes and returns an error at the first that differs by more than 1e-4 of its
// largest value. It reports how many there were.
func (m *Model) CheckGoldens() (int, error) { return checkGoldens(m.goldens, m.pass) }

func checkGoldens(goldens []golden, pass func(golden) ([]float64, error)) (int, error) {
	for i, g := range goldens {
		values, err := pass(g)
		if err != nil {
			return i, err
		}
		largest := 0.0
		for _, v := range g.values {
			largest = max(largest, math.Abs(v))
		}
		for j, v := range g.values {
			if !(math.Abs(values[j]-v) <= goldenTolerance*largest) {
				return i, fmt.Errorf("goldens.cases[%d].values[%d]: expected %v, computed %v", i, j, v, values[j])
			}
		}
	}
	return len(goldens), nil
}

// RecordGoldens computes the text of the metadata key `goldens`: the first label of every slot early, and every slot
// open (where that is possible) late on the way from noise. A model that cannot be sampled with its own defaults has
// none: it returns what is wrong with them.
func (m *Model) RecordGoldens() (string, error) {
	first := []int(nil)
	if m.Cond != nil {
		first = make([]int, len(m.Cond.Slots))
	}
	defaults := m.Defaults()
	defaults.Choice = first
	if _, err := pipeline.Compile(&m.Model, defaults, nil); err != nil {
		return "", fmt.Errorf("with the model's defaults: %w", err)
	}
	hi, _ := m.Process.Range()
	early, late := hi.T*0.75, hi.T*0.25
	if _, stepped := m.Process.(schedule.Stepped); stepped {
		early, late = math.Floor(early), math.Floor(late)
	}
	goldens := []golden{{seed: 1, time: early, choice: first}, {seed: 2, time: late, choice: first}}
	if m.CheckGuidance() == nil {
		goldens[1].choice = nil
	}
	return recordGoldens(goldens, m.pass)
}

func recordGoldens(goldens []golden, pass func(golden) ([]float64, error)) (string, error) {
	var w strictjson.Writer
	w.BeginObject()
	w.Key("cases")
	w.BeginArray()
	for _, g := range goldens {
		values, err := pass(g)
		if err != nil {
			return "", err
		}
		g.values = values
		g.write(&w)
	}
	w.EndArray()
	w.EndObject()
	return w.String(), nil
}

// pass runs the network on g's input and picks the recorded values.
func (m *Model) pass(g golden) ([]float64, error) {
	h, w, c := m.PictureSize()
	x, y := tensor.New(1, h, w, c), tensor.New(1, h, w, c)
	rng.Normal(x.Data, g.seed, 0, 0)
	choices := [][]int{g.choice}
	if err := m.Pass(y, x, []float32{float32(g.time)}, choices); err != nil {
		return nil, err
	}
	return sampled(y.Data), nil
}

// sampled picks the recorded values of an output.
func sampled(y []float32) []float64 {
	values := make([]float64, goldenValues)
	for i := range values {
		values[i] = float64(y[i*len(y)/goldenValues])
	}
	return values
}

func (g golden) write(w *strictjson.Writer) {
	w.BeginObject()
	w.Key("seed")
	w.Int(int64(g.seed))
	w.Key("time")
	w.Float(g.time)
	if g.choice != nil {
		w.Key("choice")
		w.BeginArray()
		for _, v := range g.choice {
			w.Int(int64(v))
		}
		w.EndArray()
	}
	w.Key("values")
	w.BeginArray()
	for _, v := range g.values {
		w.Float(v)
	}
	w.EndArray()
	w.EndObject()
}
