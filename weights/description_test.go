package weights

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// describe reads metadata as if a file with the given tensors had it.
func describe(metadata map[string]string, tensors ...TensorInfo) (*Description, error) {
	c := newCheckpoint("file")
	c.metadata = metadata
	for i, info := range tensors {
		c.add(info, nil, i)
	}
	return c.Describe()
}

func table(name string, rows, dim int) TensorInfo {
	return TensorInfo{Name: name, DType: F16, Shape: []int{rows, dim}}
}

const slotsModel = `{"name":"n","codec":{"kind":"pixel_unshuffle","factor":2},"conditioner":{"_class_name":"AttributeEmbedding","combine":"sum",
	"embedding_dim":4,"null":"last row","slots":[{"name":"head","values":["a","b"]},{"name":"body","values":["c"]}]},"licence":"CC0 1.0","provenance":"p"}`

func TestDescribe(t *testing.T) {
	d, err := describe(map[string]string{
		"unet":      `{"in_channels":3}`,
		"scheduler": `{"_class_name":"DDIMScheduler"}`,
		"model":     slotsModel,
		"student":   `{"method":"progressive distillation","teacher":"t","trained_steps":[4],"t_list":[999,749,499,249],"deterministic":true,"final":"x0"}`,
		"guidance":  `{"baked":1.5,"allow_cfg":false}`,
		"samplers":  `{"default":{"name":"ddim","n":4,"grid":"trailing","eta":0},"allowed":["ddim"],"forbidden":{"*":"no slope","heun":"why"}}`,
		"goldens":   `[1]`,
		"sha256":    "00", "format": "pt", "_more": "anything",
	}, table("conditioner.head.weight", 3, 4), table("conditioner.body.weight", 2, 4))
	if err != nil {
		t.Fatal(err)
	}
	want := Description{
		Model: Model{
			Name: "n", NullLabel: -1, Codec: Codec{CodecPixelUnshuffle, 2}, Licence: "CC0 1.0", Provenance: "p",
			Conditioner: &Conditioner{4, []Slot{{"head", []string{"a", "b"}}, {"body", []string{"c"}}}},
		},
		Student: &Student{Method: "progressive distillation", Teacher: "t", TrainedSteps: []int{4}, Timesteps: []float64{999, 749, 499, 249},
			Deterministic: true, Final: "x0"},
		Guidance: Guidance{Baked: Some(1.5), AllowCFG: false},
		Samplers: Samplers{&Sampler{Name: "ddim", N: 4, Grid: "trailing", Eta: Some(0.0)}, []string{"ddim"}, []Forbidden{{"*", "no slope"}, {"heun", "why"}}},
	}
	if n, err := d.UNet.Get("in_channels").Int(); n != 3 || err != nil {
		t.Error(n, err)
	}
	if !d.Scheduler.Exists() || d.Goldens.Len() != 1 {
		t.Error("scheduler or goldens are missing")
	}
	want.UNet, want.Scheduler, want.Goldens = d.UNet, d.Scheduler, d.Goldens
	if !reflect.DeepEqual(*d, want) {
		t.Errorf("got  %+v\nwant %+v", *d, want)
	}
	for solver, reason := range map[string]string{"ddim": "", "heun": "why", "euler": "no slope"} {
		if got := d.Samplers.reason(solver); got != reason {
			t.Errorf("%s: %q, want %q", solver, got, reason)
		}
	}
}

