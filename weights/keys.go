package weights

import (
	"strconv"
	"strings"

	"tintype/internal/strictjson"
)

// One reader per metadata key of our own; docs/FORMAT.md describes the fields.

func readModel(v strictjson.Value) (Model, error) {
	f := only(v, "name", "labels", "null_label", "codec", "conditioner", "licence", "provenance")
	m := Model{
		Name:       f.text("name", ""),
		NullLabel:  f.int("null_label", 0, -1),
		Licence:    f.text("licence", ""),
		Provenance: f.text("provenance", ""),
	}
	m.Labels = f.labels(m.NullLabel)
	if f.err != nil {
		return m, f.err
	}
	var err error
	if m.Codec, err = readCodec(v.Get("codec")); err != nil {
		return m, err
	}
	m.Conditioner, err = readConditioner(v.Get("conditioner"))
	return m, err
}

func readCodec(v strictjson.Value) (Codec, error) {
	f := only(v, "kind", "factor")
	c := Codec{Kind: CodecNone, Factor: 1}
	factor := f.int("factor", 1, 1)
	switch kind := f.text("kind", "none"); kind {
	case "none":
		if factor != 1 {
			f.fail(v.Get("factor").Fail("contradicts the kind none"))
		}
	case "pixel_unshuffle":
		c = Codec{Kind: CodecPixelUnshuffle, Factor: factor}
		if factor < 2 || factor > 16 {
			f.fail(v.Get("factor").Fail("expected 2 to 16 for pixel_unshuffle, found " + strconv.Itoa(factor)))
		}
	default:
		f.fail(v.Get("kind").Fail("expected none or pixel_unshuffle, found " + strictjson.Quote(kind)))
	}
	return c, f.err
}

func readConditioner(v strictjson.Value) (*Conditioner, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "combine", "embedding_dim", "null", "slots")
	if class := v.Get("_class_name"); class.Exists() {
		if name, _ := class.Text(); name != "AttributeEmbedding" {
			f.fail(class.Fail("expected AttributeEmbedding, found " + class.Compact()))
		}
	}
	if how := f.text("combine", "sum"); how != "sum" {
		f.fail(v.Get("combine").Fail("expected sum, found " + strictjson.Quote(how)))
	}
	f.text("null", "") // a remark for people: the null row is always the last
	c := &Conditioner{EmbeddingDim: f.int("embedding_dim", 1, 0)}
	if c.EmbeddingDim == 0 && f.err == nil {
		f.fail(v.Get("embedding_dim").Fail("is missing"))
	}
	slots, err := v.Get("slots").Elems()
	if err != nil {
		f.fail(err)
	}
	if err == nil && len(slots) == 0 {
		f.fail(v.Get("slots").Fail("is empty"))
	}
	seen := map[string]bool{}
	for _, at := range slots {
		if f.err != nil {
			return nil, f.err
		}
		slot, err := readSlot(at)
		switch {
		case err != nil:
			f.fail(err)
		case seen[slot.Name]:
			f.fail(at.Get("name").Fail(strictjson.Quote(slot.Name) + " is the name of two slots"))
		}
		seen[slot.Name] = true
		c.Slots = append(c.Slots, slot)
	}
	return c, f.err
}

func readSlot(v strictjson.Value) (Slot, error) {
	f := only(v, "name", "values")
	s := Slot{Name: f.text("name", ""), Values: f.texts("values")}
	switch {
	case f.err != nil:
	case blank(s.Name) || strings.ContainsAny(s.Name, `=,"`):
		f.fail(v.Get("name").Fail("expected a name without '=', ',' and '\"'"))
	case len(s.Values) == 0:
		f.fail(v.Get("values").Fail("is missing or empty"))
	}
	return s, f.err
}

func readStudent(v strictjson.Value) (*Student, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "method", "teacher", "teacher_hash", "trained_steps", "t_list", "original_steps", "deterministic", "gamma", "final")
	s := &Student{
		Method:        f.text("method", ""),
		Teacher:       f.text("teacher", ""),
		TrainedSteps:  f.ints("trained_steps", 1),
		Timesteps:     f.numbers("t_list"),
		Original:      f.int("original_steps", 1, 0),
		Gamma:         f.number("gamma"),
		Deterministic: f.bool("deterministic", false),
		Final:         f.text("final", "x0"),
	}
	f.text("teacher_hash", "") // provenance only
	if s.Method == "" {
		f.fail(v.Get("method").Fail("is missing"))
	}
	if s.Final != "x0" && s.Final != "t0" {
		f.fail(v.Get("final").Fail("expected x0 or t0, found " + strictjson.Quote(s.Final)))
	}
	if s.Gamma.Value > 1 {
		f.fail(v.Get("gamma").Fail("expected 0 to 1"))
	}
	for i := 1; i < len(s.Timesteps) && f.err == nil; i++ {
		// Times fall; the numbers of a consistency grid's steps rise.
		if rises := s.Timesteps[i] > s.Timesteps[i-1]; s.Timesteps[i] == s.Timesteps[i-1] || rises != (s.Timesteps[1] > s.Timesteps[0]) {
			f.fail(v.Get("t_list").At(i).Fail("expected entries that fall, or rise, throughout"))
		}
	}
	return s, f.err
}

