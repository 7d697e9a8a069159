// Convert turns a diffusers directory into the checkpoint that tintype reads: one safetensors
// file in float16 (float32 where that is too coarse), its tensors in the order in which the
// network asks for them, cut into zstd frames. FORMAT.md describes it.
//
//	go run ./tools/convert -in DIR -out FILE
//
// It prints a line per tensor, what was left out, and the sizes. What the directory does not say
// (its name, licence, provenance, sampling contract) can be given by flags, and -manifest enters
// the result in a site's index.json.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	j := job{order: networkOrder}
	flags := flag.NewFlagSet("convert", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&j.in, "in", "", "diffusers `directory` to read")
	flags.StringVar(&j.out, "out", "", "`file` to write, by custom model.safetensors.zst")
	flags.StringVar(&j.name, "name", "", "the model's `name` for people, instead of the directory's")
	flags.StringVar(&j.licence, "licence", "", "`terms` under which the weights may be shipped")
	flags.StringVar(&j.provenance, "provenance", "", "where data and weights come from, in a `sentence`")
	flags.StringVar(&j.samplers, "samplers", "", `sampling contract as `+"`JSON`"+`: {"default":{"name":"dpmpp-2m","n":10,"grid":"trailing","guidance":2}}`)
	flags.BoolVar(&j.f32, "f32", false, "keep every tensor in float32")
	flags.StringVar(&j.manifest, "manifest", "", "index.json beside the output to enter the model in; needs -id")
	flags.StringVar(&j.entry.ID, "id", "", "`ID` of the model in the manifest")
	flags.BoolVar(&j.entry.Default, "default", false, "make it the manifest's default model")
	flags.StringVar(&j.entry.StudentOf, "student-of", "", "`ID` of the model that it was distilled from")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if err := j.check(flags.Args()); err != nil {
		fmt.Fprintln(stderr, "convert:", err)
		return 2
	}
	if err := j.run(stdout); err != nil {
		fmt.Fprintln(stderr, "convert:", err)
		return 1
	}
	return 0
}
