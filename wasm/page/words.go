//go:build js && wasm

package page

import "strconv"

func pictures(n int) string {
	if n == 1 {
		return "1 picture"
	}
	return strconv.Itoa(n) + " pictures"
}

func milliseconds(ms float64) string {
	digits := 0
	if ms < 10 {
		digits = 1
	}
	return strconv.FormatFloat(ms, 'f', digits, 64) + " ms"
}

func seconds(ms float64) string {
	if ms >= 120_000 {
		return strconv.FormatFloat(ms/60e3, 'f', 0, 64) + " min"
	}
	digits := 1
	if ms < 1000 {
		digits = 2
	}
	return strconv.FormatFloat(ms/1e3, 'f', digits, 64) + " s"
}

// megabytes writes a size as people read it, in decimal units.
func megabytes(n int64) string {
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}

// number writes a value in its shortest form.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
