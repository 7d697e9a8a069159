package postlink

import "fmt"

// Link does all that is done to a program after linking, so that it is shorter,
// faster and fit for threads: optimize, threads with the leaf (a function with one
// parameter and no results, as the name section spells it), shrink, which drops
// the names by which threads finds it, and pack, whose start function none of the
// others would take.
//
// A step that meets a program laid out otherwise than Go 1.27 does it is left out,
// and left says which and why: the program works without, but is longer, slower or
// has one thread. The error is of what is no WebAssembly module at all.
func Link(bin []byte, leaf string) (linked []byte, left []error, err error) {
	return go127.link(bin, leaf)
}

func (l *layout) link(bin []byte, leaf string) (linked []byte, left []error, err error) {
	if _, err := parse(bin); err != nil {
		return nil, nil, err
	}
	for _, step := range []struct {
		without string
		do      func([]byte) ([]byte, error)
	}{
		{"slower code", l.optimize},
		{"one thread only", func(bin []byte) ([]byte, error) { return l.threads(bin, leaf) }},
		{"a larger program", l.shrink},
		{"a larger program", l.pack},
	} {
		if done, err := step.do(bin); err == nil {
			bin = done
		} else {
			left = append(left, fmt.Errorf("%s, because this program is not laid out as %s does it: %w", step.without, l.version, err))
		}
	}
	return bin, left, nil
}
