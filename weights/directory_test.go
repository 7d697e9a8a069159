package weights

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A small pipeline as diffusers would save it; each case of a test changes some of its files.
var pipelineFiles = map[string]string{
	"model_index.json": `{"_class_name": "X", "_diffusers_version": "0.42.1", "unet": ["diffusers", "UNet2DModel"],
		"scheduler": ["diffusers", "DDPMScheduler"], "safety_checker": [null, null], "id2label": {"1": "dog", "0": "cat"}, "null_label": 2}`,
	"unet/config.json":                              `{"_class_name": "UNet2DModel", "norm_eps": 1e-05}`,
	"unet/diffusion_pytorch_model.safetensors":      tensorFile("conv_in.bias", "conv_in.weight"),
	"scheduler/scheduler_config.json":               `{"_class_name": "DDPMScheduler"}`,
	"unet/diffusion_pytorch_model.fp16.safetensors": tensorFile("the.variant"),
}

// tensorFile is a safetensors file whose tensors [1 2] hold their own names' first 8 bytes. A name
// may carry another shape: "name [2 1 1 1]".
func tensorFile(names ...string) string {
	var list []Tensor
	for _, name := range names {
		name, dims, _ := strings.Cut(name, " ")
		shape := []int{1, 2}
		if dims != "" {
			shape = nil
			for _, c := range strings.Fields(strings.Trim(dims, "[]")) {
				shape = append(shape, int(c[0]-'0'))
			}
		}
		size, _ := byteLength(shape, F32)
		list = append(list, Tensor{name, F32, shape, []byte((name + strings.Repeat(" ", int(size)))[:size])})
	}
	var b bytes.Buffer
	if _, err := WriteFile(&b, nil, list); err != nil {
		panic(err)
	}
	return b.String()
}

