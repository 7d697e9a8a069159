//go:build !js

package names

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

func normalC(s string) string  { return norm.NFC.String(s) }
func normalKC(s string) string { return norm.NFKC.String(s) }

func folded(s string) string {
	return cases.Lower(language.Und).String(cases.Upper(language.Und).String(s))
}
