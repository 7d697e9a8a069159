package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"tintype/core/classify"
	"tintype/internal/strictjson"
	"tintype/internal/wholefile"
	"tintype/model"
	"tintype/weights"
)

const (
	licence    = "MIT (data, (c) 2017 Zalando SE); weights free to ship"
	provenance = "trained for this project by tools/train on the 60,000 training pictures of Fashion-MNIST (Debian's " +
		"dataset-fashion-mnist), padded to 32x32, at random steps of the cosine process; %d batches of %d pictures"
)

// pack writes the network in float16, with goldens recorded from the narrowed weights, and reads it back.
func (tr *training) pack(net *classify.Net, step int) (*model.Classifier, error) {
	metadata := map[string]string{
		"classifier": model.ClassifierMetadata(architecture, guidedModel),
		"model":      modelMetadata(fmt.Sprintf(provenance, step, tr.batch)),
	}
	var tensors []weights.Tensor
	for _, w := range net.Weights() {
		dtype, data := weights.Narrow(w.Value)
		tensors = append(tensors, weights.Tensor{Name: w.Name, DType: dtype, Shape: w.Shape, Data: data})
	}
	var plain bytes.Buffer
	if _, err := weights.WriteFile(&plain, metadata, tensors); err != nil {
		return nil, err
	}
	k, err := loadClassifier(&plain, weights.Options{})
	if err != nil {
		return nil, err
	}
	if metadata["goldens"], err = k.RecordGoldens(); err != nil {
		return nil, err
	}
	var file bytes.Buffer
	sums, err := weights.WriteZstd(&file, metadata, tensors)
	if err != nil {
		return nil, err
	}
	if err := wholefile.WriteBytes(tr.ship, file.Bytes()); err != nil {
		return nil, err
	}
	fmt.Fprintf(tr.out, "%s: %d parameters, %d bytes of safetensors, %d bytes compressed\n", tr.ship, k.Parameters, sums.RawBytes, sums.Bytes)
	if k, err = loadClassifier(&file, weights.Options{Expect: sums}); err != nil {
		return nil, err
	}
	if _, err := k.CheckGoldens(); err != nil {
		return nil, err
	}
	return k, tr.enter(sums)
}

func loadClassifier(file *bytes.Buffer, o weights.Options) (*model.Classifier, error) {
	c, err := weights.Open(file, "classifier", o)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return model.LoadClassifier(c)
}

func modelMetadata(provenance string) string {
	var w strictjson.Writer
	w.BeginObject()
	w.Key("name")
	w.Text("Fashion-MNIST classifier")
	w.Key("labels")
	w.BeginArray()
	for _, name := range classNames {
		w.Text(name)
	}
	w.EndArray()
	w.Key("licence")
	w.Text(licence)
	w.Key("provenance")
	w.Text(provenance)
	w.EndObject()
	return w.String()
}

// enter puts the file into the manifest beside it, with the model that it guides.
func (tr *training) enter(sums weights.Sums) error {
	if tr.manifest == "" {
		return nil
	}
	text, err := os.ReadFile(tr.manifest)
	if err != nil {
		return err
	}
	m, err := weights.ParseManifest(tr.manifest, string(text))
	if err != nil {
		return err
	}
	for i := range m {
		if m[i].ID != guidedModel {
			continue
		}
		m[i].Classifier = &weights.Place{File: filepath.Base(tr.ship), Bytes: sums.Bytes, RawBytes: sums.RawBytes, SHA256: sums.SHA256}
		written, err := m.Text()
		if err != nil {
			return err
		}
		return wholefile.WriteBytes(tr.manifest, []byte(written))
	}
	return fmt.Errorf("%s has no model %s", tr.manifest, guidedModel)
}
