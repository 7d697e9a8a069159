package golden

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tintype/core/arch"
	"tintype/core/compile"
	"tintype/core/graph"
	"tintype/internal/strictjson"
	"tintype/model"
	"tintype/weights"
)

// A pass is one recorded pass of a component of a latent model: which of its networks
// it goes through, which recorded arrays go in, and which comes out.
type pass struct {
	describe compile.Describe
	in       []string // names of inputs, which are those of arrays
	out      string
}

// components are the classes whose passes are compared: each gives those that its config and the recorded arrays name.
var components = map[string]func(config string, arrays map[string]*Array) ([]pass, error){
	"UNet2DConditionModel":  conditioned,
	"AutoencoderKL":         autoencoder("moments"),
	"VQModel":               autoencoder("latents"),
	"AutoencoderTiny":       tinyAutoencoder,
	"CLIPTextModel":         textEncoder,
	"DiTTransformer2DModel": transformer,
}

// conditioned reads a text of as many tokens as were recorded, and what else was.
func conditioned(config string, arrays map[string]*Array) ([]pass, error) {
	c, err := model.UNet2DConditionConfig(config)
	if err != nil {
		return nil, err
	}
	p := pass{in: []string{arch.Sample, arch.Timestep, arch.TextStates}, out: "out"}
	for _, more := range []string{arch.GuidanceRow, arch.TextRow, arch.PictureSizes, arch.ClassLabels} {
		if arrays[more] != nil {
			p.in = append(p.in, more)
		}
	}
	text := arrays[arch.TextStates]
	if text == nil || len(text.Shape) != 3 {
		return nil, errors.New("no tensor encoder_hidden_states [N,T,D]")
	}
	p.describe = func(h, w int) (*graph.Graph, error) { return c.Describe(h, w, text.Shape[1]) }
	return []pass{p}, nil
}

// autoencoder is one whose encoder's result was recorded under that name.
func autoencoder(to string) func(string, map[string]*Array) ([]pass, error) {
	return func(config string, arrays map[string]*Array) ([]pass, error) {
		c, err := model.AutoencoderConfig(config)
		return coding(c.DescribeEncoder, c.DescribeDecoder, to, arrays), err
	}
}

func tinyAutoencoder(config string, arrays map[string]*Array) ([]pass, error) {
	c, err := model.AutoencoderTinyConfig(config)
	return coding(c.DescribeEncoder, c.DescribeDecoder, "latents", arrays), err
}

func textEncoder(config string, arrays map[string]*Array) ([]pass, error) {
	c, err := model.CLIPTextConfig(config)
	ids := arrays[arch.Tokens]
	if err != nil || ids == nil || len(ids.Shape) != 2 {
		return nil, errors.Join(err, errors.New("expected a tensor input_ids [N,T]"))
	}
	return []pass{{
		describe: func(_, _ int) (*graph.Graph, error) { return c.Describe(ids.Shape[1]) },
		in:       []string{arch.Tokens}, out: "last_hidden_state",
	}}, nil
}

func transformer(config string, _ map[string]*Array) ([]pass, error) {
	c, err := model.DiTConfig(config)
	return []pass{{describe: c.Describe, in: []string{arch.Sample, arch.Timestep, arch.ClassLabels}, out: "out"}}, err
}

// passes are those of a component by its class.
func passes(config string, arrays map[string]*Array) ([]pass, error) {
	class, err := classOf(config)
	if err != nil {
		return nil, err
	}
	of := components[class]
	if of == nil {
		return nil, fmt.Errorf("class %q is none that this knows", class)
	}
	return of(config, arrays)
}

// classOf is the class that a config names; those of transformers name none.
func classOf(config string) (string, error) {
	root, err := strictjson.Parse("config.json", config, strictjson.Config)
	if err != nil {
		return "", err
	}
	return root.Get("_class_name").TextOr("CLIPTextModel")
}

// IsComponent says whether dir holds a network that CompareComponent knows.
func IsComponent(dir string) (bool, error) {
	config, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return false, err
	}
	class, err := classOf(string(config))
	return components[class] != nil, err
}

// coding is the passes of an autoencoder that were recorded.
func coding(encoder, decoder compile.Describe, to string, arrays map[string]*Array) (all []pass) {
	if arrays[to] != nil {
		all = append(all, pass{describe: encoder, in: []string{arch.Sample}, out: to})
	}
	if arrays[arch.Latent] != nil {
		all = append(all, pass{describe: decoder, in: []string{arch.Latent}, out: "out"})
	}
	return all
}

// CompareComponent runs the recorded passes of the component in dir: config.json, its
// weights and golden.safetensors. Differences are by the name of what came out.
func CompareComponent(dir string) (map[string]Difference, error) {
	config, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, err
	}
	arrays, err := readArrays(filepath.Join(dir, "golden.safetensors"))
	if err != nil {
		return nil, err
	}
	all, err := passes(string(config), arrays)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	differences := map[string]Difference{}
	for _, p := range all {
		d, err := p.compare(dir, arrays)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", dir, p.out, err)
		}
		differences[p.out] = d
	}
	return differences, nil
}

// weightsOf opens the weights of a component.
func weightsOf(dir string) (*weights.Checkpoint, error) {
	c, err := weights.OpenFile(filepath.Join(dir, "diffusion_pytorch_model.safetensors"))
	if errors.Is(err, os.ErrNotExist) {
		c, err = weights.OpenFile(filepath.Join(dir, "model.safetensors"))
	}
	return c, err
}

func (p pass) compare(dir string, arrays map[string]*Array) (Difference, error) {
	c, err := weightsOf(dir)
	if err != nil {
		return Difference{}, err
	}
	defer c.Close()
	first := arrays[p.in[0]]
	if first == nil {
		return Difference{}, fmt.Errorf("no tensor %s", p.in[0])
	}
	n, h, w := first.Shape[0], 1, 1
	if len(first.Shape) == 4 {
		h, w = first.Shape[2], first.Shape[3]
	}
	net, err := compile.New(p.describe, h, w, model.Source(c))
	if err != nil {
		return Difference{}, err
	}
	pass, err := net.Plan(n, h, w, nil)
	if err != nil {
		return Difference{}, err
	}
	want := arrays[p.out]
	if want == nil {
		return Difference{}, fmt.Errorf("no tensor %s", p.out)
	}
	for _, name := range p.in {
		if err := give(pass, name, arrays[name], n); err != nil {
			return Difference{}, err
		}
	}
	values, err := last(want)
	if err != nil {
		return Difference{}, err
	}
	have := make([]float32, len(values))
	if err := pass.Run(have); err != nil {
		return Difference{}, err
	}
	return Compare(have, values), nil
}

// give gives a recorded array as an input of n items.
func give(pass *compile.Pass, name string, a *Array, n int) error {
	if a == nil {
		return fmt.Errorf("no tensor %s", name)
	}
	if name == arch.Tokens || name == arch.ClassLabels {
		numbers, err := a.Whole()
		if err != nil {
			return err
		}
		return pass.GiveNumbers(name, numbers)
	}
	values, err := last(a)
	if err != nil {
		return err
	}
	for len(values) == 1 && n > 1 && len(values) < n { // one time for all
		values = append(values, values[0])
		for len(values) < n {
			values = append(values, values[0])
		}
	}
	return pass.Give(name, values)
}

// last is an array's values with the channels of pictures last.
func last(a *Array) ([]float32, error) {
	if len(a.Shape) != 4 {
		return a.values, nil
	}
	t, err := nhwc(a)
	if err != nil {
		return nil, err
	}
	return t.Data, nil
}
