package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) Value {
	t.Helper()
	v, err := Parse("root", text, Config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Texts that are refused, with the kind of the error and the byte where it was found.
var refused = []struct {
	text string
	kind error
	at   int
}{
	{``, ErrSyntax, 0},
	{` `, ErrSyntax, 1},
	{`{`, ErrSyntax, 1},
	{`}`, ErrSyntax, 0},
	{`[1,]`, ErrSyntax, 3},
	{`[,1]`, ErrSyntax, 1},
	{`[1 2]`, ErrSyntax, 3},
	{`[1}`, ErrSyntax, 2},
	{`{"a":1,}`, ErrSyntax, 7},
	{`{"a" 1}`, ErrSyntax, 5},
	{`{"a":}`, ErrSyntax, 5},
	{`{"a"}`, ErrSyntax, 4},
	{`{a:1}`, ErrSyntax, 1},
	{`{1:1}`, ErrSyntax, 1},
	{`{"a":1]`, ErrSyntax, 6},
	{`1 2`, ErrSyntax, 2},
	{`nul`, ErrSyntax, 0},
	{`nulll`, ErrSyntax, 4},
	{`True`, ErrSyntax, 0},
	{`Nan`, ErrSyntax, 0},
	{`-NaN`, ErrSyntax, 1},
	{`+Infinity`, ErrSyntax, 0},
	{`[-Infinit]`, ErrSyntax, 2},
	{`Infinity1`, ErrSyntax, 8},
	{`01`, ErrSyntax, 1},
	{`-`, ErrSyntax, 1},
	{`+1`, ErrSyntax, 0},
	{`.5`, ErrSyntax, 0},
	{`1.`, ErrSyntax, 2},
	{`1e`, ErrSyntax, 2},
	{`1e+`, ErrSyntax, 3},
	{`0x10`, ErrSyntax, 1},
	{`"`, ErrSyntax, 1},
	{`"a`, ErrSyntax, 2},
	{`"\`, ErrSyntax, 1},
	{`"\x"`, ErrSyntax, 1},
	{`"\u12"`, ErrSyntax, 1},
	{`"\u123g"`, ErrSyntax, 1},
	{`"\ud800"`, ErrSyntax, 1},
	{`"\udc00\ud800"`, ErrSyntax, 1},
	{`"\ud800\u0041"`, ErrSyntax, 1},
	{"\"a\nb\"", ErrSyntax, 2},
	{"\"\x00\"", ErrSyntax, 1},
	{"\x00", ErrSyntax, 0},
	{"\ufeff{}", ErrSyntax, 0},
	{"/**/{}", ErrSyntax, 0},
	{"\"\xff\"", ErrUTF8, 1},
	{"{}\xc0", ErrUTF8, 2},
	{"\"\xed\xa0\x80\"", ErrUTF8, 1},
	{`{"a":1,"a":2}`, ErrDuplicate, 7},
	{`{"a":1,"\u0061":2}`, ErrDuplicate, 7},
	{`{"":1,"":2}`, ErrDuplicate, 6},
	{`[{"b":{"a":1,"c":[],"a":2}}]`, ErrDuplicate, 20},
	{strings.Repeat("[", 33), ErrDepth, 32},
	{strings.Repeat(`{"a":`, 33), ErrDepth, 160},
	{strings.Repeat("[", 1<<20), ErrDepth, 32},
	{strings.Repeat(" ", 1<<20+1), ErrSize, 0},
}

func TestParseRefuses(t *testing.T) {
	for _, c := range refused {
		_, err := Parse("root", c.text, Config)
		syntax := (*syntaxError)(nil)
		if !errors.As(err, &syntax) {
			t.Errorf("%.40q: got %v, want a SyntaxError", c.text, err)
			continue
		}
		if !errors.Is(err, c.kind) || syntax.Offset != c.at {
			t.Errorf("%.40q: got %v, want %v at byte %d", c.text, err, c.kind, c.at)
		}
	}
}

// What Python's json writes for numbers that are none is read from configs alone, and no getter takes it for a number.
func TestNonFinite(t *testing.T) {
	v := parse(t, `{"a": -Infinity, "b": [NaN,Infinity ]}`)
	if got := v.Compact(); got != `{"a":-Infinity,"b":[NaN,Infinity]}` {
		t.Errorf("Compact gives %s", got)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{second(v.Get("a").Float()), `root.a: the number -Infinity is out of range`},
		{second(v.Get("a").Int()), `root.a: expected an integer, found -Infinity`},
		{second(v.Get("b").Floats()), `root.b[0]: the number NaN is out of range`},
		{second(v.Get("b").At(1).Float()), `root.b[1]: the number Infinity is out of range`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", c.err, c.want)
		}
	}
	for _, text := range []string{`NaN`, `Infinity`, `-Infinity`, `[-Infinity]`} {
		if _, err := Parse("root", text, Header); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s in a header: %v, want %v", text, err, ErrSyntax)
		}
	}
}

// Texts that are accepted: encoding/json must see the same value in them.
var accepted = []string{
	`null`, `true`, `false`, `0`, `-0`, `12`, `-1.5e-3`, `1E5`, `1e-05`, `123456789012345678901234567890`,
	`""`, `"a"`, `"\"\\\/\b\f\n\r\t"`, `"\u00e9\u4e2d\ud83d\ude00"`, `"é中😀"`, `"\ufffd"`, `"\u0000"`, "\"\u007f\u2028\"",
	`[]`, `{}`, ` [ ] `, "\t{\r\n}\n", `[[],[[]],{}]`, `{"a":{},"b":[]}`, `[1,[2,[3,{"a":[4]}]],5]`,
	`{"a":1,"b":[true,null,"x"],"c":{"d":{"e":-0.5}}}`, `{"a":{"a":{"a":1}}}`, `[{"a":1},{"a":1}]`,
	strings.Repeat("[", 32) + strings.Repeat("]", 32),
}

func TestParseAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range accepted {
		v := parse(t, text)
		var want any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		got, err := plain(v)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if !bytes.Equal(a, b) {
			t.Errorf("%q: got %s, want %s", text, a, b)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if v.Compact() != compact.String() {
			t.Errorf("%q: Compact gives %s, want %s", text, v.Compact(), compact.String())
		}
	}
}

// plain turns a value into what encoding/json makes of it.
func plain(v Value) (any, error) {
	switch v.Kind() {
	case Bool:
		return v.Bool()
	case Number:
		return json.Number(v.Source()), nil
	case String:
		return v.Text()
	case Array:
		elems, err := v.Elems()
		list := []any{}
		for _, e := range elems {
			x, err := plain(e)
			if err != nil {
				return nil, err
			}
			list = append(list, x)
		}
		return list, err
	case Object:
		members, err := v.Members()
		object := map[string]any{}
		for _, m := range members {
			x, err := plain(m.Value)
			if err != nil {
				return nil, err
			}
			object[m.Key] = x
		}
		return object, err
	}
	return nil, nil
}

func TestErrorsNameThePath(t *testing.T) {
	v := parse(t, `{"unet": {"block_out_channels": [32, 64, "96"], "deep": [[1], [2, {"x": true}]], "": 0, "a b": 1.5}, "big": 1e999,
		"huge": 9223372036854775808, "null": null, "fraction": 1.0}`)
	unet := v.Get("unet")
	for _, c := range []struct {
		err  error
		want string
	}{
		{second(unet.Get("block_out_channels").Ints()), `root.unet.block_out_channels[2]: expected an integer, found "96"`},
		{second(unet.Get("deep").At(1).At(1).Get("x").Text()), `root.unet.deep[1][1].x: expected a string, found true`},
		{second(unet.Get("missing").Int()), `root.unet.missing: expected an integer, found nothing`},
		{second(unet.Get("missing").Get("below").At(2).Bool()), `root.unet.missing.below[2]: expected a boolean, found nothing`},
		{second(unet.Get("deep").At(-1).Float()), `root.unet.deep[-1]: expected a number, found nothing`},
		{second(unet.Get("deep").At(2).Float()), `root.unet.deep[2]: expected a number, found nothing`},
		{second(unet.Get("").Text()), `root.unet[""]: expected a string, found 0`},
		{second(unet.Get("a b").Int()), `root.unet["a b"]: expected an integer, found 1.5`},
		{second(v.Get("fraction").Int()), `root.fraction: expected an integer, found 1.0`},
		{second(v.Get("big").Float()), `root.big: the number 1e999 is out of range`},
		{second(v.Get("huge").Int64()), `root.huge: the integer 9223372036854775808 is too large`},
		{second(v.Get("null").IntOr(8)), `root.null: expected an integer, found null`},
		{second(v.Elems()), `root: expected an array, found an object`},
		{second(v.Get("null").Members()), `root.null: expected an object, found null`},
		{second(Value{}.Int()), `nothing: expected an integer, found nothing`},
	} {
		if field := (*fieldError)(nil); !errors.As(c.err, &field) || c.err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", c.err, c.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestGetters(t *testing.T) {
	v := parse(t, `{"i": -12, "f": 1e-05, "s": "x\u0041", "b": true, "n": null, "list": [1, 2.5], "texts": ["a", ""]}`)
	if i, err := v.Get("i").Int(); i != -12 || err != nil {
		t.Error(i, err)
	}
	if f, err := v.Get("f").Float(); f != 1e-5 || err != nil {
		t.Error(f, err)
	}
	if f, err := v.Get("i").Float(); f != -12 || err != nil {
		t.Error(f, err)
	}
	if s, err := v.Get("s").Text(); s != "xA" || err != nil {
		t.Error(s, err)
	}
	if b, err := v.Get("b").BoolOr(false); !b || err != nil {
		t.Error(b, err)
	}
	if i, err := v.Get("absent").IntOr(8); i != 8 || err != nil {
		t.Error(i, err)
	}
	if f, err := v.Get("absent").FloatOr(2.5); f != 2.5 || err != nil {
		t.Error(f, err)
	}
	if s, err := v.Get("absent").TextOr("?"); s != "?" || err != nil {
		t.Error(s, err)
	}
	if f, err := v.Get("list").Floats(); len(f) != 2 || f[1] != 2.5 || err != nil {
		t.Error(f, err)
	}
	if s, err := v.Get("texts").Texts(); len(s) != 2 || s[0] != "a" || err != nil {
		t.Error(s, err)
	}
	if n := v.Get("n"); !n.Exists() || !n.IsNull() || n.Len() != 0 {
		t.Error("null must exist and be null")
	}
	if v.Get("absent").Exists() || v.Get("i").Get("x").Exists() || v.Get("list").At(2).Exists() {
		t.Error("what is not there exists")
	}
	if v.Len() != 7 || v.Get("list").Len() != 2 {
		t.Error("wrong number of members or elements")
	}
}

// What parsing allocates is bounded by the text, whatever is in it.
func TestMemoryIsBounded(t *testing.T) {
	fill := func(repeat, end string) string {
		return "[" + strings.Repeat(repeat, (Config.Bytes-8)/len(repeat)) + end
	}
	for _, text := range []string{
		fill("0,", "0]"), fill("[],", "0]"), fill("{},", "0]"), fill(`{"":0},`, "0]"), fill(`"",`, "0]"), fill("[[[[[[[[[[", ""),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse("root", text, Config)
		runtime.ReadMemStats(&after)
		if err != nil && !errors.Is(err, ErrDepth) {
			t.Fatal(err)
		}
		// Most of it is garbage at once: the slice of nodes grows by steps, and each object that is
		// open has a map of its keys.
		allocated, limit := after.TotalAlloc-before.TotalAlloc, uint64(100*len(text))
		if allocated > limit {
			t.Errorf("%.20s...: %d bytes for a text of %d, want at most %d", text, allocated, len(text), limit)
		}
	}
}

func TestWriter(t *testing.T) {
	var w Writer
	w.BeginObject()
	w.Key("a\n")
	w.Text("\"\\\x01\x7f\té\xff😀")
	w.Key("list")
	w.BeginArray()
	w.Int(-1)
	w.Float(0.1)
	w.Float(1e300)
	w.Float(math.NaN())
	w.Bool(true)
	w.BeginObject()
	w.EndObject()
	w.BeginArray()
	w.EndArray()
	w.Null()
	w.EndArray()
	w.Key("copy")
	w.Value(parse(t, ` { "x y" : [ 1 , "\" , \\" ] } `))
	w.Key("raw")
	w.Raw(`{"a":1}`)
	w.Key("absent")
	w.Value(Value{})
	w.EndObject()
	want := `{"a\n":"\"\\\u0001\u007f\té` + "\ufffd" + `😀","list":[-1,0.1,1e+300,null,true,{},[],null],"copy":{"x y":[1,"\" , \\"]},"raw":{"a":1},"absent":null}`
	if w.String() != want {
		t.Errorf("got  %s\nwant %s", w.String(), want)
	}
	if !json.Valid([]byte(w.String())) {
		t.Error("encoding/json refuses it")
	}
}

// FuzzParse compares with encoding/json, which accepts more: duplicate keys, invalid UTF-8, lone
// surrogates, any depth.
func FuzzParse(f *testing.F) {
	for _, text := range accepted {
		f.Add(text)
	}
	for _, c := range refused {
		if len(c.text) < 1000 {
			f.Add(c.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Parse("root", text, Limits{Bytes: 1 << 16, Depth: 16})
		if err != nil {
			if errors.Is(err, ErrSyntax) && json.Valid([]byte(text)) && !strings.Contains(text, `\u`) {
				t.Errorf("%q is valid, but: %v", text, err)
			}
			return
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(text)); err != nil {
			t.Fatalf("%q was accepted, but: %v", text, err)
		}
		if v.Compact() != compact.String() {
			t.Errorf("%q: Compact gives %q, want %q", text, v.Compact(), compact.String())
		}
		got, err := plain(v)
		if err != nil {
			t.Fatal(err)
		}
		var want any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if !bytes.Equal(a, b) {
			t.Errorf("%q: got %s, want %s", text, a, b)
		}
	})
}

// FuzzQuote checks that what Quote writes reads back, invalid bytes as U+FFFD.
func FuzzQuote(f *testing.F) {
	f.Add("plain")
	f.Add("\x00\"\\\xff\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Parse("root", Quote(s), Limits{Bytes: 1 << 30, Depth: 0})
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := v.Text(); got != string([]rune(s)) {
			t.Errorf("%q reads back as %q", s, got)
		}
	})
}
