package weights

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tintype/internal/strictjson"
)

// Which says what of a directory is read where it holds several networks. The zero value is what diffusers takes when it
// is asked for nothing.
type Which struct {
	Variant string // such as fp16, ema or non_ema: part of the files' names; "": none, or the only one there is
	Prefix  string // of the tensors' names, with its dot, such as ema_model.; "": none, or the only one there is
}

// Note is something of a directory that is not read, or not as it stands, and why.
type Note struct{ What, Why string }

// Notes lists what people should know of how the directory was read.
func (c *Checkpoint) Notes() []Note { return slices.Clone(c.notes) }

func (d *directory) note(what, why string) { d.c.notes = append(d.c.notes, Note{what, why}) }

// variant is the weights of a component in one variant: a single file, or an index of several.
type variant struct {
	single, index string // names in the component's folder; "": not there
}

// isShard knows the files that only an index makes sense of: STEM-00001-of-00002.safetensors.
func isShard(name string) bool {
	before, behind, ok := strings.Cut(name, "-of-")
	return ok && before != "" && digit(before[len(before)-1]) && behind != "" && digit(behind[0])
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// variants finds the weights of a component by diffusers' names, of today and of before 0.26:
//
//	STEM.safetensors             STEM.VARIANT.safetensors
//	STEM.safetensors.index.json  STEM.safetensors.index.VARIANT.json, STEM.VARIANT.safetensors.index.json,
//	                             STEM.safetensors.VARIANT.index.json
//
// A dangling link counts, so that opening it explains what is wrong instead of another file being taken.
func variants(dir, stem string) (map[string]variant, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &Error{Kind: ErrRead, File: dir, Detail: dangling(dir), Cause: withoutPath(err)}
	}
	all := map[string]variant{}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), stem+".")
		if !ok || e.IsDir() || isShard(rest) {
			continue
		}
		name, isIndex := strings.CutSuffix(rest, ".json")
		if isIndex {
			if name, ok = cutWord(name, "index"); !ok {
				continue
			}
		}
		if name, ok = cutWord(name, "safetensors"); !ok {
			continue
		}
		v := all[name]
		if isIndex {
			v.index = e.Name()
		} else {
			v.single = e.Name()
		}
		all[name] = v
	}
	return all, nil
}

// cutWord takes one of the words between the dots of a name out of it.
func cutWord(name, word string) (rest string, ok bool) {
	words := strings.Split(name, ".")
	i := slices.Index(words, word)
	if i < 0 {
		return name, false
	}
	return strings.Join(slices.Delete(words, i, i+1), "."), true
}

// choose picks the variant that is asked for: that of no name, or else the only one.
func (d *directory) choose(dir, stem string) (variant, error) {
	all, err := variants(dir, stem)
	if err != nil {
		return variant{}, err
	}
	names := sorted(maps.Keys(all))
	want := d.which.Variant
	if want != "" && stem != networkStem && !slices.Contains(names, want) {
		want = "" // only the network has variants as a rule
	}
	v, ok := all[want]
	switch {
	case ok:
	case len(names) == 0:
		return v, missingWeights(dir, stem)
	case want != "":
		return v, &Error{Kind: ErrRead, File: dir, Detail: "no weights of the variant " + strictjson.Quote(want) + "; there are " + variantNames(names)}
	case len(names) == 1:
		want = names[0]
		v = all[want]
		d.note(filepath.Join(dir, v.name()), "the only weights there: the variant "+want)
	default:
		return v, &Error{Kind: ErrRead, File: filepath.Join(dir, stem+".safetensors"),
			Detail: "there are the variants " + variantNames(names) + "; choose one with convert's -variant", Cause: fs.ErrNotExist}
	}
	for _, other := range names {
		switch {
		case other == want && v.index != "" && v.single != "":
			d.note(filepath.Join(dir, v.single), "not read: "+v.index+" beside it says which files are")
		case other == want:
		case other == "":
			d.note(filepath.Join(dir, all[other].name()), "not read: without -variant it is")
		default:
			d.note(filepath.Join(dir, all[other].name()), "not read: -variant "+other+" takes it")
		}
	}
	return v, nil
}

// name is the file by which the weights are found: where there are both, diffusers takes the index.
func (v variant) name() string {
	if v.index != "" {
		return v.index
	}
	return v.single
}

func variantNames(names []string) string {
	shown := make([]string, len(names))
	for i, n := range names {
		if shown[i] = n; n == "" {
			shown[i] = "(no variant)"
		}
	}
	return strings.Join(shown, ", ")
}

// missingWeights explains which file was looked for, what is there, and that a pickle is no substitute.
func missingWeights(dir, stem string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &Error{Kind: ErrRead, File: dir, Cause: withoutPath(err)}
	}
	var others []string
	for _, e := range entries {
		if isPickle(e.Name()) {
			return &Error{Kind: ErrPickle, File: filepath.Join(dir, e.Name()), Detail: pickleAdvice}
		}
		if strings.HasSuffix(e.Name(), ".safetensors") && len(others) < 4 {
			others = append(others, e.Name())
		}
	}
	missing := &Error{Kind: ErrRead, File: filepath.Join(dir, stem+".safetensors"), Cause: fs.ErrNotExist}
	switch {
	case slices.ContainsFunc(others, isShard):
		missing.Detail = "of " + strings.Join(others, ", ") + " the index is missing, " + stem + ".safetensors.index.json"
	case others != nil:
		missing.Detail = "there is " + strings.Join(others, ", ") + ": rename the one that holds the network"
	}
	return missing
}
