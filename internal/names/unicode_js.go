package names

import (
	"strings"
	"syscall/js"
)

// The browser has the tables already, which would take a seventh of the program.

func normalC(s string) string  { return method("normalize", s, "NFC") }
func normalKC(s string) string { return method("normalize", s, "NFKC") }
func folded(s string) string   { return method("toLowerCase", method("toUpperCase", s)) }

// method calls one of String's on s, behind the byte order marks that it begins with: no form changes those, and one is
// lost on its way to JavaScript.
func method(name string, s string, args ...any) string {
	rest := strings.TrimLeft(s, "\ufeff")
	return s[:len(s)-len(rest)] + js.Global().Get("String").Get("prototype").Get(name).Call("call", append([]any{rest}, args...)...).String()
}
