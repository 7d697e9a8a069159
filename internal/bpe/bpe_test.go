package bpe

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// small is the vocabulary of testdata.
func small(t testing.TB) *Tokenizer {
	t.Helper()
	vocab, err := os.ReadFile("testdata/vocab.json")
	if err != nil {
		t.Fatal(err)
	}
	merges, err := os.ReadFile("testdata/merges.txt")
	if err != nil {
		t.Fatal(err)
	}
	k, err := New(string(vocab), string(merges))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestEncode: the tokens of recorded texts are those of the reference.
func TestEncode(t *testing.T) {
	k := small(t)
	f, err := os.Open("testdata/tokens.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, n := bufio.NewScanner(f), 0
	for ; lines.Scan(); n++ {
		var c struct {
			Text string
			IDs  []int32
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if have := k.Encode(c.Text, 77); !slices.Equal(have, c.IDs) {
			t.Errorf("%q: %v, want %v", c.Text, have, c.IDs)
		}
	}
	if n < 100 {
		t.Errorf("only %d texts", n)
	}
}

// TestLength: a text is cut before its end token, and padded behind it.
func TestLength(t *testing.T) {
	k := small(t)
	for length := 2; length < 9; length++ {
		ids := k.Encode("one two three four five", length)
		if len(ids) > length || ids[0] != k.start || ids[len(ids)-1] != k.end {
			t.Errorf("at most %d tokens: %v", length, ids)
		}
	}
	if ids := Pad(k.Encode("", 77), 5, 7); !slices.Equal(ids, []int32{k.start, k.end, 7, 7, 7}) {
		t.Errorf("padded: %v", ids)
	}
}

func TestNewRefuses(t *testing.T) {
	const good = `{"<|startoftext|>": 0, "<|endoftext|>": 1, "a</w>": 2}`
	for _, c := range []struct{ vocab, merges, says string }{
		{`[]`, "", "vocab"}, {`{}`, "", "no token"}, {`{"<|startoftext|>": 0}`, "", "<|endoftext|>"},
		{`{"a": -1}`, "", "expected a number"}, {`{"a": "b"}`, "", "expected an integer"}, {`{"` + strings.Repeat("x", 300) + `": 1}`, "", "expected a number"},
		{good, "#version: 0.2\na b c\n", "line 2"}, {good, "a\n", "line 1"}, {good, " a\n", "line 1"},
	} {
		if _, err := New(c.vocab, c.merges); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.40s, %q: error %v, want %q in it", c.vocab, c.merges, err, c.says)
		}
	}
	k, err := New(good, "")
	if err != nil {
		t.Fatal(err)
	}
	if ids := k.Encode("a b", 77); !slices.Equal(ids, []int32{0, 2, 1, 1}) {
		t.Errorf("an unknown token: %v", ids)
	}
}

// FuzzEncode: whatever the text, the tokens are of the vocabulary, begin and end as they must and are few enough.
func FuzzEncode(f *testing.F) {
	k := small(f)
	for _, s := range []string{"", "it's", "a  b", "<|endoftext|>x", "\xff\x00é🦊", strings.Repeat("'", 3000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids := k.Encode(text, 77)
		if len(ids) < 2 || len(ids) > 77 || ids[0] != k.start || ids[len(ids)-1] != k.end {
			t.Fatalf("%q: %v", text, ids)
		}
	})
}
