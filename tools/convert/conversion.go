package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"tintype/internal/command"
	"tintype/internal/decimal"
	"tintype/internal/strictjson"
	"tintype/internal/wholefile"
	"tintype/weights"
)

// conversion is one conversion, as the flags say.
type conversion struct {
	in, out                   string
	name, licence, provenance string // replace what the directory says, where not ""
	labels, samplers          string
	null                      int // null_label, if given
	which                     weights.Which
	height, width             int // sample_size; 0: the config's
	f32                       bool
	manifest                  string
	entry                     weights.Entry // ID, Default and StudentOf
	given                     struct{ manifest, id, isDefault, studentOf, null *command.Flag }
	// order gives the names of the tensors to write, in order. The others are left out.
	order func(*weights.Checkpoint) ([]string, error)
}

// check finds flags that cannot be meant.
func (cv *conversion) check() error {
	switch {
	case cv.in == "":
		return command.Misusef("-in is missing: the diffusers directory to read")
	case cv.out == "":
		return command.Misusef("-out is missing: the file to write")
	}
	for _, f := range []*command.Flag{cv.given.id, cv.given.isDefault, cv.given.studentOf} {
		if err := f.Needs(cv.given.manifest, "the list that it is written to"); err != nil {
			return err
		}
	}
	if err := cv.given.manifest.Needs(cv.given.id, "the name under which the model is listed"); err != nil {
		return err
	}
	if cv.manifest != "" && !weights.Beside(cv.manifest, cv.out) {
		return command.Misusef("-manifest %s and -out %s are in different directories: a manifest lists the files beside it", cv.manifest, cv.out)
	}
	return nil
}

func (cv *conversion) run(stdout io.Writer) error {
	if err := wholefile.Check(cv.out); err != nil {
		return fmt.Errorf("-out: %w", err)
	}
	c, err := weights.OpenWhich(cv.in, cv.which)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := cv.complete(c); err != nil {
		return err
	}
	desc, err := c.Describe()
	if err != nil {
		return err
	}
	if err := cv.enterable(desc); err != nil {
		return err
	}
	t := table{out: stdout}
	t.notes(c)
	tensors, err := cv.tensors(c, &t)
	if err != nil {
		return err
	}
	t.leftOut(c.Unasked())
	if err := t.options(desc.Scheduler); err != nil {
		return fmt.Errorf("%s: %w", cv.in, err)
	}
	metadata := c.AllMetadata()
	if desc.Scheduler.Exists() {
		if metadata["goldens"], err = record(metadata, tensors); err != nil {
			return err
		}
	}
	sums, err := cv.write(metadata, tensors)
	if err != nil {
		return err
	}
	t.total(sums)
	if cv.manifest == "" {
		return nil
	}
	return cv.enter(desc, sums, stdout)
}

// complete puts what the flags give into the metadata.
func (cv *conversion) complete(c *weights.Checkpoint) error {
	given := map[string]string{}
	for key, text := range map[string]string{"name": cv.name, "licence": cv.licence, "provenance": cv.provenance} {
		if text != "" {
			given[key] = strictjson.Quote(text)
		}
	}
	if cv.given.null.Given() {
		given["null_label"] = strconv.Itoa(cv.null)
	}
	if cv.labels != "" {
		text, err := readLabels(cv.labels)
		if err != nil {
			return fmt.Errorf("-labels: %w", err)
		}
		given["labels"] = text
	}
	if err := replace(c, "model", given); err != nil {
		return err
	}
	if cv.height > 0 {
		if err := replace(c, "unet", map[string]string{"sample_size": fmt.Sprintf("[%d,%d]", cv.height, cv.width)}); err != nil {
			return err
		}
	}
	if cv.samplers != "" {
		v, err := strictjson.Parse("-samplers", cv.samplers, strictjson.Config)
		if err != nil {
			return err
		}
		c.SetMetadata("samplers", v.Compact())
	}
	return nil
}

// replace puts fields, each a JSON text, into the object under a metadata key.
func replace(c *weights.Checkpoint, key string, given map[string]string) error {
	text, _ := c.Metadata(key)
	v, err := strictjson.Parse(key, text, strictjson.Config)
	if err != nil {
		return err
	}
	members, err := v.Members()
	if err != nil {
		return err
	}
	var w strictjson.Writer
	w.BeginObject()
	for _, name := range slices.Sorted(maps.Keys(given)) {
		w.Key(name)
		w.Raw(given[name])
	}
	for _, m := range members {
		if given[m.Key] == "" {
			w.Key(m.Key)
			w.Value(m.Value)
		}
	}
	w.EndObject()
	c.SetMetadata(key, w.String())
	return nil
}

// parseSize reads SIDE or HEIGHTxWIDTH.
func (cv *conversion) parseSize(text string) (err error) {
	high, wide, two := strings.Cut(text, "x")
	if !two {
		wide = high
	}
	for _, side := range []struct {
		text string
		to   *int
	}{{high, &cv.height}, {wide, &cv.width}} {
		if *side.to, err = decimal.Int(side.text); err != nil || *side.to < 1 || *side.to > largestSize {
			return fmt.Errorf("%q: expected a side or HEIGHTxWIDTH, each 1 to %d, such as 32", text, largestSize)
		}
	}
	return nil
}

// largestSize is more than any network's pictures have.
const largestSize = 1 << 13

// tensors reads and narrows the tensors in their order.
func (cv *conversion) tensors(c *weights.Checkpoint, t *table) ([]weights.Tensor, error) {
	names, err := cv.order(c)
	if err != nil {
		return nil, err
	}
	tensors := make([]weights.Tensor, 0, len(names))
	for _, name := range names {
		info, raw, err := c.Tensor(name)
		if err != nil {
			return nil, err
		}
		values, err := weights.Floats(info, raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cv.in, err)
		}
		dtype, data := weights.F32, []byte(nil)
		if cv.f32 {
			data = weights.EncodeF32(values)
		} else {
			dtype, data = weights.Narrow(values)
		}
		t.tensor(info, dtype, len(data))
		tensors = append(tensors, weights.Tensor{Name: name, DType: dtype, Shape: info.Shape, Data: data})
	}
	return tensors, nil
}

// write puts the file in place only when it is complete and was read back.
func (cv *conversion) write(metadata map[string]string, tensors []weights.Tensor) (weights.Sums, error) {
	var sums weights.Sums
	err := wholefile.Write(cv.out, func(f *os.File) (err error) {
		write := weights.WriteZstd
		if strings.HasSuffix(strings.ToLower(cv.out), ".safetensors") {
			write = weights.WriteFile
		}
		if sums, err = write(f, metadata, tensors); err != nil {
			return err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		written, err := weights.Open(f, cv.out, weights.Options{Expect: sums})
		if err != nil {
			return err
		}
		defer written.Close()
		_, err = written.Finish()
		return err
	})
	return sums, err
}
