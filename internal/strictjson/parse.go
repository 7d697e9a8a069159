package strictjson

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits bound what Parse accepts. Bytes and Depth must be positive.
type Limits struct {
	Bytes     int  // of text
	Depth     int  // arrays and objects inside each other; a scalar alone has depth 0
	NonFinite bool // NaN, Infinity and -Infinity are numbers; no getter takes them for one
}

// Config fits the config files of diffusers, Header the header of a safetensors file. Python's
// json writes -Infinity, and diffusers has it in the config of every DPMSolverMultistepScheduler.
var (
	Config = Limits{Bytes: 1 << 20, Depth: 32, NonFinite: true}
	Header = Limits{Bytes: 1 << 20, Depth: 8}
)

// node is one value, or one key of an object. Nodes lie in the order of the text; a key comes
// right before its value.
type node struct {
	start, end uint32 // span in the text, quotes included
	next       uint32 // first node after this one and all that it contains
	parent     uint32 // the array or object it is in; a root is its own parent
	count      uint32 // elements or members
	kind       Kind
	escaped    bool // a string that has backslashes
}

type document struct {
	name  string
	text  string
	nodes []node
}

// open is an array or object whose end has not been read.
type open struct {
	at   uint32
	keys map[string]struct{} // of an object
}

type parser struct {
	document
	limits Limits
	pos    int
	stack  []open
}

// Parse reads one JSON value. The name stands for the root in paths and errors.
func Parse(name, text string, limits Limits) (Value, error) {
	p := &parser{document: document{name: name, text: text}, limits: limits}
	if len(text) > limits.Bytes || len(text) > math.MaxInt32 {
		return Value{}, p.fail(0, ErrSize, strconv.Itoa(len(text))+" bytes, at most "+strconv.Itoa(limits.Bytes)+" are read")
	}
	if at := invalidUTF8(text); at >= 0 {
		return Value{}, p.fail(at, ErrUTF8, "")
	}
	if err := p.run(); err != nil {
		return Value{}, err
	}
	return Value{doc: &p.document}, nil
}

func (p *parser) fail(offset int, kind error, detail string) error {
	return &syntaxError{Name: p.name, Offset: offset, Kind: kind, Detail: detail}
}

func (p *parser) unexpected(wanted string) error {
	if p.pos >= len(p.text) {
		return p.fail(p.pos, ErrSyntax, "expected "+wanted+", found the end")
	}
	_, size := utf8.DecodeRuneInString(p.text[p.pos:])
	return p.fail(p.pos, ErrSyntax, "expected "+wanted+", found "+Quote(p.text[p.pos:p.pos+size]))
}

// run alternates between reading a value and reading what may follow it.
func (p *parser) run() error {
	for {
		if err := p.value(); err != nil {
			return err
		}
		for more := false; !more; {
			if len(p.stack) == 0 {
				if p.skipSpace(); p.pos < len(p.text) {
					return p.unexpected("the end")
				}
				return nil
			}
			var err error
			if more, err = p.follow(); err != nil {
				return err
			}
		}
	}
}

// value reads a scalar, or opens an array or object and, where that is not empty, reads on until
// its first scalar.
func (p *parser) value() error {
	for {
		p.skipSpace()
		switch c := p.peek(); c {
		case '{', '[':
			empty, err := p.open(c)
			if empty || err != nil {
				return err
			}
		case '"':
			_, err := p.string()
			return err
		case 't':
			return p.word("true", Bool)
		case 'f':
			return p.word("false", Bool)
		case 'n':
			return p.word("null", Null)
		default:
			return p.number()
		}
	}
}

// nonFinite gives the word of a number that is none, where such words are allowed.
func (p *parser) nonFinite() string {
	if p.limits.NonFinite {
		for _, word := range [...]string{"NaN", "Infinity", "-Infinity"} {
			if strings.HasPrefix(p.text[p.pos:], word) {
				return word
			}
		}
	}
	return ""
}

