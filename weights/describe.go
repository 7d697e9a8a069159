package weights

import (
	"path/filepath"
	"slices"
	"strconv"

	"tintype/internal/strictjson"
)

// samplingKeys are the metadata keys that say how a network is sampled; model_index.json may have each of them.
var samplingKeys = []string{"process", "prediction", "boundary", "time_input", "second_time", "variance", "tables", "degrader", "student", "guidance", "samplers"}

// modelKeys are the fields of the key `model` that model_index.json has under the same names.
var modelKeys = []string{"labels", "null_label", "codec", "licence", "provenance"}

// describe builds the metadata that a one-file checkpoint has from what the directory says.
func (d *directory) describe() error {
	for _, key := range samplingKeys {
		if v := d.index.Get(key); given(v) {
			d.c.metadata[key] = v.Compact()
		}
	}
	text, err := d.modelText()
	if err != nil {
		return err
	}
	d.c.metadata["model"] = text
	return nil
}

// modelText writes the `model` key. Names become an array; everything else is taken over.
func (d *directory) modelText() (string, error) {
	var w strictjson.Writer
	w.BeginObject()
	w.Key("name")
	if name := d.index.Get("name"); given(name) {
		w.Value(name)
	} else {
		full, err := filepath.Abs(d.path)
		if err != nil {
			return "", &Error{Kind: ErrRead, File: d.path, Cause: err}
		}
		w.Text(filepath.Base(full))
	}
	if labels := d.index.Get("id2label"); given(labels) {
		if err := d.writeLabels(&w, labels); err != nil {
			return "", err
		}
	}
	for _, key := range modelKeys {
		if v := d.index.Get(key); given(v) {
			w.Key(key)
			w.Value(v)
		}
	}
	if d.component("conditioner") != "" {
		config, err := d.config("conditioner", filepath.Join(d.path, "conditioner", "config.json"))
		if err != nil {
			return "", err
		}
		w.Key("conditioner")
		w.Raw(config)
	}
	w.EndObject()
	return w.String(), nil
}

// writeLabels turns {"0": "cat", "1": "dog"}, in any order, into ["cat", "dog"]. The null class may be left out: it is
// null then.
func (d *directory) writeLabels(w *strictjson.Writer, labels strictjson.Value) error {
	members, err := labels.Members()
	if err == nil && given(d.index.Get("labels")) {
		err = labels.Fail("contradicts labels: one of them names the classes")
	}
	if err != nil {
		return d.indexError(err)
	}
	count := len(members)
	null, err := d.index.Get("null_label").Int()
	if err != nil || null < 0 || null > count || labels.Get(strconv.Itoa(null)).Exists() {
		null = -1
	} else {
		count++
	}
	if null == count-1 {
		count-- // no name is missing
	}
	names := make([]strictjson.Value, count)
	for _, m := range members {
		i, err := strconv.Atoi(m.Key)
		if err != nil || i < 0 || i >= len(names) || i == null || strconv.Itoa(i) != m.Key {
			return d.indexError(m.Value.Fail("expected the labels 0 to " + strconv.Itoa(len(names)-1) + ", without a gap but for null_label"))
		}
		names[i] = m.Value
	}
	w.Key("labels")
	w.BeginArray()
	for i, name := range names {
		if i == null {
			w.Null()
		} else {
			w.Value(name)
		}
	}
	w.EndArray()
	return nil
}

// Classes that had another name in early diffusers.
var formerClasses = map[string]string{
	"GaussianDDPMScheduler":  "DDPMScheduler",
	"UNetModel":              "UNet2DModel",
	"UNetUnconditionalModel": "UNet2DModel",
}

// config reads the config of a component. Its class stands there or in model_index.json; where
// it stands in both, they must agree.
func (d *directory) config(component, path string) (string, error) {
	v, err := readConfig(path, component)
	if err != nil {
		return "", err
	}
	named := d.component(component)
	class, err := v.Get("_class_name").TextOr("")
	switch {
	case err != nil:
		return "", &Error{Kind: ErrConfig, File: path, Cause: err}
	case class == "" && named != "":
		var w strictjson.Writer
		members, _ := v.Members() // readConfig gives objects only
		w.BeginObject()
		w.Key("_class_name")
		w.Text(named)
		for _, m := range members {
			if m.Key != "_class_name" {
				w.Key(m.Key)
				w.Value(m.Value)
			}
		}
		w.EndObject()
		return w.String(), nil
	case named != "" && current(class) != current(named):
		return "", &Error{Kind: ErrConfig, File: path, Cause: v.Get("_class_name").Fail(
			strictjson.Quote(class) + " contradicts model_index." + component + ", which is " + strictjson.Quote(named))}
	}
	return v.Compact(), nil
}

func current(class string) string {
	if now, ok := formerClasses[class]; ok {
		return now
	}
	return class
}

// component gives the class that model_index.json names for a component: "name": [library, class].
func (d *directory) component(name string) (class string) {
	class, _ = d.index.Get(name).At(1).Text()
	return class
}

// checkIndex refuses what nobody would look at otherwise: a component that is not supported must
// not be left out in silence.
func (d *directory) checkIndex() error {
	if !d.index.Exists() {
		return nil
	}
	members, err := d.index.Members()
	if err != nil {
		return d.indexError(err)
	}
	for _, m := range members {
		switch {
		case m.Key == "unet" || m.Key == "scheduler" || m.Key == "conditioner":
			if classes, err := m.Value.Texts(); err != nil || len(classes) != 2 {
				return d.indexError(m.Value.Fail("expected [library, class]"))
			}
		case Leftover(m.Key):
			d.note(filepath.Join(d.path, "model_index.json"), m.Key+" is left from training, ignored")
		case isNote(m.Key) || m.Key == "name" || m.Key == "id2label" || slices.Contains(samplingKeys, m.Key) || slices.Contains(modelKeys, m.Key):
		default:
			absent := m.Value.Len() == 2 && m.Value.At(0).IsNull() && m.Value.At(1).IsNull()
			if !absent && m.Value.Compact() != "false" && given(m.Value) {
				return d.indexError(m.Value.Fail("not supported, found " + m.Value.Compact()))
			}
		}
	}
	return nil
}

func (d *directory) indexError(err error) error {
	return &Error{Kind: ErrConfig, File: filepath.Join(d.path, "model_index.json"), Cause: err}
}
