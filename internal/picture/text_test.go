package picture

import (
	"bytes"
	"compress/zlib"
	"errors"
	"image/png"
	"io"
	"strings"
	"testing"
)

const words = "v=1&model=m"

func inflate(stream []byte, most int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err == nil && len(out) > most {
		err = errors.New("too long")
	}
	return out, err
}

func squeezed(t testing.TB, text string) string {
	t.Helper()
	b, err := deflate([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// withText is a PNG file with chunks before and behind its pixels, each NAME and data.
func withText(t testing.TB, before, behind [][2]string) []byte {
	t.Helper()
	file, err := PNG(plain(5), "", deflate)
	if err != nil {
		t.Fatal(err)
	}
	const head, end = 8 + 12 + 13, 12 // signature and IHDR; IEND
	out := bytes.Clone(file[:head])
	for _, c := range before {
		out = appendChunk(out, c[0], []byte(c[1]))
	}
	out = append(out, file[head:len(file)-end]...)
	for _, c := range behind {
		out = appendChunk(out, c[0], []byte(c[1]))
	}
	return append(out, file[len(file)-end:]...)
}

// A recipe is found wherever the format allows a text.
func TestRecipeIsFound(t *testing.T) {
	packed, link := squeezed(t, words), "see https://example.org/a/#"+words+"."
	for name, chunk := range map[string][2]string{
		"tEXt":                      {"tEXt", "tintype\x00" + words},
		"zTXt":                      {"zTXt", "tintype\x00\x00" + packed},
		"iTXt":                      {"iTXt", "tintype\x00\x00\x00\x00\x00" + words},
		"iTXt in a language":        {"iTXt", "tintype\x00\x00\x00de\x00Rezept\x00" + words},
		"iTXt compressed":           {"iTXt", "tintype\x00\x01\x00\x00\x00" + packed},
		"a link in a comment":       {"tEXt", "Comment\x00" + link},
		"a compressed comment":      {"zTXt", "Comment\x00\x00" + squeezed(t, link)},
		"another program's JSON":    {"tEXt", `prompt` + "\x00" + `{"of": "` + words + `", "n": 1}`},
		"XML":                       {"iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00<x a='" + strings.ReplaceAll(words, "&", "&amp;") + "'/>"},
		"a long text before it":     {"tEXt", "Comment\x00" + strings.Repeat("no model=here & there ", 1e4) + words},
		"behind what only seems so": {"tEXt", "Comment\x00v=2&model=m " + words},
	} {
		for where, file := range map[string][]byte{
			"before": withText(t, [][2]string{{"tIME", "1234567"}, chunk}, nil),
			"behind": withText(t, nil, [][2]string{chunk, {"tEXt", "Title\x00x"}}),
		} {
			if got, err := Recipe(file, inflate); got != words || err != nil {
				t.Errorf("%s %s the pixels: %q, %v", name, where, got, err)
			}
			if _, err := png.Decode(bytes.NewReader(file)); err != nil && !strings.Contains(name, "language") {
				t.Errorf("%s %s: %v", name, where, err)
			}
		}
	}
}

// Of several recipes the first valid one of our own keyword counts; what is none is said.
func TestRecipeAmongOthers(t *testing.T) {
	own := func(text string) [2]string { return [2]string{"tEXt", "tintype\x00" + text} }
	bomb := squeezed(t, strings.Repeat("a", textMost)+words)
	damaged := withText(t, [][2]string{own(words)}, nil)
	damaged[8+12+13+10] ^= 1
	saved := withText(t, [][2]string{own(words)}, [][2]string{own(words + "&seed=5")})
	saved[8+12+13+10] ^= 1
	for _, c := range []struct {
		name       string
		file       []byte
		want, fail string
	}{
		{"none", withText(t, nil, nil), "", ""},
		{"two", withText(t, [][2]string{own(words)}, [][2]string{own(words + "&seed=5")}), words, ""},
		{"one of them broken", withText(t, [][2]string{own("v=1&model=m&what=7"), own(words)}, nil), words, ""},
		{"a comment's before ours", withText(t, [][2]string{{"tEXt", "Comment\x00" + words + "&seed=5"}}, [][2]string{own(words)}), words, ""},
		{"only a broken one", withText(t, [][2]string{own("v=2&model=m")}, nil), "v=2&model=m", ""},
		{"a keyword that begins like ours", withText(t, [][2]string{{"tEXt", "tintypes\x00no"}}, nil), "", ""},
		{"no end of the keyword", withText(t, [][2]string{{"tEXt", "tintype"}, {"zTXt", "tintype\x00"}, {"iTXt", "tintype\x00\x00\x00x\x00"}}, nil), "", ""},
		{"another compression", withText(t, [][2]string{{"zTXt", "tintype\x00\x01" + squeezed(t, words)}}, nil), "", ""},
		{"no stream", withText(t, [][2]string{{"zTXt", "tintype\x00\x00" + words}}, nil), "", ""},
		{"too long a text", withText(t, [][2]string{{"zTXt", "tintype\x00\x00" + bomb}}, nil), "", ""},
		{"behind too long a text", withText(t, [][2]string{{"zTXt", "tintype\x00\x00" + bomb}, own(words)}, nil), words, ""},
		{"damaged", damaged, "", "damaged"},
		{"damaged, and another one", saved, words + "&seed=5", ""},
		{"a GIF", []byte("GIF89a"), "", "not a PNG"},
		{"nothing", nil, "", "not a PNG"},
		{"a length beyond the file", append(bytes.Clone(damaged[:8]), "\xff\xff\xff\xfftEXttint"...), "", "cut short"},
	} {
		got, err := Recipe(c.file, inflate)
		if got != c.want || (err == nil) != (c.fail == "") || err != nil && !strings.Contains(err.Error(), c.fail) {
			t.Errorf("%s: %q, %v, want %q and an error with %q", c.name, got, err, c.want, c.fail)
		}
	}
	file := withText(t, [][2]string{own(words)}, nil)
	for n := range len(file) - 1 {
		if got, err := Recipe(file[:n], inflate); err == nil && got == "" {
			t.Fatalf("a file cut at %d has no recipe, and no error", n)
		}
	}
}

// However many texts a file holds, what is unfolded of them is bounded.
func TestUnfoldingIsBounded(t *testing.T) {
	bomb, small := squeezed(t, strings.Repeat("a", 2*textMost)), squeezed(t, "")
	var many [][2]string
	for range 100 {
		many = append(many, [2]string{"zTXt", "tintype\x00\x00" + bomb}, [2]string{"zTXt", "Comment\x00\x00" + bomb})
	}
	for range 2 * textsMost / textLeast {
		many = append(many, [2]string{"zTXt", "Comment\x00\x00" + small})
	}
	calls, sum := 0, 0
	got, err := Recipe(withText(t, many, nil), func(stream []byte, most int) ([]byte, error) {
		out, err := inflate(stream, most)
		calls++
		sum += len(out)
		return out, err
	})
	if got != "" || err != nil || calls > textsMost/textLeast || sum > textsMost+calls {
		t.Errorf("%q, %v; %d calls for %d bytes", got, err, calls, sum)
	}
}

func FuzzRecipe(f *testing.F) {
	packed := squeezed(f, words)
	f.Add(withText(f, [][2]string{{"tEXt", "tintype\x00" + words}}, nil))
	f.Add(withText(f, nil, [][2]string{{"zTXt", "tintype\x00\x00" + packed}, {"iTXt", "Comment\x00\x01\x00\x00\x00" + packed}}))
	f.Add([]byte(signature))
	f.Fuzz(func(t *testing.T, file []byte) {
		if text, err := Recipe(file, inflate); err != nil && text != "" {
			t.Errorf("a recipe %q beside the error %v", text, err)
		}
	})
}
