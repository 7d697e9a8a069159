package weights

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"tintype/internal/strictjson"
)

// Description is a checkpoint's metadata, checked as far as it can be without the network.
// Names of methods, solvers and grids stay text; package model gives them a type.
type Description struct {
	UNet strictjson.Value // the config of diffusers' network, as it is
	// Classifier is the config of a classifier of noisy pictures; absent if this is none. A file holds one or the other.
	Classifier strictjson.Value
	Scheduler  strictjson.Value // the config of its scheduler; absent if there is none
	Process    *Process         // nil: the scheduler's
	Prediction string           // "": the scheduler's
	Boundary   *Boundary        // nil: the scheduler's
	TimeInput  *TimeInput       // nil: the scheduler's
	SecondTime *SecondTime      // nil: the network is told one time
	Variance   *Variance        // nil: the scheduler's
	Tables     Tables
	Degrader   *Degrader // nil: the network takes noise away
	Model      Model
	Student    *Student // nil for a network that was not distilled
	Guidance   Guidance
	Samplers   Samplers
	Goldens    strictjson.Value // absent if there are none
}

// Model is what pictures a network draws and how it is told which.
type Model struct {
	Name        string
	Labels      []string // names of the classes 0, 1, ...; nil if they have none
	NullLabel   int      // the class that stands for "any"; -1 if there is none. Of Labels its name alone may be empty
	Codec       Codec
	Conditioner *Conditioner // nil if there is none
	Licence     string
	Provenance  string
}

// CodecKind is how a picture becomes the network's tensor.
type CodecKind uint8

const (
	CodecNone CodecKind = iota
	CodecPixelUnshuffle
)

// Codec with PixelUnshuffle moves each Factor x Factor block of pixels into channels.
type Codec struct {
	Kind   CodecKind
	Factor int // 1 for CodecNone
}

// Conditioner is an AttributeEmbedding: one table per slot, whose last row means "left open".
// The chosen rows, summed, are the class embedding. Table i is the tensor Slots[i].Tensor.
type Conditioner struct {
	EmbeddingDim int
	Slots        []Slot
}

// Slot is one thing that a picture can be asked to have, and the names of its values.
type Slot struct {
	Name   string
	Values []string // rows 0 to len-1 of the table; row len is the null row
}

// Tensor names the slot's table, [len(Values)+1, EmbeddingDim].
func (s Slot) Tensor() string { return "conditioner." + s.Name + ".weight" }

// Student is how a network was distilled; its sampler must do as its training did.
type Student struct {
	Method        string
	Teacher       string
	TrainedSteps  []int     // numbers of steps it was trained for; nil = any
	Timesteps     []float64 // the model's times that it visits, t_list; of a consistency model the numbers of its grid's steps; nil = what the grid gives
	Original      int       // steps of the grid it was distilled on; 0 = the method's
	Deterministic bool
	Gamma         Optional[float64] // of a trajectory student, 0 to 1
	Final         string            // what the last step gives: "x0" or "t0"
}

// Process is the forward process, where it is not the scheduler's.
type Process struct {
	Kind               string
	Steps              int // T, 1 or more; 0: it was not given
	Betas              []float64
	BetaStart, BetaEnd Optional[float64]
	Schedule           string // "": it was not given
	ZeroSNR            bool
	SigmaMin, SigmaMax Optional[float64] // these four are above 0
	SigmaData          Optional[float64]
	Shift              Optional[float64]
	Gamma              []float64         // gamma_table
	Blur, Floor        Optional[float64] // of blur: the widest, in pixels, and what is left of every frequency; above 0
}

// Variance is what is known of the reverse process' variance.
type Variance struct {
	Kind    string    // none, analytic, or what the network returns besides: learned_range, second_moment, error
	Squares []float64 // the mean square of the predicted noise at each trained step
}

// Tables are what was measured or learned for the checkpoint's steps; each nil: it was not.
type Tables struct {
	Costs [][]float64 // L(t,s): row t-1 has the costs of the steps from place t to the places 0 to t-1
	GGDM  *GGDM
}

