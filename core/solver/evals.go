package solver

import "strconv"

// Evals is how often a solver calls the network in n steps, at its default settings: the least of its lines. A step from a
// level without signal, or with too little of it (Opened), may take fewer.
type Evals struct {
	Lines []Line // none: they depend on the picture
	Note  string // what is said then
}

// Line is Each·n + More.
type Line struct{ Each, More int }

// Of is the calls of n steps; 0: they depend on the picture.
func (e Evals) Of(n int) (calls int) {
	for i, l := range e.Lines {
		if v := l.Each*n + l.More; i == 0 || v < calls {
			calls = v
		}
	}
	return calls
}

// String is the first line as a formula, or the note.
func (e Evals) String() string {
	if len(e.Lines) == 0 {
		return e.Note
	}
	l, s := e.Lines[0], "n"
	if l.Each != 1 {
		s = strconv.Itoa(l.Each) + "n"
	}
	switch {
	case l.More > 0:
		s += "+" + strconv.Itoa(l.More)
	case l.More < 0:
		s += strconv.Itoa(l.More)
	}
	return s
}

func line(each, more int) Evals { return Evals{Lines: []Line{{each, more}}} }

var (
	perStep      = line(1, 0)
	twiceButLast = line(2, -1) // one in the step to the clean picture
	threeEach    = line(3, -2)
	asNeeded     = Evals{Note: "as many as it needs"}
)
