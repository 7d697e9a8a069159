// A program for the tests of the layout: it allocates, collects, formats and prints.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	words := map[string][]int{}
	for i := range 1000 {
		words[fmt.Sprint(i%7)] = append(words[fmt.Sprint(i%7)], i)
	}
	runtime.GC()
	fmt.Println(len(words), len(words["3"]))
}
