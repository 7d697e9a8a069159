// Package scheduler reads the configs of the scheduler classes of the reference implementation (Hugging Face diffusers
// 0.42.1). One table says which options each class has, of which type, with which defaults; both the strict path
// (package model) and the bug-for-bug one (package compat) read a config by it.
//
// An option that the class has is read, or refused by its name where its value is of another type or not a word of it.
// One that the class does not have is ignored, as the reference ignores it, and listed: a config that was made of
// another class's carries many.
package scheduler

import (
	"math"
	"slices"
	"strings"

	"tintype/internal/strictjson"
)

// Class is one class of the reference.
type Class struct {
	Name   string
	groups string // those of the constructor's options, separated by spaces
	own    string // its other options, with their defaults, as members of a JSON object
	bounds bounds
	unread string // options that the constructor takes and nothing reads
	passes string // the class that is made of the same config, and so has its say
}

// bounds says in which grids of sigmas a class reads sigma_min and sigma_max where a config has them, though its
// constructor does not: the reference asks the config, which keeps what it does not know.
type bounds uint8

const (
	none bounds = iota
	all
	notKarras
)

// Config is a class with its options' values.
type Config struct {
	*Class
	Options
	Foreign []string // options of the config that the class does not have, in its order
	Unread  []string // those that it has and does not read, where they are not their defaults
}

// implemented lists the names of the classes.
func implemented() []string {
	names := make([]string, len(classes))
	for i := range classes {
		names[i] = classes[i].Name
	}
	return names
}

// Read reads a config, which names its class.
func Read(config strictjson.Value) (*Config, error) {
	named := config.Get("_class_name")
	name, err := named.Text()
	if err != nil {
		return nil, err
	}
	if c := class(name); c != nil {
		return c.read(config)
	}
	return nil, named.Fail(strictjson.Quote(name) + " is not implemented; implemented are " + strings.Join(implemented(), ", "))
}

// New is Read with the class given apart, one of those that are implemented.
func New(name string, config strictjson.Value) (*Config, error) { return class(name).read(config) }

func class(name string) *Class {
	for i := range classes {
		if classes[i].Name == name {
			return &classes[i]
		}
	}
	return nil
}

// Plain are the options of a process of betas as most classes have it, and nothing else.
func Plain() Options {
	c, err := (&Class{groups: "table betas"}).read(strictjson.Value{})
	if err != nil {
		panic(err)
	}
	return c.Options
}

// defaults are the constructor's options with their defaults, as a JSON object.
func (c *Class) defaults() (strictjson.Value, error) {
	text := c.own
	for _, g := range groups {
		if !lists(c.groups, g[0]) {
			continue
		}
		if text != "" {
			text += ","
		}
		text += g[1]
	}
	return strictjson.Parse(c.Name, "{"+text+"}", strictjson.Config)
}

// lists says whether a name is one of those that spaces separate.
func lists(names, name string) bool { return slices.Contains(strings.Fields(names), name) }

// read sets what the config says of the class's own options.
func (c *Class) read(config strictjson.Value) (*Config, error) {
	defaults, err := c.defaults()
	if err != nil {
		return nil, err
	}
	own, _ := defaults.Members()
	out := &Config{Class: c, Options: neutral()}
	absent := usedDefaults(config)
	for _, m := range own {
		v, to := config.Get(m.Key), &out.Options
		if !v.Exists() || slices.Contains(absent, m.Key) {
			v = m.Value
		}
		if lists(c.unread, m.Key) {
			to = new(Options)
			if v.Compact() != m.Value.Compact() {
				out.Unread = append(out.Unread, m.Key)
			}
		}
		if err := to.set(m.Key, v, m.Value); err != nil {
			return nil, err
		}
	}
	given, _ := config.Members()
	for _, m := range given {
		if !strings.HasPrefix(m.Key, "_") && m.Key != "format" && !slices.Contains(absent, m.Key) && !defaults.Get(m.Key).Exists() {
			out.Foreign = append(out.Foreign, m.Key)
		}
	}
	if out.Trained != nil && len(out.Trained) != out.Steps {
		// The reference goes on and fails at the end of the table.
		if config.Get("num_train_timesteps").Exists() {
			return nil, config.Get("trained_betas").Fail("contradicts num_train_timesteps")
		}
		out.Steps = len(out.Trained)
	}
	if c.passes != "" {
		return out, out.passed(config)
	}
	return out, out.beyond(config)
}

// usedDefaults are the options that a config marks as those of the class that wrote it, not of whoever chose it: the
// reference reads none of them.
func usedDefaults(config strictjson.Value) []string {
	names, _ := config.Get("_use_default_values").Texts()
	return names
}

// beyond reads what acts though the constructor does not have it.
func (c *Config) beyond(config strictjson.Value) error {
	if c.bounds == none || !(c.Exponential || c.Beta || c.Karras && c.bounds == all) {
		return nil
	}
	kept := c.Foreign[:0]
	for _, name := range c.Foreign {
		v := config.Get(name)
		if name != "sigma_min" && name != "sigma_max" {
			kept = append(kept, name)
		} else if v.IsNull() {
			continue
		} else if err := c.set(name, v, v); err != nil {
			return err
		}
	}
	c.Foreign = kept
	return nil
}

// passed refuses options that another class, which is made of the same config, would act on.
func (c *Config) passed(config strictjson.Value) error {
	defaults, err := class(c.passes).defaults()
	for _, name := range c.Foreign {
		v, def := config.Get(name), defaults.Get(name)
		if def.Exists() && v.Compact() != def.Compact() {
			return v.Fail(v.Compact() + ": not an option of " + c.Name + ", which hands it on to " + c.passes +
				" all the same; take it out, or name that class")
		}
	}
	return err
}

// set gives an option its value. Null is one only where it is the default, or says that something is off.
func (o *Options) set(name string, v, def strictjson.Value) (err error) {
	all := o.all()
	i := slices.IndexFunc(all, func(o option) bool { return o.name == name })
	if v.IsNull() {
		return o.setNull(all[i].to, v, def)
	}
	switch to := all[i].to.(type) {
	case *bool:
		*to, err = v.Bool()
	case *int:
		*to, err = v.Int()
	case *float64:
		if v.Compact() == "-Infinity" && def.Compact() == "-Infinity" {
			*to = math.Inf(-1)
			return nil
		}
		*to, err = v.Float()
	case *[]float64:
		*to, err = v.Floats()
	case *[]int:
		*to, err = v.Ints()
	case *Word:
		text := ""
		if text, err = v.Text(); err == nil && !slices.Contains(strings.Fields(all[i].words), text) {
			err = v.Fail(strictjson.Quote(text) + " is not implemented; implemented are " + all[i].words)
		}
		*to = Word(text)
	case onlyNull:
		err = v.Fail(v.Compact() + " is not implemented; implemented is null")
	}
	return err
}

func (o *Options) setNull(to any, v, def strictjson.Value) error {
	switch to := to.(type) {
	case *bool:
		*to = false
		return nil
	case *Word:
		*to = ""
		if to == &o.Variance || to == &o.TimestepType {
			return nil
		}
	case *float64:
		*to = math.NaN()
	case *[]float64:
		*to = nil
	}
	if !def.IsNull() {
		return v.Fail("expected a value as " + def.Compact() + ", found null")
	}
	return nil
}
