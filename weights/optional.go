package weights

// Optional is what a file may leave out. A zero that is written is a zero, not a thing left out.
type Optional[T any] struct {
	Value T
	Given bool
}

// Some is a value that is there.
func Some[T any](v T) Optional[T] { return Optional[T]{v, true} }

// Or is the value, or what stands for it where it was left out.
func (o Optional[T]) Or(absent T) T {
	if o.Given {
		return o.Value
	}
	return absent
}