// What a checkpoint does not say.
func TestDescribeDefaults(t *testing.T) {
	d, err := describe(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Description{Model: Model{NullLabel: -1, Codec: Codec{CodecNone, 1}}, Guidance: Guidance{AllowCFG: true}}
	if !reflect.DeepEqual(*d, want) {
		t.Errorf("got  %+v\nwant %+v", *d, want)
	}
	if d.Samplers.reason("anything") != "" {
		t.Error("a contract out of nowhere")
	}
	if reason := (Samplers{Allowed: []string{"ddim", "euler"}}).reason("heun"); reason != "the checkpoint allows only ddim, euler" {
		t.Error(reason)
	}
}

func TestDescribeRefuses(t *testing.T) {
	head, body := table("conditioner.head.weight", 3, 4), table("conditioner.body.weight", 2, 4)
	conditioner := func(fields string) string { return `{"conditioner":{` + fields + `}}` }
	for _, c := range []struct {
		key, text string
		part      string
	}{
		{"unet", `{`, "unet: not valid JSON"},
		{"unet", `[]`, "unet: expected an object"},
		{"classifier", `3`, "classifier: expected an object"},
		{"model", `{"lables":[]}`, "model.lables: not a field"},
		{"model", `{"name":1}`, "model.name: expected a string"},
		{"model", `{"labels":["a",2]}`, "model.labels[1]"},
		{"model", `{"labels":["a",""]}`, "model.labels[1]: is empty"},
		{"model", `{"null_label":-1}`, "model.null_label: expected 0 or more"},
		{"model", `{"labels":["a"," "]}`, "model.labels[1]: is empty"},
		{"model", `{"labels":[null,"b"]}`, "model.labels[0]: expected a string"},
		{"model", `{"labels":[null,"b"],"null_label":1}`, "model.labels[0]: expected a string"},
		{"model", `{"codec":{"kind":"vae"}}`, "model.codec.kind: expected none or pixel_unshuffle"},
		{"model", `{"codec":{"kind":"none","factor":2}}`, "model.codec.factor: contradicts"},
		{"model", `{"codec":{"kind":"pixel_unshuffle"}}`, "model.codec.factor: expected 2 to 16"},
		{"model", `{"codec":{"kind":"pixel_unshuffle","factor":17}}`, "model.codec.factor: expected 2 to 16"},
		{"model", `{"codec":{"kind":"none","shift":1}}`, "model.codec.shift: not a field"},
		{"model", conditioner(`"_class_name":"Other"`), "AttributeEmbedding"},
		{"model", conditioner(`"combine":"concat"`), "model.conditioner.combine: expected sum"},
		{"model", conditioner(`"embedding_dim":0`), "model.conditioner.embedding_dim: expected 1 or more"},
		{"model", conditioner(`"slots":[]`), "model.conditioner.embedding_dim: is missing"},
		{"model", conditioner(`"embedding_dim":4`), "model.conditioner.slots: expected an array"},
		{"model", conditioner(`"embedding_dim":4,"slots":[]`), "model.conditioner.slots: is empty"},
		{"model", conditioner(`"embedding_dim":4,"slots":[{"name":"head"}]`), "slots[0].values: is missing"},
		{"model", conditioner(`"embedding_dim":4,"slots":[{"values":["a"]}]`), "slots[0].name"},
		{"model", conditioner(`"embedding_dim":4,"slots":[{"name":"a=b","values":["a"]}]`), "slots[0].name"},
		{"model", conditioner(`"embedding_dim":4,"slots":[{"name":"a","values":["a"]},{"name":"a","values":["a"]}]`), "slots[1].name"},
		{"model", conditioner(`"embedding_dim":4,"slots":[{"name":"head","values":["a"]}]`), "to be [2 4] (values and a null row), found [3 4]"},
		{"model", conditioner(`"embedding_dim":5,"slots":[{"name":"head","values":["a","b"]}]`), "to be [3 5]"},
		{"model", conditioner(`"embedding_dim":4,"slots":[{"name":"hat","values":["a"]}]`), "slots[0]: its table conditioner.hat.weight is missing"},
		{"model", `{"null_label":1,` + conditioner(`"embedding_dim":4,"slots":[{"name":"head","values":["a","b"]}]`)[1:], "conditioner: contradicts labels"},
		{"student", `{}`, "student.method: is missing"},
		{"student", `{"method":"LCM","renoise":50}`, "student.renoise: not a field"},
		{"student", `{"method":"tcd","gamma":2}`, "student.gamma: expected 0 to 1"},
		{"student", `{"method":"lcm","original_steps":0}`, "student.original_steps: expected 1 or more"},
		{"process", `{"T":1000}`, "process.kind: is missing"},
		{"process", `{"kind":"flow","beta":1}`, "process.beta: not a field"},
		{"process", `[]`, "process: expected an object"},
		{"prediction", `3`, "prediction: expected a string"},
		{"boundary", `{"kind":"lcm","sigma":1}`, "boundary.sigma: not a field"},
		{"time_input", `{}`, "time_input.kind: is missing"},
		{"student", `{"method":"pd","final":"x1"}`, "student.final: expected x0 or t0"},
		{"student", `{"method":"pd","trained_steps":[0]}`, "student.trained_steps[0]: expected 1 or more"},
		{"student", `{"method":"pd","t_list":[999,249,499]}`, "student.t_list[2]: expected entries that fall"},
		{"guidance", `{"w_embed":{}}`, "guidance.w_embed: not a field"},
		{"guidance", `{"baked":-1}`, "guidance.baked: expected 0 or more"},
		{"samplers", `{"default":{}}`, "samplers.default.name: is missing"},
		{"samplers", `{"default":{"name":"ddim","n":0}}`, "samplers.default.n: expected 1 or more"},
		{"samplers", `{"default":{"name":"ddim","order":2}}`, "samplers.default.order: not a field"},
		{"samplers", `{"default":{"name":"ddim"},"allowed":["heun"]}`, `samplers.default.name: "ddim" is not allowed`},
		{"samplers", `{"default":{"name":"ddim"},"forbidden":{"ddim":"slow"}}`, `is not allowed: slow`},
		{"samplers", `{"forbidden":{"ddim":""}}`, "samplers.forbidden.ddim: expected a reason"},
		{"samplers", `{"forbidden":["ddim"]}`, "samplers.forbidden: expected an object"},
	} {
		_, err := describe(map[string]string{c.key: c.text}, head, body)
		if err == nil {
			t.Errorf("%s %s is accepted", c.key, c.text)
			continue
		}
		wantError(t, err, ErrMetadata, "file: ", c.part)
	}
}

// A null is as good as absent, also where absent does not mean 0.
func TestDescribeNulls(t *testing.T) {
	d, err := describe(map[string]string{"student": `{"method":"tcd","gamma":null,"trained_steps":null,"t_list":null,"final":null}`, "guidance": `null`,
		"model": `{"null_label":null,"labels":null,"codec":null,"conditioner":null}`})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Student{Method: "tcd", Final: "x0"}); !reflect.DeepEqual(*d.Student, want) || d.Model.NullLabel != -1 || !d.Guidance.AllowCFG {
		t.Errorf("student %+v, model %+v, guidance %+v", *d.Student, d.Model, d.Guidance)
	}
}

