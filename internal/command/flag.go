package command

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"tintype/internal/decimal"
)

// Flag is one flag of a Set. Its usage is a line for the help; what follows after a line break is for `-h all`.
type Flag struct {
	name, value, usage, group string
	given, rare               bool
	set                       func(text string) error // nil: a switch, which has no value
	on                        *bool                   // of a switch
}

// Given reports whether the command line has the flag.
func (f *Flag) Given() bool { return f.given }

// Rare leaves the flag to `-h all`: the short help names it only.
func (f *Flag) Rare() *Flag {
	f.rare = true
	return f
}

func (s *Set) add(f *Flag) *Flag {
	f.group = s.group
	s.flags = append(s.flags, f)
	return f
}

func (s *Set) find(name string) *Flag {
	for _, f := range s.flags {
		if f.name == name {
			return f
		}
	}
	return nil
}

// Switch is a flag without a value.
func (s *Set) Switch(p *bool, name, usage string) *Flag {
	return s.add(&Flag{name: name, usage: usage, on: p})
}

// Text is a flag of any text but the empty one. value stands for it in the help: FILE, NAME.
func (s *Set) Text(p *string, name, value, usage string) *Flag {
	return s.Parsed(name, value, usage, func(text string) error {
		*p = text
		return nil
	})
}

// OneOf is a flag of a few words.
func (s *Set) OneOf(p *string, name string, words []string, usage string) *Flag {
	return s.Parsed(name, strings.Join(words, "|"), usage, func(text string) error {
		for _, w := range words {
			if w == text {
				*p = text
				return nil
			}
		}
		return errors.New("expected " + strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1])
	})
}

// Least and Most are the ends of a range of whole numbers that has none; infinities are those of a range of numbers.
const (
	Least = math.MinInt
	Most  = math.MaxInt
)

// Whole is a flag of a whole number from least to most.
func (s *Set) Whole(p *int, name, value string, least, most int, usage string) *Flag {
	return s.Parsed(name, value, usage, func(text string) error {
		v, err := decimal.Int(text)
		if err != nil || v < least || v > most {
			return errors.New("expected a whole number" + span(strconv.Itoa(least), strconv.Itoa(most), least == Least, most == Most))
		}
		*p = v
		return nil
	})
}

// Seed is a flag of a whole number of 64 bits.
func (s *Set) Seed(p *uint64, name, value, usage string) *Flag {
	return s.Parsed(name, value, usage, func(text string) (err error) {
		if *p, err = decimal.Uint64(text); err != nil {
			return errors.New("expected a whole number, 0 to 18446744073709551615")
		}
		return nil
	})
}

// Number is a flag of a finite number from least to most, both allowed.
func (s *Set) Number(p *float64, name, value string, least, most float64, usage string) *Flag {
	return s.Parsed(name, value, usage, func(text string) error {
		v, err := decimal.Float(text)
		if err != nil || v < least || v > most {
			return errors.New("expected a number" + span(fmt.Sprint(least), fmt.Sprint(most), math.IsInf(least, -1), math.IsInf(most, 1)))
		}
		*p = v
		return nil
	})
}

func span(least, most string, bottomless, endless bool) string {
	switch {
	case bottomless && endless:
		return ""
	case bottomless:
		return ", at most " + most
	case endless:
		return ", " + least + " or more"
	}
	return ", " + least + " to " + most
}

// Output is a flag of a file to write, whose name says in which of the formats: endings such as .png. What is there and
// no regular file, such as /dev/null, has no ending and is written as the first of them.
func (s *Set) Output(p *string, name string, endings []string, usage string) *Flag {
	return s.Parsed(name, "FILE"+strings.Join(endings, "|"), usage, func(text string) error {
		*p = text
		if stat, err := os.Stat(text); err == nil && !stat.Mode().IsRegular() {
			return nil
		}
		for _, e := range endings {
			if len(text) > len(e) && strings.EqualFold(text[len(text)-len(e):], e) {
				return nil
			}
		}
		return errors.New("expected a name that ends in " + strings.Join(endings, " or ") + ": that is what can be written")
	})
}

// Parsed is a flag whose text is read by a function; its error says what was expected. It is never given the empty text.
func (s *Set) Parsed(name, value, usage string, set func(text string) error) *Flag {
	return s.add(&Flag{name: name, value: value, usage: usage, set: set})
}