func readProcess(v strictjson.Value) (*Process, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "kind", "T", "betas", "beta_start", "beta_end", "schedule", "zero_snr", "sigma_min", "sigma_max",
		"sigma_data", "shift", "gamma_table", "blur", "floor")
	p := &Process{
		Kind: f.text("kind", ""), Steps: f.int("T", 1, 0), Betas: f.floats("betas"),
		BetaStart: f.number("beta_start"), BetaEnd: f.number("beta_end"), Schedule: f.text("schedule", ""),
		ZeroSNR: f.bool("zero_snr", false), SigmaMin: f.positive("sigma_min"), SigmaMax: f.positive("sigma_max"),
		SigmaData: f.positive("sigma_data"), Shift: f.positive("shift"), Gamma: f.floats("gamma_table"),
		Blur: f.positive("blur"), Floor: f.positive("floor"),
	}
	if p.Kind == "" {
		f.fail(v.Get("kind").Fail("is missing"))
	}
	return p, f.err
}

func readBoundary(v strictjson.Value) (*Boundary, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "kind", "sigma_data", "sigma_min", "timestep_scaling")
	b := &Boundary{f.text("kind", "none"), f.positive("sigma_data"), f.positive("sigma_min"), f.positive("timestep_scaling")}
	return b, f.err
}

func readVariance(v strictjson.Value) (*Variance, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "kind", "squares")
	x := &Variance{f.text("kind", "none"), f.numbers("squares")}
	return x, f.err
}

func readTables(v strictjson.Value) (t Tables, err error) {
	f := only(v, "costs", "ggdm")
	t.Costs = f.triangle("costs")
	if own := v.Get("ggdm"); given(own) && f.err == nil {
		g := only(own, "x", "d", "noise")
		t.GGDM = &GGDM{g.triangle("x"), g.triangle("d"), g.floats("noise")}
		if n := len(t.GGDM.Noise); n == 0 || len(t.GGDM.X) != n || len(t.GGDM.D) != n {
			g.fail(own.Fail("expected as many rows of x and d as numbers of noise, and one or more"))
		}
		f.err = g.err
	}
	return t, f.err
}

func readDegrader(v strictjson.Value) (*Degrader, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "kind", "width", "largest")
	d := &Degrader{f.text("kind", ""), f.positive("width"), f.int("largest", 1, 0)}
	if d.Kind == "" {
		f.fail(v.Get("kind").Fail("is missing"))
	}
	return d, f.err
}

func readSecondTime(v strictjson.Value) (*SecondTime, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "kind")
	t := &SecondTime{f.text("kind", "")}
	if t.Kind != "end" && t.Kind != "length" {
		f.fail(v.Get("kind").Fail("expected end or length, found " + strictjson.Quote(t.Kind)))
	}
	return t, f.err
}

func readTimeInput(v strictjson.Value) (*TimeInput, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "kind", "scale")
	t := &TimeInput{f.text("kind", ""), f.positive("scale")}
	if t.Kind == "" {
		f.fail(v.Get("kind").Fail("is missing"))
	}
	return t, f.err
}

func readGuidance(v strictjson.Value) (Guidance, error) {
	f := only(v, "baked", "allow_cfg")
	g := Guidance{Baked: f.positive("baked"), AllowCFG: f.bool("allow_cfg", true)}
	return g, f.err
}

func readSamplers(v strictjson.Value) (Samplers, error) {
	f := only(v, "default", "allowed", "forbidden")
	s := Samplers{Allowed: f.texts("allowed")}
	if at := f.get("allowed"); at.Exists() && f.err == nil {
		f.err = someOf(at)
	}
	if def := v.Get("default"); given(def) {
		d := only(def, "name", "n", "grid", "eta", "guidance")
		s.Default = &Sampler{
			Name:     d.text("name", ""),
			N:        d.int("n", 1, 0),
			Grid:     d.text("grid", ""),
			Eta:      d.number("eta"),
			Guidance: d.number("guidance"),
		}
		if s.Default.Name == "" {
			d.fail(def.Get("name").Fail("is missing"))
		}
		if f.err == nil {
			f.err = d.err
		}
	}
	if at := v.Get("forbidden"); given(at) {
		members, err := at.Members()
		if f.err == nil {
			f.err = err
		}
		for _, m := range members {
			reason, err := m.Value.Text()
			if err == nil && reason == "" {
				err = m.Value.Fail("expected a reason")
			}
			if f.err == nil {
				f.err = err
			}
			s.Forbidden = append(s.Forbidden, Forbidden{m.Key, reason})
		}
	}
	return s, f.err
}
