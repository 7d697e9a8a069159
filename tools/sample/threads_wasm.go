package main

// work does nothing: under Node a program has one thread.
func work(int) (end func()) { return func() {} }
