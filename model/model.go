// Package model joins a checkpoint to the core: it reads the configs that package weights hands over as text, builds
// the network and everything that sampling needs as typed values, and turns people's words (a label, the name of a
// solver) into them. The page's worker and the command-line tools use it alike.
package model

import (
	"fmt"
	"sort"
	"strconv"

	"tintype/core/arch"
	"tintype/core/compile"
	"tintype/core/denoise"
	"tintype/core/limits"
	"tintype/core/pipeline"
	"tintype/core/solver"
	"tintype/weights"
)

// Model is a checkpoint ready to sample.
type Model struct {
	pipeline.Model
	Name       string
	Licence    string
	Provenance string
	Teacher    string // of a student: the name of the model it was distilled from
	Parameters int64  // of the network and its conditioner
	Packed     int64  // bytes that their weights take in memory

	goldens []golden
}

// Load reads a whole checkpoint: the model is returned only when every byte has been read and checked. One tensor is
// widened and packed at a time.
func Load(c *weights.Checkpoint) (*Model, error) {
	d, err := c.Describe()
	if err != nil {
		return nil, err
	}
	m, err := build(d, Source(c))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name(), err)
	}
	m.Parameters = c.Parameters()
	if _, err := c.Finish(); err != nil {
		return nil, err
	}
	return m, nil
}

// build makes the model of a description and its tensors.
func build(d *weights.Description, src compile.Source) (*Model, error) {
	if d.Classifier.Exists() {
		return nil, fmt.Errorf("a classifier: it draws nothing, but guides the model of its name")
	}
	if !d.UNet.Exists() {
		return nil, fmt.Errorf("its metadata has no unet, the config of a network: these are weights alone; give the diffusers directory " +
			"that they lie in, with its config.json, or convert that with tools/convert")
	}
	cfg, err := unetConfig(d.UNet)
	if err != nil {
		return nil, err
	}
	// The core needs no size before a plan; but a page must know how large its canvas is before it draws.
	if cfg.SampleHeight == 0 || cfg.SampleWidth == 0 {
		return nil, fmt.Errorf("unet.sample_size is null, absent or 0, so that nothing says how large the pictures are: " +
			"expected height and width, which tools/convert takes as -size")
	}
	m := &Model{Name: d.Model.Name, Licence: d.Model.Licence, Provenance: d.Model.Provenance}
	if err := m.sampling(d); err != nil {
		return nil, err
	}
	if m.Extras.SecondTime {
		m.Cond, err = secondTime(d.Model, cfg)
	} else {
		m.Cond, err = conditioner(d.Model, cfg, src)
	}
	if err != nil {
		return nil, err
	}
	net, err := arch.NewUNet2D(cfg, src)
	if err != nil {
		return nil, err
	}
	m.Packed = net.Bytes() + m.Cond.Bytes()
	m.Network = pipeline.PlanFunc(func(n, h, w int, between func() error) (denoise.Net, error) {
		return net.Plan(n, h, w, between)
	})
	m.H, m.W, m.C = cfg.SampleHeight, cfg.SampleWidth, cfg.InChannels
	// More channels than the picture has are a second output, and to take them for one would draw its half as noise.
	out, what := cfg.InChannels, "in_channels"
	if m.Extras.Head != solver.HeadNone {
		out, what = 2*out, "twice in_channels, for the prediction and what stands beside it,"
	}
	if cfg.OutChannels != out {
		return nil, fmt.Errorf("unet.out_channels %d, expected %s %d: variance or the scheduler's variance_type says what more a "+
			"network returns", cfg.OutChannels, what, out)
	}
	m.Codec = pipeline.Codec{Kind: codecs[d.Model.Codec.Kind], Factor: d.Model.Codec.Factor}
	if d.Student != nil {
		m.Teacher = d.Student.Teacher
	}
	m.goldens, err = readGoldens(d.Goldens)
	return m, err
}

// sampling lays down everything that the checkpoint says of how it is sampled.
func (m *Model) sampling(d *weights.Description) error {
	s := plain()
	// A file that describes its process needs no scheduler; one that has both is checked in both.
	if d.Process == nil || d.Scheduler.Exists() {
		var err error
		if s, err = readScheduler(d.Scheduler); err != nil {
			return err
		}
	}
	m.Reading, m.Grid.Options = s.reading(), s.gridOptions()
	if s.Clip {
		m.Clip = s.ClipRange
	}
	if s.learned() {
		m.Extras.Head = solver.HeadVariance
	}
	if s.Threshold {
		m.Thresh = pipeline.Threshold{Quantile: s.ThresholdRatio, Max: s.ThresholdMax}
	}
	if s.largeVariance() {
		m.Options = m.Options.With(solver.Variance, solver.VarianceLarge)
	}
	if s.Solver == "heun" {
		m.Options = m.Options.With(solver.Correction, solver.HeunLike)
	}
	if err := described(m, d, &s); err != nil {
		return err
	}
	return m.contract(d, s.samplerDefaults())
}