// layOut writes files below a new directory. An empty text leaves a file out, "-> target" makes a
// symbolic link.
func layOut(t *testing.T, files ...map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "small-model")
	all := map[string]string{}
	for _, f := range files {
		maps.Copy(all, f)
	}
	for name, text := range all {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		err := error(nil)
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(target, path)
		} else if text != "" {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// shards is an index and its two files in place of the single one.
func shards(weightMap string, one, two string) map[string]string {
	return map[string]string{
		"unet/diffusion_pytorch_model.safetensors":                  "",
		"unet/diffusion_pytorch_model.fp16.safetensors":             "",
		"unet/diffusion_pytorch_model.safetensors.index.json":       `{"metadata": {"total_size": 24}, "weight_map": ` + weightMap + `}`,
		"unet/diffusion_pytorch_model-00001-of-00002.safetensors":   one,
		"unet/diffusion_pytorch_model-00002-of-00002.safetensors":   two,
		"unet/diffusion_pytorch_model-00009-of-00002.safetensors":   tensorFile("not.listed"),
		"unet/diffusion_pytorch_model.safetensors.index.fp16.json":  `{}`,
		"unet/diffusion_pytorch_model.fp16.safetensors.index.json":  `{}`,
		"unet/diffusion_pytorch_model.safetensors.index.other.json": `{}`,
	}
}

const (
	shard1 = "diffusion_pytorch_model-00001-of-00002.safetensors"
	shard2 = "diffusion_pytorch_model-00002-of-00002.safetensors"
)

func weightsOnly(names ...string) map[string]string {
	return map[string]string{"unet/diffusion_pytorch_model.safetensors": tensorFile(names...)}
}

func TestOpenDirectory(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // name and shape of each tensor
	}{
		{"subfolders", nil, "conv_in.bias[1 2] conv_in.weight[1 2]"},
		{"fp16 variant", map[string]string{"unet/diffusion_pytorch_model.safetensors": ""}, "the.variant[1 2]"},
		{"sharded", shards(`{"a": "`+shard2+`", "b": "`+shard1+`", "c": "`+shard2+`"}`, tensorFile("b"), tensorFile("a", "c")), "a[1 2] b[1 2] c[1 2]"},
		{"legacy names", weightsOnly("mid_block.attentions.0.query.weight", "mid_block.attentions.0.key.bias",
			"down_blocks.0.attentions.1.value.weight", "up_blocks.3.attentions.0.proj_attn.weight", "query.key.value", "attentions.query.weight"),
			"attentions.query.weight[1 2] down_blocks.0.attentions.1.to_v.weight[1 2] mid_block.attentions.0.to_k.bias[1 2] " +
				"mid_block.attentions.0.to_q.weight[1 2] query.key.value[1 2] up_blocks.3.attentions.0.to_out.0.weight[1 2]"},
		{"legacy 1x1 convolutions", weightsOnly("mid_block.attentions.0.query.weight [2 2 1 1]", "mid_block.attentions.0.to_out.0.weight [2 2 1 1]",
			"mid_block.attentions.0.group_norm.weight [2 2 1 1]", "down_blocks.0.resnets.0.conv_shortcut.weight [2 2 1 1]"),
			"down_blocks.0.resnets.0.conv_shortcut.weight[2 2 1 1] mid_block.attentions.0.group_norm.weight[2 2 1 1] " +
				"mid_block.attentions.0.to_out.0.weight[2 2] mid_block.attentions.0.to_q.weight[2 2]"},
		{"Conv2d_0 twice", weightsOnly("down_blocks.0.downsamplers.0.Conv2d_0.weight", "down_blocks.0.downsamplers.0.conv.weight"),
			"down_blocks.0.downsamplers.0.conv.weight[1 2]"},
		{"Conv2d_0 alone", weightsOnly("down_blocks.0.downsamplers.0.Conv2d_0.weight"), "down_blocks.0.downsamplers.0.conv.weight[1 2]"},
		{"Conv2d_0 in another shard", shards(`{"down_blocks.0.downsamplers.0.Conv2d_0.weight": "`+shard1+`", "down_blocks.0.downsamplers.0.conv.weight": "`+shard2+`"}`,
			tensorFile("down_blocks.0.downsamplers.0.Conv2d_0.weight"), tensorFile("down_blocks.0.downsamplers.0.conv.weight")),
			"down_blocks.0.downsamplers.0.conv.weight[1 2]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, err := OpenDirectory(layOut(t, pipelineFiles, c.files))
			if err != nil {
				t.Fatal(err)
			}
			defer dir.Close()
			var got []string
			for _, info := range dir.Tensors() {
				got = append(got, info.Name+ShapeText(info.Shape))
				if _, raw, err := dir.Tensor(info.Name); err != nil || len(raw) != int(info.Bytes()) || raw[0] != info.Name[0] {
					// No renaming changes the first letter, which is the first byte.
					t.Errorf("%s: %q, %v", info.Name, raw, err)
				}
			}
			slices.Sort(got)
			if strings.Join(got, " ") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), c.want)
			}
			if _, err := dir.Finish(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDirectoryMetadata(t *testing.T) {
	c, err := OpenDirectory(layOut(t, pipelineFiles))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for key, want := range map[string]string{
		"unet":      `{"_class_name":"UNet2DModel","norm_eps":1e-05}`,
		"scheduler": `{"_class_name":"DDPMScheduler"}`,
		"model":     `{"name":"small-model","labels":["cat","dog"],"null_label":2}`,
	} {
		if got, _ := c.Metadata(key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	if _, ok := c.Metadata("samplers"); ok {
		t.Error("a contract out of nowhere")
	}
}

// The class may stand in model_index.json alone, or under its former name; null is as absent.
func TestDirectoryClasses(t *testing.T) {
	c, err := OpenDirectory(layOut(t, pipelineFiles, map[string]string{
		"unet/config.json":                `{"norm_eps": 1e-05}`,
		"scheduler/scheduler_config.json": `{"_class_name": "GaussianDDPMScheduler"}`,
		"model_index.json": `{"unet": ["diffusers", "UNet2DModel"], "scheduler": ["diffusers", "DDPMScheduler"], "name": null,
			"id2label": null, "null_label": null, "codec": null, "student": null, "samplers": {"default": null, "allowed": null}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for key, want := range map[string]string{
		"unet":      `{"_class_name":"UNet2DModel","norm_eps":1e-05}`,
		"scheduler": `{"_class_name":"GaussianDDPMScheduler"}`,
		"model":     `{"name":"small-model"}`,
	} {
		if got, _ := c.Metadata(key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	if d, err := c.Describe(); err != nil || d.Samplers.Default != nil || d.Samplers.Allowed != nil {
		t.Error(d, err)
	}
}

// diffusers takes a pipeline's files from the root where there is no subfolder; a lone network has
// no scheduler and no index.
func TestDirectoryAtRoot(t *testing.T) {
	network := map[string]string{
		"config.json":                         `{"_class_name": "UNet2DModel"}`,
		"diffusion_pytorch_model.safetensors": tensorFile("a"),
	}
	for _, c := range []struct {
		files     map[string]string
		scheduler bool
	}{
		{nil, false},
		{map[string]string{"scheduler_config.json": `{}`, "model_index.json": pipelineFiles["model_index.json"]}, true},
	} {
		dir, err := OpenDirectory(layOut(t, network, c.files))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := dir.Metadata("scheduler"); ok != c.scheduler {
			t.Errorf("scheduler: %v, want %v", ok, c.scheduler)
		}
		if _, _, err := dir.Tensor("a"); err != nil {
			t.Error(err)
		}
		dir.Close()
	}
}

func TestOpenDirectoryRefuses(t *testing.T) {
	plain := pipelineFiles["unet/diffusion_pytorch_model.safetensors"]
	index := func(more string) map[string]string {
		return map[string]string{"model_index.json": strings.TrimSuffix(pipelineFiles["model_index.json"], "}") + more + "}"}
	}
	noWeights := map[string]string{"unet/diffusion_pytorch_model.safetensors": "", "unet/diffusion_pytorch_model.fp16.safetensors": ""}
	for _, c := range []struct {
		name  string
		files map[string]string
		kind  error
		parts []string
	}{
		{"no config", map[string]string{"unet/config.json": ""}, fs.ErrNotExist, []string{"unet/config.json"}},
		{"no scheduler", map[string]string{"scheduler/scheduler_config.json": ""}, fs.ErrNotExist, []string{"names a scheduler", "scheduler_config.json"}},
		{"no weights", noWeights, fs.ErrNotExist, []string{"diffusion_pytorch_model.safetensors"}},
		{"pickle", merged(noWeights, map[string]string{"unet/diffusion_pytorch_model.bin": "PK"}), ErrPickle, []string{"diffusion_pytorch_model.bin", "save_pretrained"}},
		{"config not JSON", map[string]string{"unet/config.json": "{"}, ErrConfig, []string{"unet/config.json", "byte 1"}},
		{"config a list", map[string]string{"unet/config.json": "[]"}, ErrConfig, []string{"expected an object"}},
		{"config too long", map[string]string{"unet/config.json": "{}" + strings.Repeat(" ", 1<<20)}, ErrConfig, []string{"too long"}},
		{"truncated", map[string]string{"unet/diffusion_pytorch_model.safetensors": plain[:len(plain)-1]}, ErrTruncated, []string{"expected", "found"}},
		{"trailing", map[string]string{"unet/diffusion_pytorch_model.safetensors": plain + "x"}, ErrTrailing, nil},
		{"header cut", map[string]string{"unet/diffusion_pytorch_model.safetensors": plain[:50]}, ErrHeaderLength, nil},
		{"7 bytes", map[string]string{"unet/diffusion_pytorch_model.safetensors": plain[:7]}, ErrHeaderTooSmall, nil},
		{"pickle inside", map[string]string{"unet/diffusion_pytorch_model.safetensors": "PK\x03\x04\x00\x00\x00\x00\x00"}, ErrPickle, nil},
		{"old and new name", weightsOnly("mid_block.attentions.0.query.weight", "mid_block.attentions.0.to_q.weight"), ErrDuplicate, []string{"to_q", "two tensors"}},
		{"component", index(`, "vae": ["diffusers", "AutoencoderKL"]`), ErrConfig, []string{"model_index.vae", "AutoencoderKL"}},
		{"field", index(`, "sampler": {}`), ErrConfig, []string{"model_index.sampler"}},
		{"component's class", index(`, "conditioner": "x"`), ErrConfig, []string{"[library, class]"}},
		{"two schedulers", map[string]string{"scheduler/scheduler_config.json": `{"_class_name": "DDIMScheduler"}`}, ErrConfig,
			[]string{"scheduler._class_name", "DDIMScheduler", "model_index.scheduler", "DDPMScheduler"}},
		{"class of another type", map[string]string{"unet/config.json": `{"_class_name": 1}`}, ErrConfig, []string{"unet._class_name"}},
		{"labels with a gap", map[string]string{"model_index.json": `{"id2label": {"0": "a", "2": "b"}}`}, ErrConfig, []string{"id2label.2", "0 to 1"}},
		{"labels with two gaps", map[string]string{"model_index.json": `{"id2label": {"1": "a", "3": "b"}, "null_label": 0}`}, ErrConfig, []string{"id2label.3", "0 to 2"}},
		{"labels in two ways", map[string]string{"model_index.json": `{"id2label": {"0": "a"}, "labels": ["a"]}`}, ErrConfig, []string{"id2label", "contradicts labels"}},
		{"labels twice", map[string]string{"model_index.json": `{"id2label": {"0": "a", "00": "b"}}`}, ErrConfig, []string{"id2label.00"}},
		{"codec", index(`, "codec": {"kind": "vq"}`), ErrMetadata, []string{"model.codec.kind", `"vq"`}},
		{"no conditioner", map[string]string{"model_index.json": `{"conditioner": ["tintype", "AttributeEmbedding"]}`}, fs.ErrNotExist, []string{"conditioner"}},
		{"shard outside", shards(`{"a": "../`+shard1+`"}`, plain, plain), ErrConfig, []string{"a: ", "../"}},
		{"shard absolute", shards(`{"a": "/etc/passwd"}`, plain, plain), ErrConfig, []string{"/etc/passwd"}},
		{"shard of another kind", shards(`{"a": "config.json"}`, plain, plain), ErrConfig, []string{"config.json"}},
		{"shard absent", shards(`{"a": "x.safetensors"}`, plain, plain), fs.ErrNotExist, []string{"x.safetensors"}},
		{"tensor in two shards", shards(`{"a": "`+shard1+`", "b": "`+shard2+`"}`, tensorFile("a"), tensorFile("b", "a")), ErrDuplicate, []string{"a: ", shard2}},
		{"tensor twice in the index", shards(`{"a": "`+shard1+`", "a": "`+shard2+`"}`, plain, plain), ErrConfig, []string{"index", `"a"`}},
		{"index of nothing", shards(`{}`, plain, plain), ErrConfig, []string{"weight_map"}},
		{"shard is a directory", merged(shards(`{"a": "`+shard1+`"}`, "", plain), map[string]string{"unet/" + shard1 + "/x": "x"}), ErrRead, []string{shard1, "a directory"}},
		{"shards without an index", merged(shards(``, plain, plain), map[string]string{"unet/diffusion_pytorch_model.safetensors.index.json": "",
			"unet/diffusion_pytorch_model.safetensors.index.fp16.json": "", "unet/diffusion_pytorch_model.fp16.safetensors.index.json": "",
			"unet/diffusion_pytorch_model.safetensors.index.other.json": ""}), fs.ErrNotExist, []string{shard1, "index is missing"}},
		{"several variants", map[string]string{"unet/diffusion_pytorch_model.safetensors": "", "unet/diffusion_pytorch_model.ema.safetensors": plain},
			fs.ErrNotExist, []string{"diffusion_pytorch_model.safetensors", "ema, fp16", "-variant"}},
		{"weights of another name", map[string]string{"unet/diffusion_pytorch_model.safetensors": "", "unet/diffusion_pytorch_model.fp16.safetensors": "",
			"unet/model.safetensors": plain}, fs.ErrNotExist, []string{"diffusion_pytorch_model.safetensors", "there is model.safetensors"}},
		{"several networks", weightsOnly("model.conv_in.weight", "ema_model.conv_in.weight"), ErrConfig, []string{`"ema_model." and "model."`, "-prefix"}},
		{"index without map", map[string]string{"unet/diffusion_pytorch_model.safetensors": "", "unet/diffusion_pytorch_model.fp16.safetensors": "",
			"unet/diffusion_pytorch_model.safetensors.index.json": "{}"}, ErrConfig, []string{"index.weight_map"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := OpenDirectory(layOut(t, pipelineFiles, c.files))
			wantError(t, err, c.kind, c.parts...)
		})
	}
	_, err := OpenDirectory(filepath.Join(t.TempDir(), "absent"))
	wantError(t, err, fs.ErrNotExist, "absent")
	_, err = OpenDirectory(filepath.Join(layOut(t, pipelineFiles), "model_index.json"))
	wantError(t, err, ErrRead, "not a directory")
	_, err = OpenDirectory(t.TempDir())
	wantError(t, err, fs.ErrNotExist, "neither unet/config.json nor config.json")
}

func merged(a, b map[string]string) map[string]string {
	m := maps.Clone(a)
	maps.Copy(m, b)
	return m
}

// Download caches link their files; a link that leads nowhere is named with its target.
func TestSymbolicLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("making links needs rights on Windows")
	}
	const file = "unet/diffusion_pytorch_model.safetensors"
	linked := map[string]string{file: "-> ../blobs/1234", "blobs/1234": pipelineFiles[file]}
	c, err := OpenDirectory(layOut(t, pipelineFiles, linked))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	for _, bad := range []struct {
		files map[string]string
		parts []string
	}{
		{map[string]string{file: "-> ../blobs/absent"}, []string{file, `symbolic link to "../blobs/absent"`}},
		{map[string]string{file: "-> " + filepath.Base(file)}, []string{file, "symbolic link to"}},
		{map[string]string{file: "-> ."}, []string{file, "a directory"}},
		{map[string]string{"model_index.json": "-> absent"}, []string{"model_index.json", `symbolic link to "absent"`}},
	} {
		_, err := OpenDirectory(layOut(t, pipelineFiles, bad.files))
		wantError(t, err, ErrRead, bad.parts...)
	}
	dir := layOut(t, map[string]string{"unet": "-> elsewhere", "model_index.json": pipelineFiles["model_index.json"]})
	_, err = OpenDirectory(dir)
	wantError(t, err, fs.ErrNotExist, `unet is a symbolic link to "elsewhere"`)
}

// The null class may be any row, and have a name.
func TestNullLabelIsAnyRow(t *testing.T) {
	for text, want := range map[string]string{
		`{"id2label": {"1": "a", "2": "b"}, "null_label": 0}`:             `{"name":"small-model","labels":[null,"a","b"],"null_label":0}`,
		`{"id2label": {"2": "b", "0": "any", "1": "a"}, "null_label": 0}`: `{"name":"small-model","labels":["any","a","b"],"null_label":0}`,
		`{"id2label": {"0": "a", "2": "b"}, "null_label": 1}`:             `{"name":"small-model","labels":["a",null,"b"],"null_label":1}`,
		`{"id2label": {"0": "a", "1": "b"}, "null_label": 2}`:             `{"name":"small-model","labels":["a","b"],"null_label":2}`,
		`{"id2label": {"0": "a", "1": "b"}, "null_label": 9}`:             `{"name":"small-model","labels":["a","b"],"null_label":9}`,
		`{"labels": [null, "a"], "null_label": 0}`:                        `{"name":"small-model","labels":[null,"a"],"null_label":0}`,
	} {
		c, err := OpenDirectory(layOut(t, pipelineFiles, map[string]string{"model_index.json": text}))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, _ := c.Metadata("model"); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		c.Close()
	}
}
