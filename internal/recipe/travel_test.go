package recipe

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"tintype/core/setting"
)

// What travels with a link is taken off, and the recipe is the one that was sent.
func TestLinksThatTravelled(t *testing.T) {
	sent := full()
	sent.Settings = append(sent.Settings, setting.Value{Name: "grid.rho", Value: 1e+30}) // with a plus sign
	text := sent.String()
	page := "https://example.org/a/?threads=1#" + text
	entities := strings.NewReplacer("&", "&#38;", "=", "&#x3d;", ",", "&#44;", "~", "&#x7E;")
	wrapped := func(width int, seam string) string {
		var lines []string
		for rest := page; rest != ""; {
			n := min(width, len(rest))
			lines, rest = append(lines, rest[:n]), rest[n:]
		}
		return strings.Join(lines, seam)
	}
	for name, link := range map[string]string{
		"as it is": page, "alone": text, "with its #": "#" + text, "twice #": "##" + text,
		"escaped":               "https://example.org/#" + url.QueryEscape(text),
		"escaped twice":         "https://example.org/#" + url.QueryEscape(url.QueryEscape(text)),
		"the whole link":        url.QueryEscape(page),
		"only , : ~":            strings.NewReplacer(",", "%2c", ":", "%3A", "~", "%7E").Replace(page),
		"& for HTML":            strings.ReplaceAll(page, "&", "&amp;"),
		"& for HTML twice":      strings.ReplaceAll(page, "&", "&amp;amp;"),
		"capital &":             strings.ReplaceAll(page, "&", "&AMP;"),
		"numbers for HTML":      entities.Replace(page),
		"numbers, alone":        entities.Replace(text),
		"HTML in escapes":       url.PathEscape(strings.ReplaceAll(text, "&", "&amp;")),
		"Markdown's backslash":  strings.NewReplacer("~", `\~`, "_", `\_`, "&", `\&`).Replace(page),
		"a plus as a space":     strings.ReplaceAll(page, "+", " "),
		"a plus as %20":         strings.ReplaceAll(page, "+", "%20"),
		"a plus as %2B":         strings.ReplaceAll(page, "+", "%2B"),
		"lines":                 wrapped(76, "\n"),
		"lines of DOS":          wrapped(70, "\r\n"),
		"lines of a quotation":  wrapped(60, "\n> > "),
		"lines, escaped":        "https://example.org/#" + url.PathEscape(strings.Join([]string{text[:100], text[100:]}, "\r\n")),
		"quoted-printable":      strings.ReplaceAll(wrapped(73, "\n"), "=", "=3D"),
		"quoted with soft ends": strings.ReplaceAll(strings.ReplaceAll(page, "=", "=3D"), "&seed", "&se=\r\ned"),
		"not seen":              strings.ReplaceAll(page, "&", "\u200b&\u00ad"),
		"not seen, escaped":     strings.ReplaceAll(page, "&", "%E2%80%8B&"),
		"hash in capitals":      strings.ReplaceAll(page, hash, strings.ToUpper(hash)),
		"uses of networks":      page + "&fbclid=IwAR0-x_y&utm_source=mail&utm_content=a%26b%20c&mc_cid=1",
		"behind a ?":            page + "?utm_source=x&gclid=y",
		"behind a #":            page + "#fbclid=y",
		"in HTML":               page + "&amp;utm_source=x&amp;msclkid=y",
		"in front":              "https://example.org/?fbclid=1&utm_source=2#" + text,
		"to find on the page":   page + ":~:text=noise",
		"bang":                  "https://example.org/#!" + text,
		"path":                  "https://example.org/#/?" + text,
	} {
		if got, err := Read(link); err != nil || !reflect.DeepEqual(got, sent) {
			t.Errorf("%s: %s gives %+v, %v", name, link, got, err)
		}
	}
	for _, around := range []string{
		" | ", "\t|\n", "<|>", "(|)", "(|).", "[link](|)", "\u201c|\u201d", "\u201e|\u201c.", "\u00ab|\u00bb", "'|'", `"|",`, "`|`", "**|**", "_|_", "~~|~~.", "|;", "|!", "|?", "|:", "|&", "|\u3002",
		"&lt;|&gt;", "%3C|%3E", "&quot;|&quot;", "see |", "\n\n> |\n",
	} {
		before, after, _ := strings.Cut(around, "|")
		if got, err := Read(before + page + after); err != nil || !reflect.DeepEqual(got, sent) {
			t.Errorf("between %q and %q: %+v, %v", before, after, got, err)
		}
	}
}

// A link that is not understood whole is refused, and the part is named.
func TestLinksThatAreNotUnderstood(t *testing.T) {
	for link, says := range map[string]string{
		"https://example.org/":                           "no recipe",
		"https://example.org/#":                          "name=value",
		"https://example.org/?utm_source=x":              "no recipe",
		"#v=1&model=m&seed=5 6":                          "seed",
		"#v=1&model=m&steps=1…":                          "cut short",
		"#v=1&model=m&steps=1...":                        "cut short",
		"#v=1&model=m&steps=1..)":                        "cut short",
		"#v=1&model=m&hash=" + hash[:40]:                 "hash",
		"#v=1&model=m&note=x&utm_source=y":               "note",
		"#v=1&model=m?note=x":                            `'?'`,
		"#v=1&model=m and then":                          "model", // of a name that nobody has
		"#v=1&model=m%":                                  `'%'`,
		"#v=1&model=m%4":                                 `'%'`,
		"#v=1&model=m%zz&seed=1":                         `'%'`,
		"#v=1&model=m%ff&seed=1":                         "character",
		"#v=1&model=é&seed=1":                            `'\u00e9'`,
		"#v=1&model=m&utm=x":                             "utm",
		"#v=1&model=m&seed=1&amp;seed=2":                 "once",
		"#v=1&model=m&guidance=":                         "guidance is empty",
		"#v=1&model=m&pick=":                             "pick is empty",
		"#v=1&model=m&set=eta:1,eta:0":                   "eta once",
		"#v=1&model=":                                    "empty",
		"#v=1&model=m&seed=1&" + strings.Repeat("x", 60): "name=value",
		"#" + strings.Repeat("%25", most):                "'%'",
		strings.Repeat("a", rounds*most+1):               "longer",
	} {
		got, err := Read(link)
		if says == "model" && err == nil && got.Model == "m+and+then" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 200 {
			t.Errorf("%.60q: %+v, %v, want an error about %s", link, got, err, says)
		}
	}
}

// Whatever arrives ends, and what is read is a recipe.
func FuzzRead(f *testing.F) {
	f.Add("https://example.org/#" + full().String())
	f.Add("&#38;#&#x26;%25%32%33\\&amp;amp;\r\n> v=3D1=\n&model=3Dm...")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Read(text)
		if err != nil {
			return
		}
		if back, err := Parse(r.String()); err != nil || !reflect.DeepEqual(r, back) {
			t.Fatalf("%q is %+v, which came back as %+v, %v", text, r, back, err)
		}
	})
}
