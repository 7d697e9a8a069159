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
	cv := &conversion{order: networkOrder}
	return cv.define().Run(args, stdout, stderr, func(stdout io.Writer) error {
		if err := cv.check(); err != nil {
			return err
		}
		return cv.run(stdout)
	})
}

func (cv *conversion) define() *command.Set {
	s := command.New("convert", "-in DIR -out FILE [flags]", "Turns a diffusers directory into a checkpoint of tintype, and prints what becomes of each tensor.")
	s.Group("What is converted")
	s.Text(&cv.in, "in", "DIR", "diffusers directory to read")
	s.Output(&cv.out, "out", []string{".zst", ".safetensors"}, "file to write, by custom model.safetensors.zst\n; without .zst it is not compressed")
	s.Switch(&cv.f32, "f32", "keep every tensor in float32")
	s.Text(&cv.which.Variant, "variant", "NAME", "which of several weights, such as ema for *.ema.safetensors")
	s.Text(&cv.which.Prefix, "prefix", "TEXT", "which of several networks in a file, such as ema_model. before its tensors' names")
	s.Parsed("size", "SIDE|HxW", "sample_size of a network that does not say it", cv.parseSize)
	s.Group("What the file says of itself, instead of the directory")
	s.Text(&cv.name, "name", "NAME", "the model's name for people")
	s.Text(&cv.licence, "licence", "TERMS", "under which the weights may be shipped")
	s.Text(&cv.provenance, "provenance", "SENTENCE", "where data and weights come from")
	s.Text(&cv.labels, "labels", "FILE", "names of the classes 0, 1, ..., one a line\n; an empty line where the null class has none")
	cv.given.null = s.Whole(&cv.null, "null-label", "N", 0, limits.Classes-1, "the class that means any")
	s.Text(&cv.samplers, "samplers", "JSON", `sampling contract`+"\n"+`: {"default":{"name":"dpmpp-2m","n":10,"grid":"trailing","guidance":2}}`)
	s.Group("The list of a site's models")
	cv.given.manifest = s.Output(&cv.manifest, "manifest", []string{".json"}, "list beside the output to enter the model in; needs -id")
	cv.given.id = s.Text(&cv.entry.ID, "id", "ID", "of the model in the manifest")
	cv.given.isDefault = s.Switch(&cv.entry.Default, "default", "make it the manifest's default model")
	cv.given.studentOf = s.Text(&cv.entry.StudentOf, "student-of", "ID", "of the model that it was distilled from")
	return s
}