// A zero that is written is a zero, or it is refused by its path: it never counts as left out.
func TestDescribeZeros(t *testing.T) {
	d, err := describe(map[string]string{
		"process":  `{"kind":"vp_linear","beta_start":0,"beta_end":0}`,
		"student":  `{"method":"tcd","gamma":0}`,
		"samplers": `{"default":{"name":"ddim","eta":0,"guidance":0}}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	zero := Some(0.0)
	def := d.Samplers.Default
	if d.Process.BetaStart != zero || d.Process.BetaEnd != zero || d.Student.Gamma != zero || def.Eta != zero || def.Guidance != zero {
		t.Errorf("process %+v, student %+v, default %+v", d.Process, d.Student, def)
	}
	if d, err = describe(map[string]string{"samplers": `{"default":{"name":"ddim","eta":null}}`}); err != nil || d.Samplers.Default.Eta.Given || d.Samplers.Default.Guidance.Given {
		t.Errorf("%+v, %v", d, err)
	}
	for _, c := range []struct{ key, text, part string }{
		{"process", `{"kind":"vp","T":0}`, "process.T: expected 1 or more, found 0"},
		{"process", `{"kind":"ve","sigma_min":0}`, "process.sigma_min: expected a number above 0, found 0"},
		{"process", `{"kind":"ve","sigma_max":-0.0}`, "process.sigma_max: expected a number above 0"},
		{"process", `{"kind":"trigflow","sigma_data":0}`, "process.sigma_data: expected a number above 0"},
		{"process", `{"kind":"flow","shift":0.0}`, "process.shift: expected a number above 0"},
		{"boundary", `{"kind":"lcm","timestep_scaling":0}`, "boundary.timestep_scaling: expected a number above 0"},
		{"boundary", `{"kind":"lcm","sigma_data":0}`, "boundary.sigma_data: expected a number above 0"},
		{"boundary", `{"kind":"cm","sigma_min":0}`, "boundary.sigma_min: expected a number above 0"},
		{"time_input", `{"kind":"time","scale":0}`, "time_input.scale: expected a number above 0"},
		{"degrader", `{"kind":"heat","width":0}`, "degrader.width: expected a number above 0"},
		{"degrader", `{"kind":"pixelate","largest":0}`, "degrader.largest: expected 1 or more"},
		{"guidance", `{"baked":0}`, "guidance.baked: expected a number above 0"},
		{"student", `{"method":"lcm","original_steps":0}`, "student.original_steps: expected 1 or more"},
		{"samplers", `{"default":{"name":"ddim","n":0}}`, "samplers.default.n: expected 1 or more"},
		{"model", `{"codec":{"kind":"pixel_unshuffle","factor":0}}`, "model.codec.factor: expected 1 or more"},
	} {
		_, err := describe(map[string]string{c.key: c.text})
		wantError(t, err, ErrMetadata, c.part)
	}
	_, err = describe(map[string]string{"guidance": `{"allow_cfg":false}`, "samplers": `{"default":{"name":"ddim","guidance":0}}`})
	wantError(t, err, ErrMetadata, "samplers.default.guidance: contradicts guidance.allow_cfg")
}

// An empty text is refused wherever a text stands, and an empty list: a script whose variable is not set must not get the
// default.
func TestDescribeEmptyTexts(t *testing.T) {
	for _, c := range []struct{ key, text, path string }{
		{"prediction", `""`, "prediction"},
		{"model", `{"name":""}`, "model.name"},
		{"model", `{"licence":""}`, "model.licence"},
		{"model", `{"provenance":""}`, "model.provenance"},
		{"model", `{"codec":{"kind":""}}`, "model.codec.kind"},
		{"process", `{"kind":""}`, "process.kind"},
		{"process", `{"kind":"vp","schedule":""}`, "process.schedule"},
		{"boundary", `{"kind":""}`, "boundary.kind"},
		{"time_input", `{"kind":""}`, "time_input.kind"},
		{"variance", `{"kind":""}`, "variance.kind"},
		{"degrader", `{"kind":""}`, "degrader.kind"},
		{"student", `{"method":""}`, "student.method"},
		{"student", `{"method":"pd","teacher":""}`, "student.teacher"},
		{"student", `{"method":"pd","final":""}`, "student.final"},
		{"samplers", `{"default":{"name":""}}`, "samplers.default.name"},
		{"samplers", `{"default":{"name":"ddim","grid":""}}`, "samplers.default.grid"},
		{"samplers", `{"allowed":[""]}`, "samplers.allowed[0]"},
		{"samplers", `{"allowed":[]}`, "samplers.allowed"},
		{"student", `{"method":"pd","trained_steps":[]}`, "student.trained_steps"},
		{"student", `{"method":"pd","t_list":[]}`, "student.t_list"},
		{"process", `{"kind":"vp","betas":[]}`, "process.betas"},
		{"process", `{"kind":"gamma_table","gamma_table":[]}`, "process.gamma_table"},
		{"variance", `{"kind":"analytic","squares":[]}`, "variance.squares"},
		{"tables", `{"costs":[]}`, "tables.costs"},
	} {
		_, err := describe(map[string]string{c.key: c.text})
		wantError(t, err, ErrMetadata, c.path+": is empty")
	}
}

// Two keys that cannot both be true.
func TestDescribeContradictions(t *testing.T) {
	student := map[string]string{
		"student":  `{"method":"pd","trained_steps":[4],"t_list":[999,749,499,249]}`,
		"guidance": `{"baked":1.5,"allow_cfg":false}`,
		"samplers": `{"default":{"name":"ddim","n":4}}`,
	}
	if _, err := describe(student); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ key, text, part string }{
		{"samplers", `{"default":{"name":"ddim","n":8}}`, "samplers.default.n: 8 contradicts student.trained_steps"},
		{"samplers", `{"default":{"name":"ddim","n":4,"guidance":2}}`, "samplers.default.guidance: contradicts guidance.allow_cfg"},
		{"student", `{"method":"pd","trained_steps":[4],"t_list":[999,499]}`, "student.t_list: has 2 entries"},
	} {
		bad := maps.Clone(student)
		bad[c.key] = c.text
		_, err := describe(bad)
		wantError(t, err, ErrMetadata, c.part)
	}
	_, err := describe(map[string]string{"unet": "{}", "classifier": "{}"})
	wantError(t, err, ErrMetadata, "classifier: contradicts unet")
	_, err = describe(map[string]string{"student": `{"method":"pd","trained_steps":[4],"t_list":[999,499]}`})
	wantError(t, err, ErrMetadata, "student.t_list: has 2 entries")
}

// FuzzDescribe: whatever a key says, it is refused with its path, or the description holds to what its fields promise.
func FuzzDescribe(f *testing.F) {
	for _, seed := range [][2]string{
		{"model", slotsModel}, {"model", `{"labels":["a"],"null_label":1,"codec":{"kind":"none"}}`},
		{"student", `{"method":"lcm","t_list":[999,1],"trained_steps":[2],"gamma":0.5,"final":"t0"}`},
		{"samplers", `{"default":{"name":"ddim","n":4},"allowed":["ddim"],"forbidden":{"*":"why"}}`},
		{"process", `{"kind":"vp","T":3,"betas":[0.1,0.2,0.3]}`}, {"boundary", `{"kind":"cm"}`}, {"time_input", `{"kind":"sigma","scale":2}`},
		{"variance", `{"kind":"analytic","squares":[1]}`}, {"guidance", `{"baked":2,"allow_cfg":false}`}, {"prediction", `"edm"`}, {"goldens", `{}`},
		{"tables", `{"costs":[[1],[2,3]],"ggdm":{"x":[[1],[0,1]],"d":[[1],[1,0]],"noise":[0,0.5]}}`}, {"degrader", `{"kind":"heat","width":2}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, key, text string) {
		d, err := describe(map[string]string{key: text}, table("conditioner.head.weight", 3, 4), table("conditioner.body.weight", 2, 4))
		if err != nil {
			if !errors.Is(err, ErrMetadata) || !strings.Contains(err.Error(), "file: ") {
				t.Errorf("%s %q: error %v", key, text, err)
			}
			return
		}
		for i, row := range d.Tables.Costs {
			if len(row) != i+1 {
				t.Errorf("%q gives row %d of the costs %d numbers", text, i, len(row))
			}
		}
		if g := d.Tables.GGDM; g != nil && (len(g.X) != len(g.Noise) || len(g.D) != len(g.Noise) || len(g.Noise) == 0) {
			t.Errorf("%q gives a table of %d, %d and %d rows", text, len(g.X), len(g.D), len(g.Noise))
		}
		if m := d.Model; m.NullLabel < -1 || m.Codec.Factor < 1 || m.Codec.Factor > 16 || slices.Contains(m.Labels, "") {
			t.Errorf("%q is accepted as %+v", text, m)
		}
		if s := d.Student; s != nil && (s.Method == "" || s.Gamma.Value > 1 || len(s.TrainedSteps) > 0 && slices.Min(s.TrainedSteps) < 1) {
			t.Errorf("%q is accepted as %+v", text, s)
		}
		if s := d.Samplers; s.Default != nil && s.reason(s.Default.Name) != "" {
			t.Errorf("%q is accepted, whose default is not allowed", text)
		}
	})
}

