package weights

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// stem is where a network's weights lie, without the rest of the name.
const stem = "unet/diffusion_pytorch_model"

// what is read of a directory that holds several networks, and what is said of the rest.
func TestWhich(t *testing.T) {
	bare := map[string]string{stem + ".safetensors": "", stem + ".fp16.safetensors": ""}
	for _, c := range []struct {
		name  string
		which Which
		files map[string]string
		want  string   // names of the tensors
		notes []string // parts of each, in order
	}{
		{"plain beside a variant", Which{}, nil, "conv_in.bias conv_in.weight", []string{"fp16.safetensors not read: -variant fp16"}},
		{"asked for", Which{Variant: "fp16"}, nil, "the.variant", []string{"without -variant"}},
		{"the only one", Which{}, merged(bare, map[string]string{stem + ".non_ema.safetensors": tensorFile("n")}), "n", []string{"the variant non_ema"}},
		{"dots", Which{Variant: "fp16.ema"}, merged(bare, map[string]string{stem + ".fp16.ema.safetensors": tensorFile("n")}), "n", nil},
		{"an index and a file", Which{}, merged(shards(`{"a": "`+shard1+`"}`, tensorFile("a"), ""),
			map[string]string{stem + ".safetensors": tensorFile("single"), stem + ".safetensors.index.fp16.json": "", stem + ".fp16.safetensors.index.json": "",
				stem + ".safetensors.index.other.json": ""}), "a", []string{"index.json beside it"}},
		{"a folder of the index's name", Which{}, map[string]string{stem + ".fp16.safetensors": "", stem + ".safetensors.index.json/x": "x"}, "conv_in.bias conv_in.weight", nil},
		{"shards of a variant", Which{Variant: "ema"}, merged(bare, map[string]string{stem + ".safetensors.index.ema.json": `{"weight_map": {"a": "diffusion_pytorch_model.ema-00001-of-00001.safetensors"}}`,
			stem + ".ema-00001-of-00001.safetensors": tensorFile("a")}), "a", nil},
		{"shards of a variant, as of old", Which{Variant: "ema"}, merged(bare, map[string]string{stem + ".safetensors.ema.index.json": `{"weight_map": {"a": "diffusion_pytorch_model-00001-of-00001.ema.safetensors"}}`,
			stem + "-00001-of-00001.ema.safetensors": tensorFile("a")}), "a", nil},
		{"the index is wrong", Which{}, merged(shards(`{"a": "`+shard2+`", "b": "`+shard1+`", "ghost": "`+shard1+`"}`, tensorFile("a"), tensorFile("b", "c")),
			map[string]string{stem + ".safetensors.index.fp16.json": "", stem + ".fp16.safetensors.index.json": "", stem + ".safetensors.index.other.json": ""}),
			"a b c", []string{"not in the index: c", "another file than the index says: a and 1 more", "in no file: ghost"}},
		{"compiled", Which{}, merged(bare, weightsOnly("_orig_mod.conv_in.weight", "_orig_mod.b")), "b conv_in.weight", []string{"2 names, such as _orig_mod.conv_in.weight"}},
		{"wrapped twice", Which{}, merged(bare, weightsOnly("module._orig_mod.conv_in.weight", "module.mid._orig_mod.b", "step")), "conv_in.weight mid.b", []string{"2 names"}},
		{"its blocks were compiled", Which{}, merged(bare, weightsOnly("conv_in.weight", "mid._orig_mod.b")), "conv_in.weight mid.b", []string{"1 name, such as mid._orig_mod.b"}},
		{"beside another", Which{}, merged(bare, weightsOnly("conv_in.weight", "ema_model.conv_in.weight")), "conv_in.weight ema_model.conv_in.weight", []string{"-prefix ema_model. takes it"}},
		{"the other", Which{Prefix: "ema_model"}, merged(bare, weightsOnly("conv_in.weight", "ema_model.conv_in.weight", "step")), "conv_in.weight", []string{"1 name"}},
		{"one of two", Which{Prefix: "model."}, merged(bare, weightsOnly("model.conv_in.weight", "ema_model.conv_in.weight")), "conv_in.weight", []string{`"ema_model."`, "1 name"}},
		{"old names too", Which{}, merged(bare, weightsOnly("unet.conv_in.weight", "unet.mid_block.attentions.0.query.weight")), "conv_in.weight mid_block.attentions.0.to_q.weight", []string{"2 names"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, err := OpenWhich(layOut(t, pipelineFiles, c.files), c.which)
			if err != nil {
				t.Fatal(err)
			}
			defer dir.Close()
			var got []string
			for _, info := range dir.Tensors() {
				got = append(got, info.Name)
				if _, _, err := dir.Tensor(info.Name); err != nil {
					t.Error(err)
				}
			}
			if slices.Sort(got); strings.Join(got, " ") != c.want {
				t.Errorf("got %s, want %s", strings.Join(got, " "), c.want)
			}
			notes := dir.Notes()
			if len(notes) != len(c.notes) {
				t.Fatalf("notes %q, want %d", notes, len(c.notes))
			}
			for i, part := range c.notes {
				if text := notes[i].What + " " + notes[i].Why; !strings.Contains(text, part) {
					t.Errorf("note %d is %q, want %q in it", i, text, part)
				}
			}
		})
	}
}

func TestWhichRefuses(t *testing.T) {
	for _, c := range []struct {
		which Which
		files map[string]string
		kind  error
		parts []string
	}{
		{Which{Variant: "bf16"}, nil, ErrRead, []string{`"bf16"`, "(no variant), fp16"}},
		{Which{Prefix: "ema."}, nil, ErrNoTensor, []string{"ema.conv_in.weight", `""`}},
		{Which{}, weightsOnly("conv_in.weight", "_orig_mod.conv_in.weight"), ErrDuplicate, []string{"conv_in.weight"}},
		{Which{}, map[string]string{stem + ".safetensors": "-> nowhere"}, fs.ErrNotExist, []string{"symbolic link"}},
	} {
		_, err := OpenWhich(layOut(t, pipelineFiles, c.files), c.which)
		wantError(t, err, c.kind, c.parts...)
	}
}
