// Convert turns a diffusers directory into the checkpoint that tintype reads: one safetensors
// file in float16 (float32 where that is too coarse), its tensors in the order in which the
// network asks for them, cut into zstd frames. docs/FORMAT.md describes it.
//
//	go run ./tools/convert -in DIR -out FILE
//
// It prints a line per tensor, what was left out, and the sizes. What the directory does not say
// (its name, licence, provenance, sampling contract) can be given by flags, and -manifest enters
// the result in a site's index.json.
package main

import (
	"io"
	"os"

	"tintype/core/limits"
	"tintype/internal/command"
)

func main() {
	command.Main("convert", func(args []string) int { return run(args, os.Stdout, os.Stderr) })
}

func run(args []string, stdout, stderr io.Writer) int {
	j := &job{order: networkOrder}
	return j.define().Run(args, stdout, stderr, func(stdout io.Writer) error {
		if err := j.check(); err != nil {
			return err
		}
		return j.run(stdout)
	})
}

func (j *job) define() *command.Set {
	s := command.New("convert", "-in DIR -out FILE [flags]", "Turns a diffusers directory into a checkpoint of tintype, and prints what becomes of each tensor.")
	s.Group("What is converted")
	s.Text(&j.in, "in", "DIR", "diffusers directory to read")
	s.Output(&j.out, "out", []string{".zst", ".safetensors"}, "file to write, by custom model.safetensors.zst\n; without .zst it is not compressed")
	s.Switch(&j.f32, "f32", "keep every tensor in float32")
	s.Text(&j.which.Variant, "variant", "NAME", "which of several weights, such as ema for *.ema.safetensors")
	s.Text(&j.which.Prefix, "prefix", "TEXT", "which of several networks in a file, such as ema_model. before its tensors' names")
	s.Parsed("size", "SIDE|HxW", "sample_size of a network that does not say it", j.parseSize)
	s.Group("What the file says of itself, instead of the directory")
	s.Text(&j.name, "name", "NAME", "the model's name for people")
	s.Text(&j.licence, "licence", "TERMS", "under which the weights may be shipped")
	s.Text(&j.provenance, "provenance", "SENTENCE", "where data and weights come from")
	s.Text(&j.labels, "labels", "FILE", "names of the classes 0, 1, ..., one a line\n; an empty line where the null class has none")
	j.given.null = s.Whole(&j.null, "null-label", "N", 0, limits.Classes-1, "the class that means any")
	s.Text(&j.samplers, "samplers", "JSON", `sampling contract`+"\n"+`: {"default":{"name":"dpmpp-2m","n":10,"grid":"trailing","guidance":2}}`)
	s.Group("The list of a site's models")
	j.given.manifest = s.Output(&j.manifest, "manifest", []string{".json"}, "list beside the output to enter the model in; needs -id")
	j.given.id = s.Text(&j.entry.ID, "id", "ID", "of the model in the manifest")
	j.given.isDefault = s.Switch(&j.entry.Default, "default", "make it the manifest's default model")
	j.given.studentOf = s.Text(&j.entry.StudentOf, "student-of", "ID", "of the model that it was distilled from")
	return s
}
