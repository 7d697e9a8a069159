//go:build js && wasm && !threads

// Package threads of a program that no page starts helpers for: one thread.
package threads

// Use returns the number of threads that the kernels use.
func Use() int { return 1 }
