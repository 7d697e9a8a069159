package weights

import (
	"iter"
	"slices"
	"sort"
)

// sorted lists names in order. It is here because slices.Sorted makes a sorter for each type, and package sort has one:
// that is several kilobytes of what a visitor downloads.
func sorted(names iter.Seq[string]) []string {
	list := slices.Collect(names)
	sort.SliceStable(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}
