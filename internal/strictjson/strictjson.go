// Package strictjson reads and writes small JSON texts that nobody vouches for: checkpoint
// headers, configs, manifests.
//
// The parser (RFC 8259) keeps its own stack instead of recursing, so that depth is a limit and
// not a crash; it refuses duplicate keys, invalid UTF-8, lone surrogates and text after the value.
// Numbers stay text until a getter asks for an integer or a float. A parsed document is one flat
// slice of nodes, 24 bytes each: at most 12 times the text. Limits may allow one extension: the
// words NaN, Infinity and -Infinity of Python's json.
//
// The standard library's packages are not used: encoding/json would add a third to the size of the WebAssembly program,
// accepts duplicate keys and cannot name the path of a wrong field; the tokens of encoding/json/jsontext, which this is
// not, would add 2.3 % (23,441 bytes with brotli, Go 1.27.4), and the tree over them would still be ours.
package strictjson

import "errors"

// What is wrong with a text. Errors of Parse wrap one of these.
var (
	ErrSize      = errors.New("text too long")
	ErrDepth     = errors.New("nested too deep")
	ErrUTF8      = errors.New("invalid UTF-8")
	ErrSyntax    = errors.New("not valid JSON")
	ErrDuplicate = errors.New("duplicate key")
)

// A syntaxError says where a text stops being acceptable JSON.
type syntaxError struct {
	Name   string // of the text, as given to Parse
	Offset int    // in bytes
	Kind   error  // one of the Err values above
	Detail string
}

func (e *syntaxError) Error() string {
	s := e.Name + ": " + e.Kind.Error() + " at byte " + itoa(e.Offset)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

func (e *syntaxError) Unwrap() error { return e.Kind }

// A fieldError is a well-formed field that is not what its reader needs.
type fieldError struct {
	Path    string // unet.block_out_channels[2]
	Problem string // expected an integer, found "64"
}

func (e *fieldError) Error() string { return e.Path + ": " + e.Problem }

// Kind is what a value is.
type Kind uint8

const (
	Absent Kind = iota // a member or element that is not there
	Null
	Bool
	Number
	String
	Array
	Object
)

var kindNames = [...]string{"nothing", "null", "a boolean", "a number", "a string", "an array", "an object"}

func (k Kind) String() string { return kindNames[k] }
