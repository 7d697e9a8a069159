package weights

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tintype/internal/strictjson"
)

// directory is a diffusers directory while it is being opened.
type directory struct {
	path  string
	which Which
	c     *Checkpoint
	// model_index.json; absent where there is none.
	index strictjson.Value
}

// OpenDirectory opens what diffusers' save_pretrained wrote: a pipeline with the subfolders
// unet/, scheduler/ and conditioner/, or one where their files lie at the root, or a lone network.
// Its tensors have today's names whatever they are called on disk. Close it.
func OpenDirectory(path string) (*Checkpoint, error) { return OpenWhich(path, Which{}) }

// OpenWhich is OpenDirectory where the directory holds several networks.
func OpenWhich(path string, which Which) (*Checkpoint, error) {
	d := &directory{path: path, which: which, c: newCheckpoint(path)}
	d.c.again = func() (*Checkpoint, error) { return OpenWhich(path, which) }
	if err := d.open(); err != nil {
		d.c.Close()
		return nil, err
	}
	return d.c, nil
}

func (d *directory) open() error {
	stat, err := os.Stat(d.path)
	if err != nil {
		return &Error{Kind: ErrRead, File: d.path, Detail: absent(d.path), Cause: withoutPath(err)}
	}
	if !stat.IsDir() {
		return &Error{Kind: ErrRead, File: d.path, Detail: "not a directory but a file; expected the folder with its config.json"}
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
		return &Error{Kind: ErrRead, File: d.path, Detail: "neither unet/config.json nor config.json is there" + d.elsewhere(), Cause: fs.ErrNotExist}
	}
	if err := d.store("unet", config); err != nil {
		return err
	}
	return d.addWeights(dir, networkStem, "")
}

// elsewhere says where to look instead: in a cache of huggingface_hub, in the folder above, in a file that is converted.
func (d *directory) elsewhere() string {
	if entries, _ := os.ReadDir(filepath.Join(d.path, "snapshots")); len(entries) > 0 {
		return ", but a snapshot of it: give " + filepath.Join(d.path, "snapshots", entries[len(entries)-1].Name())
	}
	entries, _ := os.ReadDir(d.path)
	for _, e := range entries {
		path := filepath.Join(d.path, e.Name())
		switch {
		case strings.HasSuffix(e.Name(), ".safetensors.zst"):
			return ", but a checkpoint: give " + path
		case e.IsDir() && (exists(filepath.Join(path, "unet", "config.json")) || exists(filepath.Join(path, "config.json"))):
			return ", but a folder that has one: give " + path
		}
	}
	return ""
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

// addWeights opens the tensors of one component: one file, or those that an index names.
func (d *directory) addWeights(dir, stem, prefix string) error {
	v, err := d.choose(dir, stem)
	if err != nil {
		return err
	}
	if v.index != "" {
		return d.addShards(filepath.Join(dir, v.index), prefix)
	}
	p, err := openDiskPart(filepath.Join(dir, v.single))
	if err != nil {
		return err
	}
	d.c.parts = append(d.c.parts, p)
	return d.addParts([]*diskPart{p}, prefix)
}

// exists is true for a dangling symbolic link as well, so that opening it explains what is wrong
// instead of another file being taken.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// readConfig reads a JSON file; the root name stands for it in the paths of errors.
func readConfig(path, root string) (strictjson.Value, error) {
	return readJSON(path, root, strictjson.Config)
}

func readJSON(path, root string, limits strictjson.Limits) (strictjson.Value, error) {
	f, err := openRegular(path)
	if err != nil {
		return strictjson.Value{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(limits.Bytes)+1))
	if err != nil {
		return strictjson.Value{}, &Error{Kind: ErrRead, File: path, Cause: withoutPath(err)}
	}
	v, err := strictjson.Parse(root, string(text), limits)
	if what := whatIs(text[:min(len(text), peekBytes)]); err != nil && what != "" && what != "JSON text" && len(text) <= limits.Bytes {
		return v, &Error{Kind: ErrForeign, File: path, Detail: "expected JSON, and it is " + what}
	}
	if err == nil && v.Kind() != strictjson.Object {
		err = v.Fail("expected an object, found " + v.Kind().String())
	}
	if err != nil {
		return v, &Error{Kind: ErrConfig, File: path, Cause: err}
	}
	return v, nil
}
