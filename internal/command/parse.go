package command

import (
	"slices"
	"strings"
)

// parse reads the arguments: -flag value, -flag=value, with one hyphen or two; arguments that are no flags may stand
// between them, and after -- everything is one. Of a flag that is given twice the last counts.
func (s *Set) parse(args []string) error {
	var rest []string
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			rest = append(rest, args...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		name, value, has := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		if name == "h" || name == "help" {
			s.help = true
			if !has && len(args) > 0 {
				value = args[0]
			}
			s.about = value
			return nil
		}
		if name == "version" && !has {
			s.version = true
			return nil
		}
		f := s.find(name)
		if f == nil {
			return s.unknown(name)
		}
		if f.set != nil && !has {
			if len(args) == 0 {
				return Misusef("-%s needs a value, %s", f.name, f.value)
			}
			value, args = args[0], args[1:]
		}
		if err := f.take(value, has); err != nil {
			return err
		}
	}
	return s.arguments(rest)
}

// take gives the flag its value.
func (f *Flag) take(value string, has bool) error {
	f.given = true
	switch {
	case f.set == nil && !has:
		*f.on = true
	case f.set == nil && (value == "true" || value == "false"):
		*f.on = value == "true"
	case f.set == nil:
		return Misusef("-%s=%s: expected true or false, or no value", f.name, value)
	case strings.TrimSpace(value) == "":
		return Misusef("-%s is empty: expected %s", f.name, f.value)
	default:
		if err := f.set(value); err != nil {
			return Misusef("-%s %s: %v", f.name, value, err)
		}
	}
	return nil
}

func (s *Set) unknown(name string) error {
	near := s.nearest(name)
	if near == "" {
		return Misusef("-%s: unknown flag; -h lists the flags", name)
	}
	return Misusef("-%s: unknown flag: is -%s meant? -h lists the flags", name, near)
}

func (s *Set) arguments(rest []string) error {
	switch n := len(rest); {
	case s.args == nil && n > 0:
		return Misusef("unexpected argument %q: every setting is a flag; -h lists them", rest[0])
	case s.args == nil:
	case n < s.least:
		return Misusef("%d arguments, expected: %s %s", n, s.tool, s.usage)
	case n > s.most:
		return Misusef("unexpected argument %q, expected: %s %s", rest[s.most], s.tool, s.usage)
	default:
		*s.args = rest
	}
	return nil
}

// nearest is the flag that a mistyped name is closest to, "" if none is close.
func (s *Set) nearest(name string) (best string) {
	least := 3 // edits: two slips of the finger
	for _, f := range append(s.flags[:len(s.flags):len(s.flags)], &Flag{name: "version"}) {
		d := edits(strings.ToLower(name), f.name)
		if len(name) >= 3 && (strings.HasPrefix(f.name, name) || len(f.name) > 1 && strings.HasPrefix(name, f.name)) {
			d = 1
		}
		if d < least && d < len(f.name) {
			best, least = f.name, d
		}
	}
	return best
}

// edits is the least number of bytes inserted, removed, replaced, or swapped with the next, that make b of a (the
// optimal string alignment distance).
func edits(a, b string) int {
	const longest = 40
	if len(a) > longest || len(b) > longest {
		return longest
	}
	var before, last, row [longest + 1]int
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// Both refuses two flags that exclude each other.
func Both(a, b *Flag) error {
	if a.given && b.given {
		return Misusef("-%s and -%s exclude each other: give one", a.name, b.name)
	}
	return nil
}

// Alone refuses what is beside a flag that decides everything but what some flags say.
func (s *Set) Alone(f *Flag, why string, but ...*Flag) error {
	for _, other := range s.flags {
		if f.given && other.given && other != f && !slices.Contains(but, other) {
			return Misusef("-%s beside -%s: %s; leave it out", other.name, f.name, why)
		}
	}
	return nil
}

// Needs refuses the flag beside the lack of another, which alone gives it a meaning.
func (f *Flag) Needs(other *Flag, why string) error {
	if f.given && !other.given {
		return Misusef("-%s needs -%s: %s", f.name, other.name, why)
	}
	return nil
}