var codecs = map[weights.CodecKind]pipeline.CodecKind{
	weights.CodecNone:           pipeline.CodecNone,
	weights.CodecPixelUnshuffle: pipeline.CodecPixelUnshuffle,
}

// conditioner builds what the network's class embedding reads: named classes, the tables of an AttributeEmbedding,
// or nothing.
func conditioner(m weights.Model, cfg arch.UNet2DConfig, src compile.Source) (*pipeline.Conditioner, error) {
	reads := cfg.Condition()
	if m.Conditioner != nil {
		if reads != arch.CondRows {
			return nil, fmt.Errorf("model.conditioner contradicts unet.class_embed_type: expected identity")
		}
		return attributes(m.Conditioner, cfg, src)
	}
	switch reads {
	case arch.CondNone:
		if m.Labels != nil || m.NullLabel >= 0 {
			return nil, fmt.Errorf("model.labels or null_label contradicts unet.num_class_embeds: the network takes no class")
		}
		return nil, nil
	case arch.CondRows:
		return nil, fmt.Errorf("unet.class_embed_type identity needs a conditioner, and the checkpoint has none")
	case arch.CondLabels:
		return classes(m, cfg.NumClassEmbeds)
	}
	if m.Labels == nil {
		return nil, fmt.Errorf("unet.class_embed_type timestep needs model.labels: any number is a class")
	}
	return pipeline.ClassLabels(m.Labels, m.NullLabel)
}

// secondTime is the condition of a network that reads the end of a step where others read a class.
func secondTime(m weights.Model, cfg arch.UNet2DConfig) (*pipeline.Conditioner, error) {
	switch {
	case cfg.Condition() != arch.CondValues:
		return nil, fmt.Errorf("second_time contradicts unet.class_embed_type: expected timestep, which reads a number")
	case m.Labels != nil || m.NullLabel >= 0 || m.Conditioner != nil:
		return nil, fmt.Errorf("second_time contradicts model.labels, null_label or conditioner: the network takes no class")
	}
	return pipeline.SecondTime(), nil
}

// classes names the rows of the network's class table: by the checkpoint's labels, or by their numbers.
func classes(m weights.Model, rows int) (*pipeline.Conditioner, error) {
	if rows > limits.Classes {
		return nil, fmt.Errorf("unet.num_class_embeds is %d: expected at most %d classes", rows, limits.Classes)
	}
	names := m.Labels
	if names == nil {
		for i := range rows {
			names = append(names, strconv.Itoa(i))
		}
		switch {
		case m.NullLabel == rows-1:
			names = names[:rows-1]
		case m.NullLabel >= 0 && m.NullLabel < rows:
			names[m.NullLabel] = "" // nobody asks for it
		}
	}
	if len(names) > rows || m.NullLabel >= rows {
		return nil, fmt.Errorf("model.labels and null_label name %d classes, and unet.num_class_embeds is %d",
			max(len(names), m.NullLabel+1), rows)
	}
	// The row for no class is not offered as a class, if it is the last; elsewhere it keeps its number.
	last := rows
	if m.NullLabel == rows-1 {
		last = max(rows-1, len(names))
	}
	for len(names) < last {
		names = append(names[:len(names):len(names)], "") // a class without a name has its number
	}
	return pipeline.ClassLabels(names, m.NullLabel)
}

// attributes widens the tables of an AttributeEmbedding.
func attributes(c *weights.Conditioner, cfg arch.UNet2DConfig, src compile.Source) (*pipeline.Conditioner, error) {
	if c.EmbeddingDim != cfg.TimeEmbedDim() {
		return nil, fmt.Errorf("model.conditioner.embedding_dim is %d, expected the network's %d", c.EmbeddingDim, cfg.TimeEmbedDim())
	}
	// A file holds its tensors by name: asked for in that order, none has to wait.
	order := make([]int, len(c.Slots))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return c.Slots[order[i]].Tensor() < c.Slots[order[j]].Tensor() })
	slots, loader := make([]pipeline.Slot, len(c.Slots)), compile.NewLoader(src)
	for _, i := range order {
		s := c.Slots[i]
		table, err := loader.Tensor(s.Tensor(), len(s.Values)+1, c.EmbeddingDim)
		if err != nil {
			return nil, err
		}
		slots[i] = pipeline.Slot{Name: s.Name, Values: s.Values, Table: table}
	}
	return pipeline.Attributes(slots, c.EmbeddingDim)
}
