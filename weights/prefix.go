package weights

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tintype/internal/strictjson"
)

// networkStem is what diffusers calls the files of a network, anchor a tensor that each of ours has.
const (
	networkStem = "diffusion_pytorch_model"
	anchor      = "conv_in.weight"
)

// wrappers are what PyTorch puts into the names of a module that was compiled, sharded or checkpointed, at any place.
var wrappers = []string{"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"}

// unwrapped is a tensor's name without them.
func unwrapped(name string) string {
	for _, w := range wrappers {
		if strings.Contains(name, w) {
			name = strings.Join(slices.DeleteFunc(strings.Split(name, "."), func(part string) bool { return slices.Contains(wrappers, part) }), ".")
		}
	}
	return name
}

// addParts adds the tensors of a component's files under today's names, each with the prefix to. Training scripts wrap
// networks, and save several in one file: what stands before the network's own names is found by the anchor.
func (d *directory) addParts(parts []*diskPart, to string) error {
	if len(parts) == 0 {
		return nil
	}
	// Only the network itself is looked for: a conditioner beside it lies in a folder of its own.
	from := ""
	if to == "" {
		var err error
		if from, err = d.prefix(parts); err != nil {
			return err
		}
	}
	names := map[string]bool{} // today's, without the prefix
	stripped := 0
	for _, p := range parts {
		for _, info := range p.head.tensors {
			if own, ok := strings.CutPrefix(unwrapped(info.Name), from); ok {
				if names[own] = true; own != info.Name {
					stripped++
				}
			}
		}
	}
	if stripped > 0 {
		first := d.wrapped(parts, from)
		d.note(filepath.Dir(parts[0].file), "read without what was put before or into "+count(stripped, "name")+", such as "+first)
	}
	for _, p := range parts {
		if err := d.addPart(p, from, to, names); err != nil {
			return err
		}
	}
	return nil
}

// wrapped is the name that the anchor, or else any tensor that is renamed, has in the files.
func (d *directory) wrapped(parts []*diskPart, from string) (name string) {
	for _, p := range parts {
		for _, info := range p.head.tensors {
			switch own, ok := strings.CutPrefix(unwrapped(info.Name), from); {
			case own == info.Name || !ok:
			case own == anchor:
				return info.Name
			case name == "":
				name = info.Name
			}
		}
	}
	return name
}

// prefix is what the network's names begin with in the files: what was asked for, nothing, or the only one there is.
func (d *directory) prefix(parts []*diskPart) (string, error) {
	found := map[string]bool{}
	for _, p := range parts {
		for _, info := range p.head.tensors {
			if before, ok := strings.CutSuffix(unwrapped(info.Name), anchor); ok && (before == "" || strings.HasSuffix(before, ".")) {
				found[before] = true
			}
		}
	}
	all := sorted(maps.Keys(found))
	shown := make([]string, len(all))
	for i, p := range all {
		shown[i] = strictjson.Quote(p)
	}
	dir := filepath.Dir(parts[0].file)
	want := d.which.Prefix
	if want != "" && !strings.HasSuffix(want, ".") {
		want += "."
	}
	switch {
	case want != "" && !found[want]:
		return "", &Error{Kind: ErrNoTensor, File: dir, Tensor: want + anchor, Detail: "the prefixes of networks there are " + strings.Join(shown, ", ")}
	case want != "" || found[""] || len(all) == 0: // with no anchor at all the first tensor that is missing says more
	case len(all) == 1:
		want = all[0]
	default:
		return "", &Error{Kind: ErrConfig, File: dir, Detail: "it holds several networks, whose tensors begin with " +
			strings.Join(shown, " and ") + "; choose one with convert's -prefix"}
	}
	for i, p := range all {
		if p != want && p != "" {
			d.note(dir, "another network, whose tensors begin with "+shown[i]+", is not read: -prefix "+p+" takes it")
		}
	}
	return want, nil
}

// addPart adds a file's tensors; names are those of all files of the component. What has another prefix, or is there a
// second time under its old name, is passed over.
func (d *directory) addPart(p *diskPart, from, to string, names map[string]bool) error {
	for i, info := range p.head.tensors {
		own, ok := strings.CutPrefix(unwrapped(info.Name), from)
		now := currentName(own)
		if !ok || now != own && names[now] && strings.Contains(own, ".Conv2d_0.") {
			d.c.pass(info, p, i)
			continue
		}
		old := info.Name
		info.Name, info.Shape = to+now, currentShape(now, info.Shape)
		if d.c.byName[info.Name] != nil {
			return &Error{Kind: ErrDuplicate, File: p.file, Tensor: info.Name, Detail: "two tensors get this name, one of them is " + strconv.Quote(old) + " in the file"}
		}
		d.c.add(info, p, i)
	}
	return nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
