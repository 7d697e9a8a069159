package weights

import (
	"strconv"
	"strings"

	"tintype/internal/jsontext"
)

// One reader per metadata key of our own; FORMAT.md describes the fields.

func readModel(v jsontext.Value) (Model, error) {
	f := only(v, "name", "labels", "null_label", "codec", "conditioner", "licence", "provenance")
	m := Model{
		Name:       f.text("name", ""),
		Labels:     f.texts("labels"),
		NullLabel:  f.int("null_label", 0, -1),
		Licence:    f.text("licence", ""),
		Provenance: f.text("provenance", ""),
	}
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

func readCodec(v jsontext.Value) (Codec, error) {
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
		f.fail(v.Get("kind").Fail("expected none or pixel_unshuffle, found " + jsontext.Quote(kind)))
	}
	return c, f.err
}

func readConditioner(v jsontext.Value) (*Conditioner, error) {
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
		f.fail(v.Get("combine").Fail("expected sum, found " + jsontext.Quote(how)))
	}
	f.text("null", "") // a remark for people: the null row is always the last
	c := &Conditioner{EmbeddingDim: f.int("embedding_dim", 1, 0)}
	if c.EmbeddingDim == 0 && f.err == nil {
		f.fail(v.Get("embedding_dim").Fail("is missing"))
	}
	slots, err := v.Get("slots").Elems()
	if f.err == nil {
		f.err = err
	}
	seen := map[string]bool{}
	for _, at := range slots {
		s := only(at, "name", "values")
		slot := Slot{Name: s.text("name", ""), Values: s.texts("values")}
		switch {
		case s.err != nil:
		case slot.Name == "" || strings.ContainsAny(slot.Name, "=,"):
			s.fail(at.Get("name").Fail("expected a name without '=' and ','"))
		case seen[slot.Name]:
			s.fail(at.Get("name").Fail(jsontext.Quote(slot.Name) + " is the name of two slots"))
		case len(slot.Values) == 0:
			s.fail(at.Get("values").Fail("is missing or empty"))
		}
		seen[slot.Name] = true
		c.Slots = append(c.Slots, slot)
		if f.err == nil {
			f.err = s.err
		}
	}
	if len(slots) == 0 && f.err == nil {
		f.fail(v.Get("slots").Fail("is empty"))
	}
	return c, f.err
}

func readStudent(v jsontext.Value) (*Student, error) {
	if !given(v) {
		return nil, nil
	}
	f := only(v, "method", "teacher", "teacher_hash", "trained_steps", "t_list", "deterministic", "final")
	s := &Student{
		Method:        f.text("method", ""),
		Teacher:       f.text("teacher", ""),
		TrainedSteps:  f.ints("trained_steps", 1),
		Timesteps:     f.ints("t_list", 0),
		Deterministic: f.bool("deterministic", false),
		Final:         f.text("final", "x0"),
	}
	f.text("teacher_hash", "") // provenance only
	if s.Method == "" {
		f.fail(v.Get("method").Fail("is missing"))
	}
	if s.Final != "x0" && s.Final != "t0" {
		f.fail(v.Get("final").Fail("expected x0 or t0, found " + jsontext.Quote(s.Final)))
	}
	for i := 1; i < len(s.Timesteps); i++ {
		if s.Timesteps[i] >= s.Timesteps[i-1] {
			f.fail(v.Get("t_list").At(i).Fail("expected less than the one before"))
		}
	}
	return s, f.err
}

func readGuidance(v jsontext.Value) (Guidance, error) {
	f := only(v, "baked", "allow_cfg")
	g := Guidance{Baked: f.number("baked"), AllowCFG: f.bool("allow_cfg", true)}
	return g, f.err
}

func readSamplers(v jsontext.Value) (Samplers, error) {
	f := only(v, "default", "allowed", "forbidden")
	s := Samplers{Allowed: f.texts("allowed")}
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