// GGDM is a learned sampler of len(Noise) steps: rows i of X and D have i+1 coefficients.
type GGDM struct {
	X, D  [][]float64
	Noise []float64
}

// Degrader is what the network undoes, if that is not noise.
type Degrader struct {
	Kind    string            // heat, pixelate, fade or mask
	Width   Optional[float64] // of heat, in pixels, above 0
	Largest int               // of pixelate, the side of a block, 1 or more; 0: it was not given
}

// Boundary is what makes an estimate the picture itself at the clean end.
type Boundary struct {
	Kind      string            // none, lcm or cm
	SigmaData Optional[float64] // 0.5; all three are above 0
	SigmaMin  Optional[float64] // of cm: 0.002
	Scaling   Optional[float64] // timestep_scaling of lcm: 10
}

// SecondTime is what the network is told of the end of a step, in the place of a class.
type SecondTime struct {
	Kind string // end or length
}

// TimeInput is what the network is told of the level.
type TimeInput struct {
	Kind  string
	Scale Optional[float64] // 1; above 0
}

// Guidance is what the weights say about classifier-free guidance.
type Guidance struct {
	Baked    Optional[float64] // the scale that was distilled into the weights
	AllowCFG bool
}

// Samplers is the sampling contract.
type Samplers struct {
	Default   *Sampler // nil: the defaults follow from the scheduler's class
	Allowed   []string // nil = all that are not forbidden
	Forbidden []Forbidden
}

// Sampler is a solver with its settings.
type Sampler struct {
	Name     string
	N        int    // steps, 1 or more; 0: they were not given
	Grid     string // "": it was not given
	Eta      Optional[float64]
	Guidance Optional[float64]
}

// Forbidden says why a solver must not be used. The name "*" is all that are not allowed.
type Forbidden struct{ Name, Reason string }

// reason says why a solver may not be used with this checkpoint, "" if it may.
func (s Samplers) reason(solver string) string {
	allowed := slices.Contains(s.Allowed, solver)
	reason := ""
	for _, f := range s.Forbidden {
		if f.Name == solver || f.Name == "*" && !allowed && reason == "" {
			reason = f.Reason
		}
	}
	if reason == "" && s.Allowed != nil && !allowed {
		reason = "the checkpoint allows only " + strings.Join(s.Allowed, ", ")
	}
	return reason
}

// Describe reads the metadata. Keys that begin with "_" and the key `format` are ignored; a key
// that this version does not know is an error, since ignoring it could draw wrong pictures.
func (c *Checkpoint) Describe() (*Description, error) {
	unknown := ""
	described := c
	for _, key := range sorted(maps.Keys(c.metadata)) {
		if !isNote(key) && !slices.Contains(ourKeys, key) && !slices.Contains(samplingKeys, key) {
			unknown = key
			break
		}
	}
	_, network := c.metadata["unet"]
	_, classifier := c.metadata["classifier"]
	switch {
	case unknown == "":
	case network || classifier:
		return nil, &Error{Kind: ErrMetadata, File: c.name, Detail: "unknown key " + strictjson.Quote(unknown)}
	default: // weights that another program saved with remarks of its own: that they are alone is what there is to say
		described = &Checkpoint{name: c.name}
	}
	desc, err := described.describe()
	if err != nil {
		return nil, &Error{Kind: ErrMetadata, File: c.name, Cause: err}
	}
	return desc, nil
}

// ourKeys are the metadata keys that do not say how a network is sampled.
var ourKeys = []string{"unet", "classifier", "scheduler", "model", "goldens", "sha256"}

