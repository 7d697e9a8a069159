package weights

import (
	"encoding/hex"
	"path/filepath"
	"strings"

	"tintype/internal/strictjson"
)

// maxManifest is the most bytes of a manifest that are read.
const maxManifest = 1 << 20

// Entry is one model of a manifest.
type Entry struct {
	ID        string // of letters, digits, '.', '_' and '-'
	Name      string // for people
	Place            // of its checkpoint
	Licence   string
	Default   bool   // the model that a page starts with; at most one
	StudentOf string // the ID of the model that this one was distilled from, "" if it was not
	// Classifier tells the model's pictures apart at any noise level, for classifier guidance; nil if there is none.
	Classifier *Place
}

// Place is a file beside the manifest.
type Place struct {
	File     string // a bare name
	Bytes    int64  // length of the file
	RawBytes int64  // length of the safetensors file inside
	SHA256   string // of the file, in hexadecimal
}

// Expect is what the manifest promises of the file.
func (p Place) Expect() Expect {
	return Expect{SHA256: p.SHA256, Bytes: p.Bytes, RawBytes: p.RawBytes}
}

// Manifest is the list of models of a site, in the order in which a page shows them.
type Manifest []Entry

// Find gives the entry of an ID.
func (m Manifest) Find(id string) (Entry, bool) {
	for _, e := range m {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

// Default gives the model that a page starts with: the one that says so, or else the first. ok is false if there is none.
func (m Manifest) Default() (e Entry, ok bool) {
	for _, e := range m {
		if e.Default {
			return e, true
		}
	}
	if len(m) == 0 {
		return e, false
	}
	return m[0], true
}

// Beside reports whether a file lies in the folder of a manifest, as every file that it lists must.
func Beside(manifest, file string) bool {
	a, errA := filepath.Abs(filepath.Dir(manifest))
	b, errB := filepath.Abs(filepath.Dir(file))
	return errA == nil && errB == nil && a == b
}

// ParseManifest reads and checks an index.json. The name is for errors.
func ParseManifest(name, text string) (Manifest, error) {
	m, err := parseManifest(text)
	if err != nil {
		return nil, &Error{Kind: ErrManifest, File: name, Cause: err}
	}
	return m, nil
}

func parseManifest(text string) (Manifest, error) {
	root, err := strictjson.Parse("models", text, strictjson.Limits{Bytes: maxManifest, Depth: 4})
	if err != nil {
		return nil, err
	}
	elems, err := root.Elems()
	if err != nil {
		return nil, err
	}
	m := make(Manifest, 0, len(elems))
	ids := map[string]bool{}
	def := ""
	for _, v := range elems {
		e, err := readEntry(v)
		if err != nil {
			return nil, err
		}
		if ids[e.ID] {
			return nil, v.Get("id").Fail(strictjson.Quote(e.ID) + " is the id of two models")
		}
		if e.Default && def != "" {
			return nil, v.Get("default").Fail("contradicts the model " + strictjson.Quote(def) + ", which is the default too")
		}
		if ids[e.ID] = true; e.Default {
			def = e.ID
		}
		m = append(m, e)
	}
	for i, e := range m { // when all are known: a teacher may stand behind its student
		if e.StudentOf != "" && (!ids[e.StudentOf] || e.StudentOf == e.ID) {
			return nil, elems[i].Get("student_of").Fail("expected the id of another model, found " + strictjson.Quote(e.StudentOf))
		}
	}
	return m, nil
}

func readEntry(v strictjson.Value) (Entry, error) {
	if _, err := v.Members(); err != nil {
		return Entry{}, err
	}
	f := only(v, "id", "name", "file", "bytes", "raw_bytes", "sha256", "licence", "default", "student_of", "classifier")
	e := Entry{
		ID:        f.text("id", ""),
		Name:      f.text("name", ""),
		Place:     readPlace(f),
		Licence:   f.text("licence", ""),
		Default:   f.bool("default", false),
		StudentOf: f.text("student_of", ""),
	}
	if at := v.Get("classifier"); given(at) {
		c := only(at, "file", "bytes", "raw_bytes", "sha256")
		place := readPlace(c)
		f.fail(c.err)
		e.Classifier = &place
	}
	switch {
	case !validID(e.ID):
		f.fail(v.Get("id").Fail("expected 1 to 64 letters, digits, '.', '_' and '-', found " + strictjson.Quote(e.ID)))
	case e.Name == "":
		f.fail(v.Get("name").Fail("is missing or empty"))
	case e.Licence == "":
		f.fail(v.Get("licence").Fail("is missing or empty"))
	}
	return e, f.err
}

func readPlace(f *fields) Place {
	p := Place{
		File:     f.text("file", ""),
		Bytes:    f.size("bytes"),
		RawBytes: f.size("raw_bytes"),
		SHA256:   strings.ToLower(f.text("sha256", "")), // written by hand it may have capitals
	}
	sum, err := hex.DecodeString(p.SHA256)
	switch {
	case !bareName(p.File):
		f.fail(f.v.Get("file").Fail("expected the name of a file beside the manifest, found " + strictjson.Quote(p.File)))
	case err != nil || len(sum) != 32:
		f.fail(f.v.Get("sha256").Fail("expected 64 hexadecimal digits, found " + strictjson.Quote(p.SHA256)))
	}
	return p
}

func validID(id string) bool {
	for _, c := range []byte(id) {
		if !(c == '.' || c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return id != "" && len(id) <= 64
}

// Text writes the manifest, one model per line, or says what ParseManifest would refuse in it.
func (m Manifest) Text() (string, error) {
	text := "[\n"
	for i, e := range m {
		text += e.text()
		if i < len(m)-1 {
			text += ","
		}
		text += "\n"
	}
	text += "]\n"
	if _, err := ParseManifest("new manifest", text); err != nil {
		return "", err
	}
	return text, nil
}

func (e Entry) text() string {
	var w strictjson.Writer
	w.BeginObject()
	writeField(&w, "id", e.ID)
	writeField(&w, "name", e.Name)
	e.write(&w)
	writeField(&w, "licence", e.Licence)
	w.Key("default")
	w.Bool(e.Default)
	if e.StudentOf != "" {
		writeField(&w, "student_of", e.StudentOf)
	}
	if e.Classifier != nil {
		w.Key("classifier")
		w.BeginObject()
		e.Classifier.write(&w)
		w.EndObject()
	}
	w.EndObject()
	return w.String()
}

// write writes the fields of a place.
func (p Place) write(w *strictjson.Writer) {
	writeField(w, "file", p.File)
	w.Key("bytes")
	w.Int(p.Bytes)
	w.Key("raw_bytes")
	w.Int(p.RawBytes)
	writeField(w, "sha256", p.SHA256)
}

func writeField(w *strictjson.Writer, key, value string) {
	w.Key(key)
	w.Text(value)
}
