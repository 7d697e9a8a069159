package model

import (
	"fmt"
	"math"
	"slices"

	"tintype/core/classify"
	"tintype/core/exact"
	"tintype/core/pipeline"
	"tintype/core/rng"
	"tintype/core/schedule"
	"tintype/internal/strictjson"
	"tintype/weights"
)

// Classifier is a checkpoint that tells the noisy pictures of a model apart, for classifier guidance.
type Classifier struct {
	*classify.Net
	Of         string   // the ID of the model that it was trained for
	Labels     []string // the classes, in the order of its outputs
	Name       string
	Licence    string
	Provenance string
	Parameters int

	goldens []golden
}

// LoadClassifier reads a whole checkpoint; the classifier is returned only when every byte has been read and checked.
func LoadClassifier(c *weights.Checkpoint) (*Classifier, error) {
	d, err := c.Describe()
	if err != nil {
		return nil, err
	}
	k, err := buildClassifier(d, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name(), err)
	}
	_, err = c.Finish()
	return k, err
}

func buildClassifier(d *weights.Description, c *weights.Checkpoint) (*Classifier, error) {
	k := &Classifier{Labels: d.Model.Labels, Name: d.Model.Name, Licence: d.Model.Licence, Provenance: d.Model.Provenance}
	if !d.Classifier.Exists() {
		return nil, fmt.Errorf("the metadata has no classifier: not a classifier's checkpoint")
	}
	cfg, err := k.readConfig(d.Classifier)
	if err != nil {
		return nil, err
	}
	if k.Net, err = classify.New(cfg, Source(c)); err != nil {
		return nil, err
	}
	for _, w := range k.Weights() {
		k.Parameters += len(w.Value)
	}
	k.goldens, err = readGoldens(d.Goldens)
	return k, err
}

// readConfig reads the key `classifier`: the network's shape, and the model that it is for.
func (k *Classifier) readConfig(root strictjson.Value) (classify.Config, error) {
	c := classify.Config{Outputs: len(k.Labels)}
	f := root.Fields()
	f.Int("in_channels", &c.InChannels)
	f.Int("groups", &c.Groups)
	f.Int("time_dim", &c.TimeDim)
	f.Int("harmonics", &c.Harmonics)
	f.Ints("channels", &c.Channels)
	f.Text("of", &k.Of)
	return c, f.End()
}

// ClassifierMetadata writes the key `classifier`.
func ClassifierMetadata(cfg classify.Config, of string) string {
	var w strictjson.Writer
	w.BeginObject()
	w.Key("of")
	w.Text(of)
	for _, f := range []struct {
		key   string
		value int
	}{{"in_channels", cfg.InChannels}, {"groups", cfg.Groups}, {"time_dim", cfg.TimeDim}, {"harmonics", cfg.Harmonics}} {
		w.Key(f.key)
		w.Int(int64(f.value))
	}
	w.Key("channels")
	w.BeginArray()
	for _, n := range cfg.Channels {
		w.Int(int64(n))
	}
	w.EndArray()
	w.EndObject()
	return w.String()
}

// fits reports why the classifier cannot guide m, nil if it can: it must see the same pictures, of the model's size,
// and know the same classes.
func (k *Classifier) fits(m *Model) error {
	n := k.Config().SizeMultiple()
	switch {
	// Its gradient is taken at the noisy picture itself: behind a codec it would have to be led back through that.
	case m.Codec.Kind != pipeline.CodecNone || m.C != k.Config().InChannels || m.H%n != 0 || m.W%n != 0:
		return fmt.Errorf("the classifier %s sees pictures of %d channels with sides that are multiples of %d, and the model draws others",
			k.Name, k.Config().InChannels, n)
	case m.Cond == nil || len(m.Cond.Slots) != 1 || !slices.Equal(m.Cond.Slots[0].Values, k.Labels):
		return fmt.Errorf("the classifier %s knows the classes %v, and the model has others", k.Name, k.Labels)
	}
	return nil
}

// CheckGoldens is Model.CheckGoldens for the gradient of log p.
func (k *Classifier) CheckGoldens() (int, error) { return checkGoldens(k.goldens, k.pass) }

// RecordGoldens computes the text of the metadata key `goldens`: a class early, and one late on the way from noise.
func (k *Classifier) RecordGoldens() (string, error) {
	return recordGoldens([]golden{{seed: 1, time: 0.75, choice: []int{0}}, {seed: 2, time: 0.25, choice: []int{1}}}, k.pass)
}

// goldenSide is the side of a golden's picture in the smallest that the network takes.
const goldenSide = 4

// pass computes the gradient of log p on the noise of g's seed, at the angle of time times 90 degrees.
func (k *Classifier) pass(g golden) ([]float64, error) {
	if len(g.choice) != 1 {
		return nil, fmt.Errorf("goldens: expected one choice, found %d", len(g.choice))
	}
	side := goldenSide * k.Config().SizeMultiple()
	p, err := k.Plan(1, side, side, nil)
	if err != nil {
		return nil, err
	}
	x := make([]float32, side*side*k.Config().InChannels)
	rng.Normal(x, g.seed, 0, 0)
	sin, cos := exact.Sincos(g.time * (math.Pi / 2))
	err = p.LogProbGrad(x, nil, x, schedule.Level{A: cos, S: sin}, []int32{int32(g.choice[0])})
	return sampled(x), err
}

// Attach gives m the classifier to be guided by; the error says why it cannot.
func (m *Model) Attach(k *Classifier) error {
	if err := k.fits(m); err != nil {
		return err
	}
	m.Classifier = planner{k.Net}
	return nil
}

// planner is a classifier as the pipeline knows it.
type planner struct{ net *classify.Net }

func (p planner) Plan(n, h, w int, between func() error) (pipeline.ClassifierPass, error) {
	return p.net.Plan(n, h, w, between)
}
