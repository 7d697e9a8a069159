package names

import "syscall/js"

// The browser has the tables already, which would take a seventh of the program.

func normalC(s string) string  { return method("normalize", s, "NFC") }
func normalKC(s string) string { return method("normalize", s, "NFKC") }
func folded(s string) string   { return method("toLowerCase", method("toUpperCase", s)) }

// method calls one of String's on s.
func method(name string, s string, args ...any) string {
	return js.Global().Get("String").Get("prototype").Get(name).Call("call", append([]any{s}, args...)...).String()
}
