// A program that panics in a function of its own, after it recovered from a panic whose text holds a function's name.
package main

import (
	"time"

	"tintype/core/kernel"
)

var leaf = kernel.Part // the steps after linking look for it

func main() {
	println(wrapped((*time.Duration)(nil)))
	if leaf != nil {
		println((&list[int]{make([]int, 3)}).fifth())
	}
}

// wrapped calls a value's method by a nil pointer: the runtime reads the type and the method from the wrapper's name.
//
//go:noinline
func wrapped(d interface{ String() string }) (text string) {
	defer func() { text = recover().(error).Error() }()
	return d.String()
}

type list[T any] struct{ all []T }

//go:noinline
func (l *list[T]) fifth() T { return l.all[5] }