// open starts an array or object and, in an object, reads the first key. An empty one is left
// open for follow to close.
func (p *parser) open(c byte) (empty bool, err error) {
	if len(p.stack) >= p.limits.Depth {
		return false, p.fail(p.pos, ErrDepth, "at most "+strconv.Itoa(p.limits.Depth)+" levels are read")
	}
	kind, end := Array, byte(']')
	frame := open{at: uint32(len(p.nodes))}
	if c == '{' {
		kind, end = Object, '}'
		frame.keys = map[string]struct{}{}
	}
	p.add(kind, p.pos, p.pos+1)
	p.stack = append(p.stack, frame)
	p.pos++
	p.skipSpace()
	if p.peek() == end {
		return true, nil
	}
	if kind == Object {
		return false, p.key()
	}
	return false, nil
}

// follow reads what comes after a complete value: a comma (and in an object the next key), in
// which case more values come, or the end of the array or object.
func (p *parser) follow() (more bool, err error) {
	p.skipSpace()
	at := p.stack[len(p.stack)-1].at
	n := &p.nodes[at]
	end, wanted := byte(']'), "',' or ']'"
	if n.kind == Object {
		end, wanted = '}', "',' or '}'"
	}
	switch p.peek() {
	case end:
		p.pos++
		n.end = uint32(p.pos)
		n.next = uint32(len(p.nodes))
		p.stack = p.stack[:len(p.stack)-1]
		return false, nil
	case ',':
		p.pos++
		if n.kind == Object {
			p.skipSpace()
			return true, p.key()
		}
		return true, nil
	}
	return false, p.unexpected(wanted)
}

// key reads `"name":` and refuses a name that the object already has.
func (p *parser) key() error {
	at := p.pos
	if p.peek() != '"' {
		return p.unexpected("a key")
	}
	n, err := p.string()
	if err != nil {
		return err
	}
	// The string counted itself as a member; its value will do that.
	frame := &p.stack[len(p.stack)-1]
	p.nodes[frame.at].count--
	name := p.decoded(n)
	if _, ok := frame.keys[name]; ok {
		return p.fail(at, ErrDuplicate, Quote(shorten(name)))
	}
	frame.keys[name] = struct{}{}
	if p.skipSpace(); p.peek() != ':' {
		return p.unexpected("':'")
	}
	p.pos++
	return nil
}

// add appends a node that contains nothing yet and counts it in what encloses it.
func (p *parser) add(kind Kind, start, end int) uint32 {
	at := uint32(len(p.nodes))
	parent := at
	if len(p.stack) > 0 {
		parent = p.stack[len(p.stack)-1].at
		p.nodes[parent].count++
	}
	p.nodes = append(p.nodes, node{kind: kind, start: uint32(start), end: uint32(end), next: at + 1, parent: parent})
	return at
}

// peek gives the next byte, 0 at the end: no JSON token begins with 0.
func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *parser) skipSpace() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) word(word string, kind Kind) error {
	if !strings.HasPrefix(p.text[p.pos:], word) {
		return p.unexpected("a value")
	}
	p.add(kind, p.pos, p.pos+len(word))
	p.pos += len(word)
	return nil
}

// number follows the grammar: an optional minus, an integer without leading zeros, an optional
// fraction, an optional exponent.
func (p *parser) number() error {
	if word := p.nonFinite(); word != "" {
		return p.word(word, Number)
	}
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	switch c := p.peek(); {
	case c == '0':
		p.pos++
	case c >= '1' && c <= '9':
		p.digits()
	case p.pos == start:
		return p.unexpected("a value")
	default:
		return p.unexpected("a digit")
	}
	if p.peek() == '.' {
		p.pos++
		if !p.digits() {
			return p.unexpected("a digit")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return p.unexpected("a digit")
		}
	}
	p.add(Number, start, p.pos)
	return nil
}

func (p *parser) digits() bool {
	start := p.pos
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.pos++
	}
	return p.pos > start
}

func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
