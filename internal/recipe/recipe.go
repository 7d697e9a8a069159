// Package recipe writes down how a picture was made, so that another machine can make the very same one: the text after
// the # of a share link, and the text in a PNG file.
//
// A recipe is key=value joined by &, of the characters A-Z a-z 0-9 . , : ~ _ + - only, so that it needs no escaping
// anywhere:
//
//	v=1&numerics=1&model=nouns-32&file=SHA256&seed=5&count=1&vary=9:0.25&pick=3,-1&solver=ddim&grid=times&steps=2&levels=999,499
//	&guidance=2&rescale=0.5&classify=4&set=eta:0.5,order:2&fork=UNTIL~SEED~SOLVER~GUIDANCE~RESCALE~CLASSIFY~PICK~SET&hash=SHA256
//
// What is left out is the checkpoint's own. fork may come several times; an empty part of it is left out.
package recipe

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"tintype/core/setting"
)

// version is the form of the text. Another one is refused.
const version = 1

// Numerics is the version of the engine's arithmetic: it changes when, and only when, the same recipe gives other
// bytes.
const Numerics = 1

// Recipe says how pictures are made.
type Recipe struct {
	Numerics int
	Model    string // id in models/index.json
	File     string // SHA-256 of the checkpoint's file
	Count    int
	Grid     string
	Steps    int
	Levels   []float64 // of the grids times and sigmas
	Leg                // the settings; those of the last leg where there are others before it
	Vary     string    // SEED:AMOUNT of a variation; "": none
	Before   []Leg     // each with its Until
	Hash     string    // SHA-256 of the pictures' RGBA bytes
}

// Leg is one set of settings of a picture that may be forked at its steps.
type Leg struct {
	Until    int // 0: to the end
	Seed     uint64
	Solver   string
	Guidance string // a number; "": the checkpoint's
	Rescale  string
	Classify string // scale of classifier guidance; "": off
	Pick     []int  // one per slot, -1: open
	Settings []setting.Value
}

// most is the longest text that is read.
const most = 4096

// ModelName is how a recipe names the model of a checkpoint's file: without its suffixes, and what no recipe can hold
// replaced by a hyphen.
func ModelName(file string) string {
	return strings.Map(func(c rune) rune {
		if c < 0x80 && c != '&' && c != '=' && allowed(byte(c)) {
			return c
		}
		return '-'
	}, strings.TrimSuffix(strings.TrimSuffix(file, ".zst"), ".safetensors"))
}

// At is the recipe of count pictures of the run alone, the first of them number k, with their hash.
func (r Recipe) At(k uint64, count int, hash string) Recipe {
	r.Seed += k
	r.Before = append([]Leg(nil), r.Before...)
	for i := range r.Before {
		r.Before[i].Seed += k
	}
	r.Count, r.Hash = count, hash
	return r
}

// String writes the recipe.
func (r *Recipe) String() string {
	number := func(n int) string {
		if n <= 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	fields := [][2]string{
		{"v", number(version)}, {"numerics", number(r.Numerics)}, {"model", r.Model}, {"file", r.File}, {"seed", strconv.FormatUint(r.Seed, 10)},
		{"count", strconv.Itoa(r.Count)}, {"vary", r.Vary}, {"pick", ints(r.Pick)}, {"solver", r.Solver}, {"grid", r.Grid}, {"steps", number(r.Steps)},
		{"levels", Numbers(r.Levels)}, {"guidance", r.Guidance}, {"rescale", r.Rescale}, {"classify", r.Classify}, {"set", settings(r.Settings)},
	}
	for _, l := range r.Before {
		fields = append(fields, [2]string{"fork", strings.Join([]string{strconv.Itoa(l.Until), strconv.FormatUint(l.Seed, 10), l.Solver, l.Guidance,
			l.Rescale, l.Classify, ints(l.Pick), settings(l.Settings)}, "~")})
	}
	var b strings.Builder
	for _, f := range append(fields, [2]string{"hash", r.Hash}) {
		if f[1] == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(f[0] + "=" + f[1])
	}
	return b.String()
}

// Number writes a value for Guidance and Rescale.
func Number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Vary writes a variation.
func Vary(seed uint64, amount float64) string {
	return strconv.FormatUint(seed, 10) + ":" + Number(amount)
}

func ints(values []int) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.Itoa(v)
	}
	return strings.Join(out, ",")
}

// Numbers writes a list of numbers.
func Numbers(values []float64) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = Number(v)
	}
	return strings.Join(out, ",")
}

func settings(values []setting.Value) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Name + ":" + Number(v.Value)
	}
	return strings.Join(out, ",")
}

var errLong = errors.New("the recipe is longer than " + strconv.Itoa(most) + " characters")

// Parse reads a recipe as String writes it; Read is for what people pass on. It trusts nothing: the text may come from anywhere.
func Parse(text string) (*Recipe, error) {
	if len(text) > most {
		return nil, errLong
	}
	for i, c := range text {
		if c >= utf8.RuneSelf || !allowed(byte(c)) {
			return nil, errors.New("the recipe has the character " + strconv.QuoteRuneToASCII(c) + ", which none can have, behind " +
				strconv.Quote(text[max(i-20, 0):i]))
		}
	}
	r := &Recipe{Count: 1}
	p := parser{r: r, seen: map[string]bool{}}
	for item := range strings.SplitSeq(text, "&") {
		key, value, ok := strings.Cut(item, "=")
		if !ok {
			return nil, errors.New("the recipe has " + strconv.Quote(item[:min(len(item), 40)]) + " where name=value is expected")
		}
		p.field(key, value)
		if p.err != nil {
			return nil, p.err
		}
	}
	switch {
	case !p.seen["v"]:
		return nil, errors.New("the recipe has no v: it is none")
	case r.Model == "":
		return nil, errors.New("the recipe names no model")
	}
	return r, nil
}

func allowed(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("&=.,:~_+-", c) >= 0
}
