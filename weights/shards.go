package weights

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tintype/internal/strictjson"
)

const (
	maxShards     = 256
	maxShardIndex = 16 << 20 // bytes of JSON
)

// addShards opens the files that an index names: {"weight_map": {tensor: file, ...}, ...}. As for diffusers, it is the
// files that count: the index says which these are, and a tensor may lie in another one of them.
func (d *directory) addShards(index, prefix string) error {
	shardOf, err := readIndex(index)
	if err != nil {
		return err
	}
	var shards []*diskPart
	for _, name := range slices.Compact(sorted(maps.Values(shardOf))) {
		p, err := openDiskPart(filepath.Join(filepath.Dir(index), name))
		if err != nil {
			return err
		}
		d.c.parts = append(d.c.parts, p)
		shards = append(shards, p)
	}
	d.compare(index, shards, shardOf)
	return d.addParts(shards, prefix)
}

// compare notes where an index and its files disagree.
func (d *directory) compare(index string, shards []*diskPart, shardOf map[string]string) {
	var unnamed, elsewhere, ghosts []string
	for _, p := range shards {
		for _, info := range p.head.tensors {
			switch promised, ok := shardOf[info.Name]; {
			case !ok:
				unnamed = append(unnamed, info.Name)
			case promised != filepath.Base(p.file):
				elsewhere = append(elsewhere, info.Name)
			}
			delete(shardOf, info.Name)
		}
	}
	ghosts = sorted(maps.Keys(shardOf))
	for _, list := range []struct {
		names []string
		why   string
	}{{unnamed, "in a file and not in the index: "}, {elsewhere, "in another file than the index says: "}, {ghosts, "in the index and in no file: "}} {
		if n := len(list.names); n > 0 {
			d.note(index, list.why+list.names[0]+more(n-1))
		}
	}
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return " and " + strconv.Itoa(n) + " more"
}

// readIndex gives the file of each tensor.
func readIndex(index string) (map[string]string, error) {
	v, err := readJSON(index, "index", strictjson.Limits{Bytes: maxShardIndex, Depth: strictjson.Header.Depth})
	if err != nil {
		return nil, err
	}
	members, err := v.Get("weight_map").Members()
	if err != nil {
		return nil, &Error{Kind: ErrConfig, File: index, Cause: err}
	}
	if len(members) == 0 {
		return nil, &Error{Kind: ErrConfig, File: index, Cause: v.Get("weight_map").Fail("names no file")}
	}
	shardOf, files := map[string]string{}, map[string]bool{}
	for _, m := range members {
		shard, err := m.Value.Text()
		if err != nil {
			return nil, &Error{Kind: ErrConfig, File: index, Cause: err}
		}
		if !bareName(shard) || !strings.HasSuffix(shard, ".safetensors") {
			return nil, &Error{Kind: ErrConfig, File: index, Tensor: m.Key,
				Detail: "expected the name of a .safetensors file beside the index, found " + strictjson.Quote(shard)}
		}
		if shardOf[m.Key], files[shard] = shard, true; len(files) > maxShards {
			return nil, &Error{Kind: ErrTooLarge, File: index, Detail: "more than " + strconv.Itoa(maxShards) + " files"}
		}
	}
	return shardOf, nil
}

// bareName is true for a name that stays in its directory, on every system and as a URL.
func bareName(name string) bool {
	return name != "" && len(name) <= 255 && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\:?#%\x00")
}