func (c *Checkpoint) describe() (*Description, error) {
	d := &Description{}
	values := map[string]strictjson.Value{}
	for _, key := range sorted(maps.Keys(c.metadata)) {
		if key == "sha256" || isNote(key) {
			continue
		}
		v, err := strictjson.Parse(key, c.metadata[key], strictjson.Config)
		if err != nil {
			return nil, err
		}
		if v.IsNull() {
			continue
		}
		if v.Kind() != strictjson.Object && key != "goldens" && key != "prediction" {
			return nil, v.Fail("expected an object, found " + v.Kind().String())
		}
		values[key] = v
	}
	d.UNet, d.Classifier = values["unet"], values["classifier"]
	d.Scheduler, d.Goldens = values["scheduler"], values["goldens"]
	var err error
	if d.Model, err = readModel(values["model"]); err != nil {
		return nil, err
	}
	if d.Prediction, err = readText(values["prediction"], ""); err != nil {
		return nil, err
	}
	if d.Process, err = readProcess(values["process"]); err != nil {
		return nil, err
	}
	if d.Boundary, err = readBoundary(values["boundary"]); err != nil {
		return nil, err
	}
	if d.TimeInput, err = readTimeInput(values["time_input"]); err != nil {
		return nil, err
	}
	if d.SecondTime, err = readSecondTime(values["second_time"]); err != nil {
		return nil, err
	}
	if d.Variance, err = readVariance(values["variance"]); err != nil {
		return nil, err
	}
	if d.Tables, err = readTables(values["tables"]); err != nil {
		return nil, err
	}
	if d.Degrader, err = readDegrader(values["degrader"]); err != nil {
		return nil, err
	}
	if d.Student, err = readStudent(values["student"]); err != nil {
		return nil, err
	}
	if d.Guidance, err = readGuidance(values["guidance"]); err != nil {
		return nil, err
	}
	if d.Samplers, err = readSamplers(values["samplers"]); err != nil {
		return nil, err
	}
	if err := d.contradiction(values); err != nil {
		return nil, err
	}
	return d, c.checkTables(d.Model.Conditioner, values["model"])
}

// checkTables compares the tables of a conditioner with its config.
func (c *Checkpoint) checkTables(cond *Conditioner, model strictjson.Value) error {
	if cond == nil {
		return nil
	}
	for i, slot := range cond.Slots {
		at := model.Get("conditioner").Get("slots").At(i)
		table := c.byName[slot.Tensor()]
		if table == nil {
			return at.Fail("its table " + slot.Tensor() + " is missing")
		}
		want := []int{len(slot.Values) + 1, cond.EmbeddingDim}
		if !slices.Equal(table.info.Shape, want) {
			return at.Fail("expected the table " + slot.Tensor() + " to be " + ShapeText(want) +
				" (values and a null row), found " + ShapeText(table.info.Shape))
		}
	}
	return nil
}

// contradiction finds two fields that cannot both be true.
func (d *Description) contradiction(values map[string]strictjson.Value) error {
	model, samplers := values["model"], values["samplers"]
	if d.UNet.Exists() && d.Classifier.Exists() {
		return d.Classifier.Fail("contradicts unet: a file holds one network")
	}
	if d.Model.Conditioner != nil && (d.Model.Labels != nil || d.Model.NullLabel >= 0) {
		return model.Get("conditioner").Fail("contradicts labels and null_label: a network has one or the other")
	}
	if st := d.Student; st != nil && st.Timesteps != nil && len(st.TrainedSteps) == 1 && len(st.Timesteps) != st.TrainedSteps[0] {
		return values["student"].Get("t_list").Fail("has " + strconv.Itoa(len(st.Timesteps)) + " entries, which contradicts student.trained_steps")
	}
	def := d.Samplers.Default
	if def == nil {
		return nil
	}
	at := samplers.Get("default")
	if reason := d.Samplers.reason(def.Name); reason != "" {
		return at.Get("name").Fail(strictjson.Quote(def.Name) + " is not allowed: " + reason)
	}
	if !d.Guidance.AllowCFG && def.Guidance.Or(1) != 1 {
		return at.Get("guidance").Fail("contradicts guidance.allow_cfg, which is false")
	}
	if d.Student == nil || def.N == 0 {
		return nil
	}
	if steps := d.Student.TrainedSteps; steps != nil && !slices.Contains(steps, def.N) {
		return at.Get("n").Fail(strconv.Itoa(def.N) + " contradicts student.trained_steps")
	}
	return nil
}
