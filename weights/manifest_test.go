package weights

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var sum64 = strings.Repeat("0123456789abcdef", 4)

func goodManifest() Manifest {
	return Manifest{
		{ID: "teacher", Name: "A \"teacher\"", Place: Place{"teacher.safetensors.zst", 10, 12, sum64}, Licence: "MIT",
			Classifier: &Place{"classifier.zst", 7, 8, sum64}},
		{ID: "student-4", Name: "S", Place: Place{"s.zst", 1, 1 << 40, sum64}, Licence: "CC0", Default: true, StudentOf: "teacher"},
	}
}

func TestManifestRoundTrip(t *testing.T) {
	for _, want := range []Manifest{goodManifest(), {}} {
		text, err := want.Text()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseManifest("index.json", text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
		}
	}
	e, ok := goodManifest().Find("student-4")
	if !ok || e.Expect() != (Expect{SHA256: sum64, Bytes: 1, RawBytes: 1 << 40}) {
		t.Error(e, ok)
	}
	if _, ok := goodManifest().Find("x"); ok {
		t.Error("found what is not there")
	}
	if e, ok := goodManifest().Default(); !ok || e.ID != "student-4" {
		t.Errorf("the default is %q", e.ID)
	}
	if e, ok := goodManifest()[:1].Default(); !ok || e.ID != "teacher" {
		t.Errorf("where none says so the default is %q", e.ID)
	}
	if _, ok := (Manifest{}).Default(); ok {
		t.Error("an empty manifest has a default")
	}
}

func TestBeside(t *testing.T) {
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		manifest, file string
		want           bool
	}{
		{"index.json", "m.zst", true}, {"a/index.json", "a/../a/m.zst", true}, {filepath.Join(here, "index.json"), "m.zst", true},
		{"a/index.json", "m.zst", false}, {"index.json", "a/m.zst", false}, {"index.json", "../m.zst", false},
	} {
		if got := Beside(c.manifest, c.file); got != c.want {
			t.Errorf("%s beside %s: %t", c.file, c.manifest, got)
		}
	}
}

// badManifests are changes to the good one's text and what the error says.
var badManifests = []struct{ old, new, part string }{
	{"[\n", "{\n", "not valid JSON"},
	{"[\n", "[3,", "models[0]: expected an object"},
	{`"id":"teacher"`, `"id":"te acher"`, "models[0].id"},
	{`"id":"teacher"`, `"id":""`, "models[0].id"},
	{`"id":"teacher"`, `"id":"student-4"`, `models[1].id: "student-4" is the id of two models`},
	{`"id":"teacher",`, ``, "models[0].id"},
	{`"id":"teacher"`, `"id":"t","id":"t"`, "duplicate key"},
	{`"teacher.safetensors.zst"`, `"../teacher.zst"`, "models[0].file"},
	{`"teacher.safetensors.zst"`, `"/teacher.zst"`, "models[0].file"},
	{`"teacher.safetensors.zst"`, `"a\\teacher.zst"`, "models[0].file"},
	{`"teacher.safetensors.zst"`, `"https:teacher.zst"`, "models[0].file"},
	{`"teacher.safetensors.zst"`, `"x?y"`, "models[0].file"},
	{`"teacher.safetensors.zst"`, `"%2e%2e"`, "models[0].file"},
	{`"teacher.safetensors.zst"`, `".hidden"`, "models[0].file"},
	{`"teacher.safetensors.zst"`, `""`, "models[0].file"},
	{`"bytes":10`, `"bytes":0`, "models[0].bytes: expected 1 or more"},
	{`"bytes":10`, `"bytes":-10`, "models[0].bytes"},
	{`"bytes":10`, `"bytes":1e1`, "models[0].bytes"},
	{`"raw_bytes":12,`, ``, "models[0].raw_bytes"},
	{sum64, sum64[1:], "models[0].sha256: expected 64"},
	{sum64, "x" + sum64[1:], "models[0].sha256: expected 64"},
	{`"licence":"MIT"`, `"licence":""`, "models[0].licence"},
	{`"default":false`, `"default":true`, `models[1].default: contradicts the model "teacher"`},
	{`"default":false`, `"default":1`, "models[0].default"},
	{`"student_of":"teacher"`, `"student_of":"nobody"`, `models[1].student_of`},
	{`"student_of":"teacher"`, `"student_of":"student-4"`, `models[1].student_of`},
	{`"student_of"`, `"student"`, `models[1].student: not a field`},
	{`"classifier.zst"`, `"../classifier.zst"`, "models[0].classifier.file"},
	{`"classifier":{`, `"classifier":{"id":"c",`, "models[0].classifier.id: not a field"},
	{`"bytes":7`, `"bytes":0`, "models[0].classifier.bytes: expected 1 or more"},
	{`"raw_bytes":8,`, ``, "models[0].classifier.raw_bytes"},
	{`"classifier":{`, `"classifier":"c.zst","_":{`, "models[0].classifier: expected an object"},
	{`"name":"S"`, `"name":{"en":["S"]}`, "models[1].name"},
	{`"name":"S"`, `"name":[[[[]]]]`, "nested too deep"},
	{"]\n", "]" + strings.Repeat(" ", maxManifest), "too long"},
}

func TestParseManifestRefuses(t *testing.T) {
	good, err := goodManifest().Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range badManifests {
		if !strings.Contains(good, c.old) {
			t.Fatalf("%q is not in the manifest", c.old)
		}
		_, err := ParseManifest("index.json", strings.Replace(good, c.old, c.new, 1))
		wantError(t, err, ErrManifest, "index.json: ", c.part)
	}
	if _, err := (Manifest{{ID: "x"}}).Text(); !errors.Is(err, ErrManifest) {
		t.Errorf("an unusable entry is written: %v", err)
	}
	// Extensions that are ignored, and capitals in the hash.
	text := strings.Replace(good, `"id"`, `"_note":[1],"format":2,"id"`, 1)
	text = strings.ReplaceAll(text, sum64, strings.ToUpper(sum64))
	if m, err := ParseManifest("index.json", text); err != nil || m[0].SHA256 != sum64 {
		t.Error(err)
	}
}

// FuzzManifest checks that what is accepted is written and read back the same.
func FuzzManifest(f *testing.F) {
	good, err := goodManifest().Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, c := range badManifests[:len(badManifests)-1] {
		f.Add(strings.Replace(good, c.old, c.new, 1))
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseManifest("index.json", text)
		if err != nil {
			if !errors.Is(err, ErrManifest) {
				t.Fatalf("error without a kind: %v", err)
			}
			return
		}
		for _, e := range m {
			if strings.ContainsAny(e.File, "/\\") || e.File == "" || e.File[0] == '.' || len(e.SHA256) != 64 || e.Bytes < 1 {
				t.Fatalf("accepted %+v", e)
			}
		}
		again, err := m.Text()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseManifest("index.json", again)
		if err != nil || !reflect.DeepEqual(m, back) {
			t.Fatalf("%v\n%+v\n%+v", err, m, back)
		}
	})
}
