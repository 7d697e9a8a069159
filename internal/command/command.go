// Package command is what the command lines of all tools have in common: how flags are read, what help looks like, what
// the exit status means, and what happens when the output cannot be written or somebody presses Ctrl-C.
//
// A flag that is given has a value: an empty text, a number beyond the flag's range or one that is no decimal is refused
// by the flag's name. What was not given is known by Flag.Given, never by a zero.
//
// Exit status: 0 done, and after -h and -version; 1 it failed, or what it printed could not be written; 2 the command
// line cannot be meant; 130 interrupted (128 + the signal's number).
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// interrupted is the exit status after Ctrl-C.
const interrupted = 130

// Set is the command line of one tool.
type Set struct {
	tool  string // its name
	usage string // what follows the name: "-model FILE [flags]"
	intro string // one sentence or two below that
	flags []*Flag
	group string // of the flags that are defined next

	args        *[]string // where arguments go; nil: the tool takes none
	least, most int       // arguments

	help, version bool
	about         string // what -h was asked about: "", all, or a flag's name
}

// New begins the command line of a tool: "usage: TOOL USAGE", and below it the intro.
func New(tool, usage, intro string) *Set {
	return &Set{tool: tool, usage: usage, intro: intro}
}

// Group puts the flags that follow under a heading of the help.
func (s *Set) Group(heading string) { s.group = heading }

// Args has arguments that are no flags put into p, of which there must be least to most.
func (s *Set) Args(p *[]string, least, most int) { s.args, s.least, s.most = p, least, most }

// A misuse is a command line that cannot be meant.
type misuse struct{ problem string }

func (m *misuse) Error() string { return m.problem }

// Misusef makes a misuse: its program ends with the status of a command line that cannot be meant.
func Misusef(format string, args ...any) error { return &misuse{fmt.Sprintf(format, args...)} }

// Run reads the command line and does what it asks for. It prints the error and returns the exit status. What do writes
// to stdout need not be checked: Run knows what could not be written.
func (s *Set) Run(args []string, stdout, stderr io.Writer, do func(stdout io.Writer) error) int {
	out := &output{w: stdout}
	err := s.parse(args)
	switch {
	case err != nil:
	case s.help:
		s.printHelp(out)
	case s.version:
		fmt.Fprintln(out, s.tool, version())
	default:
		err = do(out)
	}
	status := 0
	var wrong *misuse
	switch {
	case errors.As(err, &wrong):
		status = 2
	case errors.Is(err, context.Canceled):
		status, err = interrupted, errors.New("interrupted: nothing was left half written")
	case err != nil || out.err != nil:
		status = 1
	}
	if err != nil && !errors.Is(err, out.err) {
		fmt.Fprintf(stderr, "%s: %v\n", s.tool, err)
	}
	if out.err != nil {
		fmt.Fprintf(stderr, "%s: standard output: %v\n", s.tool, out.err)
	}
	return status
}

// output remembers the first error of a writer, and writes nothing after it.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}
