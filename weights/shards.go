package weights

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tintype/internal/jsontext"
)

const (
	maxShards     = 256
	maxShardIndex = 16 << 20 // bytes of JSON
)

// addShards opens the files that an index names: {"weight_map": {tensor: file, ...}, ...}.
// The index and the files must agree on every tensor.
func (d *directory) addShards(index, prefix string) error {
	v, err := readJSON(index, "index", jsontext.Limits{Bytes: maxShardIndex, Depth: jsontext.Header.Depth})
	if err != nil {
		return err
	}
	members, err := v.Get("weight_map").Members()
	if err != nil {
		return &Error{Kind: ErrConfig, File: index, Cause: err}
	}
	shardOf := map[string]string{}
	var shards []*diskPart
	opened := map[string]bool{}
	for _, m := range members {
		shard, err := m.Value.Text()
		if err != nil {
			return &Error{Kind: ErrConfig, File: index, Cause: err}
		}
		if shardOf[m.Key] = shard; opened[shard] {
			continue
		}
		opened[shard] = true
		if !bareName(shard) || !strings.HasSuffix(shard, ".safetensors") {
			return &Error{Kind: ErrConfig, File: index, Tensor: m.Key,
				Detail: "expected the name of a .safetensors file beside the index, found " + jsontext.Quote(shard)}
		}
		if len(opened) > maxShards {
			return &Error{Kind: ErrTooLarge, File: index, Detail: "more than " + strconv.Itoa(maxShards) + " files"}
		}
		p, err := openDiskPart(filepath.Join(filepath.Dir(index), shard))
		if err != nil {
			return err
		}
		d.c.parts = append(d.c.parts, p)
		shards = append(shards, p)
	}
	return d.joinShards(index, prefix, shards, shardOf)
}

func (d *directory) joinShards(index, prefix string, shards []*diskPart, shardOf map[string]string) error {
	names := map[string]bool{}
	for name := range shardOf {
		names[name] = true
	}
	for _, p := range shards {
		for _, info := range p.head.Tensors {
			if want := shardOf[info.Name]; want != filepath.Base(p.file) {
				return &Error{Kind: ErrConfig, File: index, Tensor: info.Name,
					Detail: "expected in " + jsontext.Quote(want) + ", found in " + jsontext.Quote(filepath.Base(p.file))}
			}
			delete(shardOf, info.Name)
		}
		if err := d.addPart(p, prefix, names); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(shardOf)) {
		return &Error{Kind: ErrNoTensor, File: filepath.Join(filepath.Dir(index), shardOf[name]), Tensor: name, Detail: "the index says it is here"}
	}
	return nil
}

// bareName is true for a name that stays in its directory, on every system and as a URL.
func bareName(name string) bool {
	return name != "" && len(name) <= 255 && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\:?#%\x00")
}
