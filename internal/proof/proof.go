// Package proof has the few pictures by which every platform is tried: one
// spec gives one SHA-256 natively, in Node and in every browser, with and
// without SIMD, on any number of threads.
//
// pictures.txt is the only place that has the hashes; it says how to renew them.
package proof

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
)

//go:embed pictures.txt
var table string

// A Picture is a spec and the hash of what it gives.
type Picture struct {
	Name     string            `json:"name"`
	SHA256   string            `json:"-"`        // hexadecimal, of the RGBA bytes of all its pictures in order
	Settings map[string]string `json:"settings"` // by the names of tools/sample's flags; "model" is an id of the manifest
}

// Pictures reads the table.
func Pictures() ([]Picture, error) { return parse(table) }

func parse(text string) (pictures []Picture, err error) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) != 3 {
			return nil, fmt.Errorf("pictures.txt: %q: expected name | hash | settings", line)
		}
		p := Picture{Name: strings.TrimSpace(cells[0]), SHA256: strings.TrimSpace(cells[1]), Settings: map[string]string{}}
		words := strings.Fields(cells[2])
		for len(words) >= 2 && strings.HasPrefix(words[0], "-") {
			p.Settings[words[0][1:]] = words[1]
			words = words[2:]
		}
		if len(words) > 0 || p.Settings["model"] == "" {
			return nil, fmt.Errorf("pictures.txt: %s: expected -flag value ..., with -model", p.Name)
		}
		pictures = append(pictures, p)
	}
	return pictures, nil
}

// Flags are the settings as tools/sample takes them, with the model's file in
// the folder models.
func (p Picture) Flags(models string) []string {
	var flags []string
	for name, value := range p.Settings {
		if name == "model" {
			value = models + "/" + value + ".safetensors.zst"
		}
		flags = append(flags, "-"+name, value)
	}
	return flags
}

// Renew returns the table with other hashes, by name.
func Renew(hashes map[string]string) (string, error) {
	pictures, err := Pictures()
	out := table
	for _, p := range pictures {
		// Names are unique, hashes need not be: replace in the picture's own line.
		begin := strings.Index(out, "\n"+p.Name+" ") + 1
		end := begin + strings.Index(out[begin:], "\n")
		out = out[:begin] + strings.Replace(out[begin:end], "| "+p.SHA256+" |", "| "+hashes[p.Name]+" |", 1) + out[end:]
	}
	return out, err
}

// Check fails the test if the platform drew another picture, and says what it
// drew as an attribute of the test, which tools/test prints.
func (p Picture) Check(t *testing.T, platform, sha256 string) {
	t.Helper()
	t.Attr("picture", platform+": "+p.Name+" "+sha256)
	if sha256 != p.SHA256 {
		t.Errorf("%s: the picture %s has the hash %s, want %s", platform, p.Name, sha256, p.SHA256)
	}
}
