// Package bpe cuts texts into the tokens of CLIP: pairs of symbols are joined in the
// order in which training found them (Sennrich, Haddow and Birch, arXiv 1508.07909,
// algorithm 1), the symbols at first being bytes (Radford et al. 2019, section 2.2).
//
// It follows the tokenizer that transformers has for CLIP: the text, in Unicode's form
// NFC, in lower case, is cut into words; a word's bytes are written as characters, the
// last one marked as the end of the word; the two neighbours with the lowest rank are
// joined until none has one.
package bpe

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"tintype/internal/names"
	"tintype/internal/strictjson"
)

// The tokens around a text, and what ends a word.
const (
	startToken = "<|startoftext|>"
	endToken   = "<|endoftext|>"
	endOfWord  = "</w>"
)

// A Tokenizer is a vocabulary with its merges.
type Tokenizer struct {
	ids        map[string]int32
	ranks      map[pair]int32
	start, end int32
}

// A pair is two neighbours that are joined.
type pair struct{ left, right string }

// Bounds of a vocabulary, so that a hostile one cannot ask for any amount of memory.
const (
	maxTokens = 1 << 20
	maxToken  = 256 // bytes
)

// New reads a vocabulary, vocab.json (token -> number), and its merges, merges.txt (two
// tokens a line, the first line a comment).
func New(vocab, merges string) (*Tokenizer, error) {
	root, err := strictjson.Parse("vocab.json", vocab, strictjson.Config)
	if err != nil {
		return nil, err
	}
	members, err := root.Members()
	if err != nil {
		return nil, err
	}
	if len(members) > maxTokens {
		return nil, fmt.Errorf("vocab.json: %d tokens, expected at most %d", len(members), maxTokens)
	}
	t := &Tokenizer{ids: make(map[string]int32, len(members))}
	for _, m := range members {
		id, err := m.Value.Int()
		if err != nil {
			return nil, err
		}
		if id < 0 || id >= maxTokens || len(m.Key) > maxToken {
			return nil, m.Value.Fail(fmt.Sprintf("expected a number from 0 to %d for a token of at most %d bytes", maxTokens-1, maxToken))
		}
		t.ids[m.Key] = int32(id)
	}
	for token, to := range map[string]*int32{startToken: &t.start, endToken: &t.end} {
		id, ok := t.ids[token]
		if !ok {
			return nil, fmt.Errorf("vocab.json: no token %s", token)
		}
		*to = id
	}
	return t, t.readMerges(merges)
}

func (t *Tokenizer) readMerges(text string) error {
	t.ranks = map[pair]int32{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || number == 1 && strings.HasPrefix(line, "#version") {
			continue
		}
		left, right, ok := strings.Cut(line, " ")
		if !ok || left == "" || right == "" || strings.Contains(right, " ") {
			return fmt.Errorf("merges.txt, line %d: expected two tokens with a space between them", number)
		}
		if len(t.ranks) >= maxTokens {
			return fmt.Errorf("merges.txt: more than %d lines", maxTokens)
		}
		if p := (pair{left, right}); t.ranks[p] == 0 {
			t.ranks[p] = int32(len(t.ranks) + 1) // 0 is none
		}
	}
	return nil
}

// Encode returns the tokens of a text between those of start and end, at most length
// in all: what is longer is cut.
func (t *Tokenizer) Encode(text string, length int) []int32 {
	text = names.NFC(text)
	ids := []int32{t.start}
	for len(text) > 0 && len(ids) < length {
		before, special := text, ""
		for _, token := range []string{startToken, endToken} {
			if i := strings.Index(text, token); i >= 0 && i < len(before) {
				before, special = text[:i], token
			}
		}
		ids = t.words(ids, before, length)
		text = text[len(before)+len(special):]
		if special != "" {
			ids = append(ids, t.ids[special])
		}
	}
	return append(ids[:min(len(ids), length-1)], t.end)
}

// Pad returns the tokens followed by as many of pad as make them length.
func Pad(ids []int32, length int, pad int32) []int32 {
	for len(ids) < length {
		ids = append(ids, pad)
	}
	return ids
}

// words appends the tokens of a text without special ones.
func (t *Tokenizer) words(ids []int32, text string, length int) []int32 {
	text = lower(text)
	for len(text) > 0 && len(ids) < length {
		n, word := next(text)
		if word {
			ids = t.word(ids, text[:n])
		}
		text = text[n:]
	}
	return ids
}

// lower is the text in lower case, character by character. One becomes two.
func lower(text string) string {
	return strings.ToLower(strings.ReplaceAll(text, "İ", "i\u0307"))
}

// contractions are words of their own.
var contractions = []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// next returns the length of what comes next, and whether it is a word: a contraction,
// a run of letters, one digit, a run of neither that has no space; or a space.
func next(text string) (n int, word bool) {
	for _, c := range contractions {
		if strings.HasPrefix(text, c) {
			return len(c), true
		}
	}
	first, size := utf8.DecodeRuneInString(text)
	kind := kindOf(first)
	if kind == number || kind == space {
		return size, kind != space
	}
	for n = size; n < len(text); n += size {
		var r rune
		if r, size = utf8.DecodeRuneInString(text[n:]); kindOf(r) != kind {
			break
		}
	}
	return n, true
}

type runeKind uint8

const (
	other runeKind = iota
	letter
	number
	space
)

func kindOf(r rune) runeKind {
	switch {
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return number
	case unicode.IsSpace(r):
		return space
	}
	return other
}

// longestWord bounds the bytes of a word that are joined: joining takes as many steps
// as the square of its length, and a text is cut after some dozens of tokens anyway.
const longestWord = 1 << 10

// word appends the tokens of one word.
func (t *Tokenizer) word(ids []int32, word string) []int32 {
	word = word[:min(len(word), longestWord)]
	symbols := make([]string, len(word))
	for i := range len(word) {
		symbols[i] = byteSymbols[word[i]]
	}
	symbols[len(symbols)-1] += endOfWord
	for len(symbols) > 1 {
		best, at := int32(0), 0
		for i := range len(symbols) - 1 {
			if rank := t.ranks[pair{symbols[i], symbols[i+1]}]; rank != 0 && (best == 0 || rank < best) {
				best, at = rank, i
			}
		}
		if best == 0 {
			break
		}
		symbols[at] += symbols[at+1]
		symbols = append(symbols[:at+1], symbols[at+2:]...)
	}
	for _, s := range symbols {
		id, ok := t.ids[s]
		if !ok {
			id = t.end // the unknown token is that of the end
		}
		ids = append(ids, id)
	}
	return ids
}

// byteSymbols writes each byte as a character: itself where that can be seen, others
// as those from U+0100 on, in order.
var byteSymbols = func() (symbols [256]string) {
	hidden := rune(0)
	for b := range rune(256) {
		if b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae {
			symbols[b] = string(b)
			continue
		}
		symbols[b] = string(256 + hidden)
		hidden++
	}
	return symbols
}()
