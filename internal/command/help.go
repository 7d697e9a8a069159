package command

import (
	"fmt"
	"io"
	"strings"
)

// The help fits a terminal: so many columns, and a line a flag; of those that are rare only the names.
const (
	columns = 100
	margin  = 24 // where what a flag does begins
)

func (s *Set) printHelp(w io.Writer) {
	if f := s.find(s.about); f != nil {
		f.print(w, true)
		return
	}
	fmt.Fprintf(w, "usage: %s %s\n", s.tool, s.usage)
	if s.intro != "" {
		fmt.Fprint(w, wrap(s.intro, 0))
	}
	all := s.about == "all"
	group, rare := "", []string(nil)
	for _, f := range s.flags {
		if f.rare && !all {
			rare = append(rare, "-"+f.name)
			continue
		}
		if f.group != group {
			group = f.group
			fmt.Fprintln(w, group+":")
		}
		f.print(w, all)
	}
	if rare != nil {
		fmt.Fprint(w, wrap("More: "+strings.Join(rare, " "), 6))
	}
	fmt.Fprintln(w, "-h all describes every flag, -h NAME one; -version says what this was built from.")
}

// print writes the flag's line, and below it the rest of what there is to say if all of it is asked for.
func (f *Flag) print(w io.Writer, all bool) {
	head := "  -" + f.name
	if f.value != "" {
		head += " " + f.value
	}
	if len(head) >= margin {
		fmt.Fprintln(w, head)
		head = ""
	}
	line, more, _ := strings.Cut(f.usage, "\n")
	if more != "" && all {
		line += more
	}
	fmt.Fprint(w, wrap(head+strings.Repeat(" ", margin-len(head))+line, margin))
}

// wrap breaks a text between words into lines of at most so many columns; those after the first begin with spaces.
func wrap(text string, indent int) string {
	var b strings.Builder
	lead := len(text) - len(strings.TrimLeft(text, " "))
	b.WriteString(text[:lead])
	at := lead
	for i, word := range splitKeeping(text[lead:]) {
		n := len([]rune(word))
		if i > 0 && at+len([]rune(strings.TrimRight(word, " "))) > columns {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		}
		b.WriteString(word)
		at += n
	}
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// splitKeeping cuts a text into words, each with the spaces behind it.
func splitKeeping(text string) (words []string) {
	for len(text) > 0 {
		end := len(text)
		if space := strings.IndexByte(text, ' '); space >= 0 {
			end = space + len(text[space:]) - len(strings.TrimLeft(text[space:], " "))
		}
		words, text = append(words, text[:end]), text[end:]
	}
	return words
}
