package recipe

import (
	"reflect"
	"strings"
	"testing"

	"tintype/core/setting"
)

const hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func full() *Recipe {
	return &Recipe{
		Numerics: Numerics, Model: "nouns-32", File: hash, Count: 4, Grid: "times", Steps: 2, Levels: []float64{999, 499.5}, Vary: "9:0.25",
		Leg: Leg{Seed: 1<<64 - 1, Solver: "dpmpp-2m", Guidance: "2.5", Rescale: "0.5", Classify: "4", Pick: []int{3, -1, 0},
			Settings: []setting.Value{{Name: "eta", Value: 0.25}, {Name: "order", Value: 2}, {Name: "tiny", Value: 1e-9}}},
		Before: []Leg{{Until: 5, Seed: 7, Pick: []int{1}}, {Until: 9, Seed: 8, Solver: "heun", Guidance: "1", Settings: []setting.Value{{Name: "eta", Value: 1}}}},
		Hash:   hash,
	}
}

func TestRecipesSurvive(t *testing.T) {
	for _, r := range []*Recipe{full(), {Numerics: 1, Model: "m", Count: 1}} {
		back, err := Parse(r.String())
		if err != nil || !reflect.DeepEqual(r, back) {
			t.Errorf("%s came back as %+v, %v", r, back, err)
		}
	}
}

func TestBadRecipesAreRefusedByName(t *testing.T) {
	for text, says := range map[string]string{
		"":                                      "name=value",
		"model=m":                               "no v",
		"v=1":                                   "no model",
		"v=2&model=m":                           "version",
		"v=1&model=m&seed=-1":                   "seed",
		"v=1&model=m&seed=18446744073709551616": "seed",
		"v=1&model=m&count=0":                   "count",
		"v=1&model=m&count=1025":                "count",
		"v=1&model=m&steps=x":                   "steps",
		"v=1&model=m&levels=9,x":                "levels",
		"v=1&model=m&levels=":                   "levels",
		"v=1&model=m&pick=1,,2":                 "pick",
		"v=1&model=m&guidance=NaN":              "guidance",
		"v=1&model=m&rescale=Inf":               "rescale",
		"v=1&model=m&vary=9":                    "vary",
		"v=1&model=m&set=eta":                   "set",
		"v=1&model=m&set=:1":                    "set",
		"v=1&model=m&hash=abc":                  "hash",
		"v=1&model=m&file=" + hash + "0":        "file",
		"v=1&model=m&fork=1~2":                  "fork",
		"v=1&model=m&fork=0~2~~~~~~":            "fork",
		"v=1&model=m&model=k":                   "once",
		"v=1&model=m&colour=red":                "colour",
		"v=1&model=<b>":                         "character",
		"v=1&model=m" + strings.Repeat("&fork=1~2~~~~~~", 9): "fork",
		"v=1&model=" + strings.Repeat("m", most):             "longer",
	} {
		if r, err := Parse(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60q: %+v, %v, want an error about %s", text, r, err, says)
		}
	}
}

func TestModelName(t *testing.T) {
	for file, want := range map[string]string{
		"nouns-32.safetensors.zst": "nouns-32", "a.zst": "a", "a.safetensors": "a", "dir": "dir", "my model (1)&v=2.zst": "my-model--1--v-2", "Füchse~": "F-chse~",
	} {
		if got := ModelName(file); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
		if _, err := Parse((&Recipe{Model: want, Count: 1}).String()); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// What is accepted is written in one form, which reads as the same recipe.
func FuzzParse(f *testing.F) {
	f.Add(full().String())
	f.Add("v=1&model=m&fork=1~2~~~~~~&set=eta:1e3")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		back, err := Parse(r.String())
		if err != nil || !reflect.DeepEqual(r, back) {
			t.Fatalf("%q is %+v, which came back as %+v, %v", text, r, back, err)
		}
	})
}

func TestFind(t *testing.T) {
	const words = "v=1&model=m&seed=5"
	for text, want := range map[string]string{
		words:                                   words,
		"(https://example.org/#" + words + ").": words,
		"v=1&model=m&seed=x and " + words + ", so": words,
		"\xffv=1&amp;model=m&amp;seed=5\xff":       words,
		"a model=m":                                "",
		"&" + words + "&":                          words,
		"":                                         "",
	} {
		if got := Find(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