// TestLongListsAreRefusedAtOnce: naming an element of a list walks to it, so only the first that is wrong is named. A
// reader that named each would be at this for an hour.
func TestLongListsAreRefusedAtOnce(t *testing.T) {
	const long = 1 << 20 // bytes; a config may have no more
	fill := func(before, element, after string) string {
		n := (long - len(before) - len(after)) / (len(element) + 1)
		return before + strings.Repeat(element+",", n-1) + element + after
	}
	for _, c := range []struct{ key, text, part string }{
		{"model", fill(`{"labels":[`, `""`, `]}`), "model.labels[0]: is empty"},
		{"student", fill(`{"method":"pd","trained_steps":[`, `0`, `]}`), "student.trained_steps[0]: expected 1 or more, found 0"},
		{"student", fill(`{"method":"pd","t_list":[`, `-1`, `]}`), "student.t_list[0]: expected 0 or more, found -1"},
		{"student", fill(`{"method":"pd","t_list":[`, `1`, `]}`), "student.t_list[1]: expected entries that fall"},
		{"model", fill(`{"conditioner":{"embedding_dim":4,"slots":[`, `{}`, `]}}`), "slots[0].name"},
	} {
		_, err := describe(map[string]string{c.key: c.text})
		wantError(t, err, ErrMetadata, c.part)
	}
}

// A key that is not known is refused beside a network of ours. Weights of another program may have any remarks.
func TestUnknownKeys(t *testing.T) {
	for _, network := range []string{"unet", "classifier"} {
		_, err := describe(map[string]string{network: `{}`, "third_time": `{}`})
		wantError(t, err, ErrMetadata, `unknown key "third_time"`)
	}
	d, err := describe(map[string]string{"format": "pt", "ss_network_dim": "not JSON", "process": "neither"})
	if err != nil || d.UNet.Exists() || d.Classifier.Exists() || d.Process != nil {
		t.Errorf("%+v, %v", d, err)
	}
}
