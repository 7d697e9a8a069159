// Package parity replays recorded runs of the reference's schedulers: what the network returned and the normals that
// were drawn are fed to a tape of package compat, and its pictures are compared with the recorded ones.
package parity

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"

	"tintype/internal/strictjson"
)

// Case is one recorded run of a scheduler.
type Case struct {
	Name, Scheduler string
	Config          strictjson.Value // the constructor's options
	N               int
	Set, Options    strictjson.Value // arguments of set_timesteps, and of step
	Times, Sigmas   []float64        // Sigmas is nil where the class has none
	Init            float64          // init_noise_sigma
	Steps           []Step
}

// Step is one call of a scheduler's step: the state given, the network's output, the normals drawn and the result.
type Step struct {
	X, F, Out []float64
	Asked     []float64 // what the network saw; nil: X
	Z         [][]float64
}

// one line of a recording is read as a config is, but may be longer.
var lineLimits = strictjson.Limits{Bytes: 16 << 20, Depth: 16, NonFinite: true}

// ReadFile reads a recording, one case a line; a name that ends in .gz is unpacked.
func ReadFile(path string) ([]*Case, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, err
		}
		defer z.Close()
		r = z
	}
	return Read(r)
}

// Read reads one case a line.
func Read(r io.Reader) ([]*Case, error) {
	var cases []*Case
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, lineLimits.Bytes)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		v, err := strictjson.Parse(fmt.Sprintf("line %d", len(cases)+1), lines.Text(), lineLimits)
		if err != nil {
			return nil, err
		}
		c, err := read(v)
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, lines.Err()
}

func read(v strictjson.Value) (*Case, error) {
	c := &Case{Config: v.Get("config"), Set: v.Get("set"), Options: v.Get("step_options")}
	var err error
	text := func(key string) (s string) {
		if err == nil {
			s, err = v.Get(key).Text()
		}
		return s
	}
	floats := func(from strictjson.Value) (f []float64) {
		if err == nil && from.Exists() {
			f, err = from.Floats()
		}
		return f
	}
	c.Name, c.Scheduler = text("name"), text("scheduler")
	c.Times, c.Sigmas = floats(v.Get("timesteps")), floats(v.Get("sigmas"))
	if err != nil {
		return nil, err
	}
	if c.N, err = v.Get("n").Int(); err != nil {
		return nil, err
	}
	if c.Init, err = v.Get("init_noise_sigma").FloatOr(1); err != nil {
		return nil, err
	}
	steps, err := v.Get("steps").Elems()
	for _, s := range steps {
		step := Step{X: floats(s.Get("x")), F: floats(s.Get("F")), Out: floats(s.Get("out")), Asked: floats(s.Get("x_in"))}
		if err != nil {
			return nil, err
		}
		drawn, err := s.Get("z").Elems()
		if err != nil {
			return nil, err
		}
		for _, z := range drawn {
			step.Z = append(step.Z, floats(z))
		}
		c.Steps = append(c.Steps, step)
	}
	if err == nil {
		err = c.check()
	}
	return c, err
}

// check holds a recording to one size of picture.
func (c *Case) check() error {
	if len(c.Steps) == 0 {
		return fmt.Errorf("%s: no steps", c.Name)
	}
	size := len(c.Steps[0].X)
	for i, s := range c.Steps {
		ok := len(s.X) == size && len(s.F) == size && len(s.Out) == size && (s.Asked == nil || len(s.Asked) == size)
		for _, z := range s.Z {
			ok = ok && len(z) == size
		}
		if !ok {
			return fmt.Errorf("%s: step %d has arrays of other sizes than %d values", c.Name, i, size)
		}
	}
	return nil
}
