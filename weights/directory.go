package weights

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tintype/internal/jsontext"
)

// directory is a diffusers directory while it is being opened.
type directory struct {
	path string
	c    *Checkpoint
	// model_index.json; absent where there is none.
	index jsontext.Value
}

// OpenDirectory opens what diffusers' save_pretrained wrote: a pipeline with the subfolders
// unet/, scheduler/ and conditioner/, or one where their files lie at the root, or a lone network.
// Its tensors have today's names whatever they are called on disk. Close it.
func OpenDirectory(path string) (*Checkpoint, error) {
	d := &directory{path: path, c: newCheckpoint(path)}
	if err := d.open(); err != nil {
		d.c.Close()
		return nil, err
	}
	return d.c, nil
}

func (d *directory) open() error {
	stat, err := os.Stat(d.path)
	if err != nil {
		return &Error{Kind: ErrRead, File: d.path, Cause: withoutPath(err)}
	}
	if !stat.IsDir() {
		return &Error{Kind: ErrRead, File: d.path, Detail: "not a directory"}
	}
	if exists(filepath.Join(d.path, "model_index.json")) {
		if d.index, err = readConfig(filepath.Join(d.path, "model_index.json"), "model_index"); err != nil {
			return err
		}
	}
	if err := d.checkIndex(); err != nil {
		return err
	}
	for _, open := range []func() error{d.openNetwork, d.openScheduler, d.openConditioner, d.describe} {
		if err := open(); err != nil {
			return err
		}
	}
	_, err = d.c.Describe()
	return err
}

// openNetwork finds the network in unet/, or else at the root.
func (d *directory) openNetwork() error {
	dir := filepath.Join(d.path, "unet")
	if !exists(dir) {
		dir = d.path
	}
	config := filepath.Join(dir, "config.json")
	if dir == d.path && !exists(config) {
		return &Error{Kind: ErrRead, File: d.path, Detail: "neither unet/config.json nor config.json is there", Cause: fs.ErrNotExist}
	}
	if err := d.store("unet", config); err != nil {
		return err
	}
	return d.addWeights(dir, "diffusion_pytorch_model", "")
}

// openScheduler is content without a scheduler if the index names none: a lone network has none.
func (d *directory) openScheduler() error {
	config := filepath.Join(d.path, "scheduler", "scheduler_config.json")
	if !exists(config) {
		config = filepath.Join(d.path, "scheduler_config.json")
	}
	if !exists(config) {
		if d.component("scheduler") != "" {
			return &Error{Kind: ErrRead, File: d.path, Detail: "model_index.json names a scheduler, but neither " +
				"scheduler/scheduler_config.json nor scheduler_config.json is there", Cause: fs.ErrNotExist}
		}
		return nil
	}
	return d.store("scheduler", config)
}

func (d *directory) openConditioner() error {
	if d.component("conditioner") == "" {
		return nil
	}
	return d.addWeights(filepath.Join(d.path, "conditioner"), "model", "conditioner.")
}

// store keeps the config of a component under its metadata key.
func (d *directory) store(key, path string) error {
	text, err := d.config(key, path)
	if err != nil {
		return err
	}
	d.c.metadata[key] = text
	return nil
}

// addWeights opens the tensors of one component: one file, a float16 variant, or shards.
func (d *directory) addWeights(dir, stem, prefix string) error {
	for _, name := range []string{stem + ".safetensors", stem + ".fp16.safetensors"} {
		if path := filepath.Join(dir, name); exists(path) {
			p, err := openDiskPart(path)
			if err != nil {
				return err
			}
			d.c.parts = append(d.c.parts, p)
			names := map[string]bool{}
			for _, info := range p.head.Tensors {
				names[info.Name] = true
			}
			return d.addPart(p, prefix, names)
		}
	}
	for _, name := range []string{".safetensors.index.json", ".safetensors.index.fp16.json", ".fp16.safetensors.index.json"} {
		if path := filepath.Join(dir, stem+name); exists(path) {
			return d.addShards(path, prefix)
		}
	}
	return missingWeights(dir, stem)
}

// addPart adds a file's tensors under today's names; names are those of all files of the component.
func (d *directory) addPart(p *diskPart, prefix string, names map[string]bool) error {
	for i, info := range p.head.Tensors {
		old := info.Name
		info.Name = currentName(old)
		if info.Name != old && names[info.Name] && strings.Contains(old, ".Conv2d_0.") {
			continue // the same convolution, saved a second time
		}
		info.Shape = currentShape(info.Name, info.Shape)
		info.Name = prefix + info.Name
		if d.c.byName[info.Name] != nil {
			return &Error{Kind: ErrDuplicate, File: p.file, Tensor: info.Name, Detail: "two tensors get this name, one of them is " + strconv.Quote(old) + " in the file"}
		}
		d.c.add(info, p, i)
	}
	return nil
}

// missingWeights explains which file was looked for, and that a pickle is no substitute.
func missingWeights(dir, stem string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &Error{Kind: ErrRead, File: dir, Cause: withoutPath(err)}
	}
	for _, e := range entries {
		if isPickle(e.Name()) {
			return &Error{Kind: ErrPickle, File: filepath.Join(dir, e.Name()), Detail: pickleAdvice}
		}
	}
	return &Error{Kind: ErrRead, File: filepath.Join(dir, stem+".safetensors"), Cause: fs.ErrNotExist}
}

// exists is true for a dangling symbolic link as well, so that opening it explains what is wrong
// instead of another file being taken.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// readConfig reads a JSON file; the root name stands for it in the paths of errors.
func readConfig(path, root string) (jsontext.Value, error) {
	return readJSON(path, root, jsontext.Config)
}

func readJSON(path, root string, limits jsontext.Limits) (jsontext.Value, error) {
	f, err := openRegular(path)
	if err != nil {
		return jsontext.Value{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(limits.Bytes)+1))
	if err != nil {
		return jsontext.Value{}, &Error{Kind: ErrRead, File: path, Cause: withoutPath(err)}
	}
	v, err := jsontext.Parse(root, string(text), limits)
	if err == nil && v.Kind() != jsontext.Object {
		err = v.Fail("expected an object, found " + v.Kind().String())
	}
	if err != nil {
		return v, &Error{Kind: ErrConfig, File: path, Cause: err}
	}
	return v, nil
}
