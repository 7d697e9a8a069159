package main

import (
	"fmt"

	"tintype/core/pipeline"
	"tintype/core/tensor"
	"tintype/internal/golden"
	"tintype/model"
	"tintype/weights"
)

// checkCheckpoint checks a whole checkpoint: sample and out are pictures, so that codec and conditioner take part,
// and class_labels [N] or slots [N, slots] are rows of the tables, the last row of a slot meaning that it is open.
func checkCheckpoint(path string) (golden.Difference, error) {
	none := golden.Difference{}
	m, err := loadModel(path)
	if err != nil {
		return none, err
	}
	r, err := golden.Read(path)
	if err != nil {
		return none, err
	}
	choices, err := choices(m.Cond, r)
	if err != nil {
		return none, err
	}
	if r.Out.C != r.Sample.C {
		return none, fmt.Errorf("golden.safetensors: out has %d channels and sample %d: expected one picture's", r.Out.C, r.Sample.C)
	}
	y := tensor.New(r.Out.N, r.Out.H, r.Out.W, r.Out.C)
	if err := m.Pass(y, r.Sample, r.Times, choices); err != nil {
		return none, err
	}
	return golden.Compare(y.Data, r.Out.Data), nil
}

func loadModel(path string) (*model.Model, error) {
	c, err := weights.OpenDirectory(path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return model.Load(c)
}

// choices turns recorded rows of the tables into the conditioner's choices, one per picture.
func choices(c *pipeline.Conditioner, r *golden.Recording) ([][]int, error) {
	rows := r.Slots
	if rows == nil {
		rows = r.Labels
	}
	switch {
	case c == nil && rows == nil:
		return nil, nil
	case c == nil:
		return nil, fmt.Errorf("golden.safetensors: %s for a model without a condition", rows.Name)
	case rows == nil:
		return nil, fmt.Errorf("golden.safetensors: neither class_labels nor slots, and the model takes a condition")
	}
	list, err := rows.Whole()
	if err != nil {
		return nil, err
	}
	if len(list) != r.Sample.N*len(c.Slots) {
		return nil, fmt.Errorf("golden.safetensors: %s of shape %v for %d pictures and %d slots", rows.Name, rows.Shape, r.Sample.N, len(c.Slots))
	}
	all := make([][]int, r.Sample.N)
	for i, row := range list {
		k := i / len(c.Slots)
		v := int(row)
		if v == len(c.Slots[i%len(c.Slots)].Values) {
			v = pipeline.Open
		}
		all[k] = append(all[k], v)
	}
	return all, nil
}
