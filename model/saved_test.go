package model

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"tintype/internal/strictjson"
)

// lines reads a file of JSON values, one a line.
func lines(t *testing.T, file string) []strictjson.Value {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []strictjson.Value
	scan := bufio.NewScanner(f)
	for scan.Scan() {
		v, err := strictjson.Parse(file, scan.Text(), strictjson.Config)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// saved are the configs that the reference's classes save of their defaults, by the name of the class.
func saved(t *testing.T) map[string]strictjson.Value {
	t.Helper()
	all := map[string]strictjson.Value{}
	for _, v := range lines(t, "testdata/schedulers.jsonl") {
		all[text(t, v.Get("_class_name"))] = v
	}
	if len(all) != 31 {
		t.Fatalf("%d saved configs, want those of 31 classes", len(all))
	}
	return all
}

func text(t *testing.T, v strictjson.Value) string {
	t.Helper()
	s, err := v.Text()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func members(t *testing.T, v strictjson.Value) []strictjson.Member {
	t.Helper()
	m, err := v.Members()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// handed is what a class saves after it was made of another's config: all options of both, the other's values where
// both have one. Words of a few options that the class does not know it replaces by its own: rewrites.
func handed(t *testing.T, own, other, rewrites strictjson.Value) map[string]string {
	t.Helper()
	config := map[string]string{}
	for _, from := range []strictjson.Value{own, other, rewrites} {
		if !from.Exists() {
			continue
		}
		for _, m := range members(t, from) {
			if m.Key != "_class_name" || config["_class_name"] == "" {
				config[m.Key] = m.Value.Compact()
			}
		}
	}
	return config
}

func object(t *testing.T, config map[string]string) strictjson.Value {
	t.Helper()
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(config)) {
		fmt.Fprintf(&b, ",%q:%s", key, config[key])
	}
	return parse(t, "{"+strings.TrimPrefix(b.String(), ",")+"}")
}

// Every class's config as diffusers saves it says the same as the class alone, and nothing of it is strange.
func TestSavedSchedulers(t *testing.T) {
	for class, v := range saved(t) {
		full, err := readScheduler(v)
		if err != nil {
			t.Errorf("%s: %v", class, err)
			continue
		}
		bare, err := readScheduler(parse(t, `{"_class_name": "`+class+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(full) != fmt.Sprint(bare) {
			t.Errorf("%s:\n%+v, the class alone:\n%+v", class, full, bare)
		}
	}
}
