package recipe

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"tintype/core/limits"
	"tintype/core/setting"
	"tintype/internal/decimal"
)

// parser reads the fields of a recipe; the first that is wrong stays in err.
type parser struct {
	r    *Recipe
	seen map[string]bool
	err  error
}

func (p *parser) fail(key, want string) {
	if p.err == nil {
		p.err = errors.New("the recipe's " + key + " is not " + want)
	}
}

// field reads one key=value.
func (p *parser) field(key, value string) {
	if p.seen[key] && key != "fork" {
		p.fail(key, "there once")
		return
	}
	p.seen[key] = true
	if value == "" && p.err == nil {
		p.err = errors.New("the recipe's " + key + " is empty")
	}
	r := p.r
	switch key {
	case "v":
		if p.int(key, value, 0, 1<<30) != version {
			p.fail(key, "the version that this page reads, "+strconv.Itoa(version))
		}
	case "numerics":
		r.Numerics = p.int(key, value, 1, 1<<30)
	case "model":
		r.Model = value
	case "file":
		r.File = p.hash(key, value)
	case "seed":
		r.Seed = p.seed(key, value)
	case "count":
		r.Count = p.int(key, value, 1, limits.Pictures)
	case "vary":
		r.Vary = p.vary(key, value)
	case "pick":
		r.Pick = p.ints(key, value)
	case "solver":
		r.Solver = value
	case "grid":
		r.Grid = value
	case "steps":
		r.Steps = p.int(key, value, 1, limits.Steps)
	case "levels":
		r.Levels = p.floats(key, value)
	case "guidance":
		r.Guidance = p.number(key, value)
	case "rescale":
		r.Rescale = p.number(key, value)
	case "classify":
		r.Classify = p.number(key, value)
	case "set":
		r.Settings = p.settings(key, value)
	case "fork":
		p.fork(value)
	case "hash":
		r.Hash = p.hash(key, value)
	default:
		// Leaving a field out could make another picture.
		p.fail(key, "known to this page")
	}
}

// fork reads one leg.
func (p *parser) fork(value string) {
	f := strings.Split(value, "~")
	if len(f) != 8 || len(p.r.Before) == limits.Forks {
		p.fail("fork", "of eight parts, and at most "+strconv.Itoa(limits.Forks)+" times there")
		return
	}
	l := Leg{
		Until: p.int("fork", f[0], 1, limits.Steps), Seed: p.seed("fork", f[1]), Solver: f[2],
		Guidance: p.number("fork", f[3]), Rescale: p.number("fork", f[4]), Classify: p.number("fork", f[5]),
		Pick: p.ints("fork", f[6]), Settings: p.settings("fork", f[7]),
	}
	p.r.Before = append(p.r.Before, l)
}

func (p *parser) int(key, value string, least, most int) int {
	n, err := decimal.Int(value)
	if err != nil || n < least || n > most {
		p.fail(key, "a whole number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
		return 0
	}
	return n
}

func (p *parser) seed(key, value string) uint64 {
	n, err := decimal.Uint64(value)
	if err != nil {
		p.fail(key, "a whole number below 2^64")
	}
	return n
}

// number checks a number that may be left out, and writes it in its one form.
func (p *parser) number(key, value string) string {
	if value == "" {
		return ""
	}
	return Number(p.float(key, value))
}

func (p *parser) float(key, value string) float64 {
	v, err := decimal.Float(value)
	if err != nil {
		p.fail(key, "a number")
		return 0
	}
	return v
}

// vary checks SEED:AMOUNT and writes it in its one form.
func (p *parser) vary(key, value string) string {
	seed, amount, ok := strings.Cut(value, ":")
	if !ok {
		p.fail(key, "SEED:AMOUNT")
		return ""
	}
	return Vary(p.seed(key, seed), p.float(key, amount))
}

func (p *parser) hash(key, value string) string {
	value = strings.ToLower(value)
	if len(value) != 64 || strings.Trim(value, "0123456789abcdef") != "" {
		p.fail(key, "64 hexadecimal digits")
		return ""
	}
	return value
}

func (p *parser) ints(key, value string) (out []int) {
	if value == "" {
		return nil
	}
	for item := range strings.SplitSeq(value, ",") {
		out = append(out, p.int(key, item, -1, 1<<20))
	}
	return out
}

func (p *parser) floats(key, value string) (out []float64) {
	for item := range strings.SplitSeq(value, ",") {
		out = append(out, p.float(key, item))
	}
	return out
}

func (p *parser) settings(key, value string) (out []setting.Value) {
	if value == "" {
		return nil
	}
	for item := range strings.SplitSeq(value, ",") {
		name, v, ok := strings.Cut(item, ":")
		if !ok || name == "" {
			p.fail(key, "name:value")
			return nil
		}
		if slices.ContainsFunc(out, func(s setting.Value) bool { return s.Name == name }) {
			p.fail(key, "with "+name+" once")
			return nil
		}
		out = append(out, setting.Value{Name: name, Value: p.float(key, v)})
	}
	return out
}
