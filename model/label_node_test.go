//go:build !js

package model

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// scriptSlot is a slot as scripts see it.
type scriptSlot struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
	Open   bool     `json:"open"`
	Null   int      `json:"null"`
}

// TestScriptsReadLabelsAlike: site/label.js gives the choice that ParseLabel gives, or refuses as well.
func TestScriptsReadLabelsAlike(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no node on this machine")
	}
	type script struct {
		Slots []scriptSlot `json:"slots"`
		Text  string       `json:"text"`
	}
	cases := labelCases(t)
	for _, text := range []string{"", ",", "=", "head=", `"`, `""`, `head="",body=red`, "head=cat,body=red,", "#", "##1", "１", "body=１", "head=K", "İ", "\u00a0cat", "class=0,class=1", "head==cat"} {
		for _, m := range []*Model{labelled(t), slotted(t), classesOf(t, 2, "ı", "i̇", "K")} {
			cases = append(cases, labelCase{model: m, text: text})
		}
	}
	var scripts []script
	for _, c := range cases {
		s := script{Slots: []scriptSlot{}, Text: c.text}
		if cond := c.model.Cond; cond != nil {
			for i, slot := range cond.Slots {
				s.Slots = append(s.Slots, scriptSlot{slot.Name, slot.Values, cond.CanBeOpen(), cond.NullRow(i)})
			}
		}
		scripts = append(scripts, s)
	}
	dir := t.TempDir()
	source, err := os.ReadFile("../site/label.js")
	if err != nil {
		t.Fatal(err)
	}
	given, err := json.Marshal(scripts)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"label.mjs":   strings.Replace(string(source), "./runtime.js", "./runtime.mjs", 1),
		"runtime.mjs": "export class Sentence extends Error {}",
		"cases.json":  string(given),
		"run.mjs": `import { choice } from "./label.mjs";
			import { readFileSync } from "fs";
			const cases = JSON.parse(readFileSync(new URL("cases.json", import.meta.url)));
			console.log(JSON.stringify(cases.map((c) => {
				try { return choice(c, c.text); } catch (e) { return e.constructor.name + ": " + e.message; }
			})));`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(node, filepath.Join(dir, "run.mjs")).Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	var answers []any
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(cases) {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	for i, c := range cases {
		choice, err := c.model.ParseLabel(c.text)
		if words, refused := answers[i].(string); refused {
			if err == nil || !strings.HasPrefix(words, "Sentence: ") {
				t.Errorf("%q: scripts say %q, we %v", c.text, words, choice)
			}
			continue
		}
		numbers := []any{}
		for _, v := range choice {
			numbers = append(numbers, float64(v))
		}
		if err != nil || !reflect.DeepEqual(answers[i], any(numbers)) {
			t.Errorf("%q: scripts choose %v, we %v, %v", c.text, answers[i], choice, err)
		}
	}
}
