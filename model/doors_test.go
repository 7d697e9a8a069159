package model

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"tintype/core/arch"
	"tintype/core/compile"
	"tintype/core/pipeline"
	"tintype/core/solver"
	"tintype/weights"
)

// made is a checkpoint of a small network, of weights that repeat, with what is said of it in its metadata.
func made(t *testing.T, unet string, said map[string]string) *weights.Checkpoint {
	t.Helper()
	cfg, err := UNet2DConfig(unet)
	if err != nil {
		t.Fatal(err)
	}
	shapes := shapesOf{}
	for {
		_, err := arch.NewUNet2D(cfg, shapes)
		var wrong *compile.ShapeError
		if err == nil {
			break
		}
		if !errors.As(err, &wrong) {
			t.Fatal(err)
		}
		shapes[wrong.Tensor] = wrong.Want
	}
	meta := map[string]string{"unet": unet}
	for k, v := range said {
		meta[k] = v
	}
	header, data := map[string]any{"__metadata__": meta}, []byte(nil)
	for _, name := range sortedKeys(shapes) {
		_, _, raw, _ := shapes.Tensor(name)
		header[name] = map[string]any{"dtype": "F32", "shape": append([]int{}, shapes[name]...), "data_offsets": [2]int{len(data), len(data) + len(raw)}}
		data = append(data, raw...)
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, bytes.Repeat([]byte(" "), (8-len(text)%8)%8)...)
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), append(text, data...)...)
	c, err := weights.Open(bytes.NewReader(file), "made", weights.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shapesOf is a source of weights of these shapes.
type shapesOf map[string][]int

func (s shapesOf) Tensor(name string) ([]int, compile.DType, []byte, error) {
	count := 1
	for _, d := range s[name] {
		count *= d
	}
	raw, state := make([]byte, 0, 4*count), uint32(len(name))
	for range count {
		state = state*1664525 + 1013904223
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(state>>8)/(1<<25)-0.2))
	}
	return s[name], compile.F32, raw, nil
}

func sortedKeys(m shapesOf) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

const smallUNet = `{"_class_name": "UNet2DModel", "sample_size": 8, "in_channels": 1, "out_channels": 1, "block_out_channels": [8],
	"down_block_types": ["DownBlock2D"], "up_block_types": ["UpBlock2D"], "layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 4%s}`

func small(more string) string { return strings.Replace(smallUNet, "%s", more, 1) }

// What no shipped model has can be had from a file: a process that blurs, and a network that is told where a step ends. Each
// is drawn by its own solver, which is then the only one.
func TestFilesOfOtherKinds(t *testing.T) {
	flow := map[string]string{"process": `{"kind": "flow"}`, "prediction": `"flow_prediction"`, "second_time": `{"kind": "end"}`}
	length := map[string]string{"process": `{"kind": "flow"}`, "prediction": `"flow_prediction"`, "second_time": `{"kind": "length"}`}
	blur := map[string]string{"process": `{"kind": "blur", "blur": 4}`, "prediction": `"sample"`}
	var pictures [][]float32
	for _, c := range []struct {
		unet  string
		said  map[string]string
		want  solver.Kind
		steps int
	}{
		{small(`, "class_embed_type": "timestep"`), flow, solver.KindFlowMap, 4},
		{small(`, "class_embed_type": "timestep"`), length, solver.KindFlowMap, 4},
		{small(""), blur, solver.KindGDDIMBlur, 50},
	} {
		m, err := Load(made(t, c.unet, c.said))
		if err != nil {
			t.Fatal(err)
		}
		s := m.Defaults()
		if s.Solver != c.want || s.Steps != c.steps {
			t.Errorf("%v: the default is %v in %d steps", c.want, s.Solver, s.Steps)
		}
		for _, info := range solver.Solvers() {
			if err := m.CheckSolver(info.Kind); (err == nil) != (info.Kind == c.want) {
				t.Errorf("%v: %v is allowed: %v", c.want, info.Kind, err)
			}
		}
		if _, err := m.RecordGoldens(); err != nil {
			t.Errorf("%v: %v", c.want, err)
		}
		r, err := pipeline.Compile(&m.Model, s, nil)
		if err != nil {
			t.Fatal(err)
		}
		for done := false; !done; {
			if done, err = r.Step(); err != nil {
				t.Fatalf("%v: %v", c.want, err)
			}
		}
		x := slices.Clone(r.X())
		if slices.Min(x) == slices.Max(x) || slices.ContainsFunc(x, func(v float32) bool { return v-v != 0 }) {
			t.Errorf("%v draws %v", c.want, x[:8])
		}
		pictures = append(pictures, x)
	}
	if slices.Equal(pictures[0], pictures[1]) {
		t.Error("the end and the length of a step are told alike")
	}
}

func TestFilesOfOtherKindsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		unet string
		said map[string]string
		says string
	}{
		"no class input": {small(""), map[string]string{"process": `{"kind": "flow"}`, "prediction": `"flow_prediction"`, "second_time": `{"kind": "end"}`}, "class_embed_type"},
		"no flow":        {small(`, "class_embed_type": "timestep"`), map[string]string{"process": `{"kind": "edm"}`, "prediction": `"epsilon"`, "second_time": `{"kind": "end"}`}, "flow"},
		"no such kind":   {small(`, "class_embed_type": "timestep"`), map[string]string{"process": `{"kind": "flow"}`, "prediction": `"flow_prediction"`, "second_time": `{"kind": "x"}`}, "second_time.kind"},
		"labels": {small(`, "class_embed_type": "timestep"`), map[string]string{"process": `{"kind": "flow"}`, "prediction": `"flow_prediction"`, "second_time": `{"kind": "end"}`,
			"model": `{"labels": ["a", "b"]}`}, "second_time"},
		"another solver":   {small(""), map[string]string{"process": `{"kind": "blur"}`, "prediction": `"sample"`, "samplers": `{"default": {"name": "ddim"}}`}, "gddim-blur"},
		"widened":          {small(""), map[string]string{"process": `{"kind": "blur"}`, "prediction": `"sample"`, "samplers": `{"allowed": ["gddim-blur", "ddim"]}`}, "gddim-blur"},
		"another estimate": {small(""), map[string]string{"process": `{"kind": "blur"}`, "prediction": `"epsilon"`}, "sample"},
		"no blur":          {small(""), map[string]string{"process": `{"kind": "blur", "blur": 0}`, "prediction": `"sample"`}, "process.blur"},
		"floor":            {small(""), map[string]string{"process": `{"kind": "blur", "floor": 2}`, "prediction": `"sample"`}, "floor"},
	} {
		if _, err := Load(made(t, c.unet, c.said)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
