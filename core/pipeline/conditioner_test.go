package pipeline

import (
	"reflect"
	"strings"
	"testing"
)

func testAttributes(t testing.TB) *Conditioner {
	t.Helper()
	slots := []Slot{
		{Name: "background", Values: []string{"cool", "warm"}},
		{Name: "body", Values: []string{"red", "blue-sky", "grayscale-1", "peachy-a"}},
		{Name: "accessory", Values: []string{"cow", "none", "stripes-and-checks", "tie-black-on-white", "glasses", "body-gradient-dawn"}},
		{Name: "head", Values: []string{"bigfoot-yeti", "bigfoot", "cat", "cow", "diamond-blue", "diamond-red", "whale-alive", "whale", "1n"}},
		{Name: "glasses", Values: []string{"square-black", "square-black-rgb", "hip-rose", "square-red"}},
	}
	for i := range slots {
		slots[i].Table = make([]float32, (len(slots[i].Values)+1)*2)
		for j := range slots[i].Table {
			slots[i].Table[j] = float32(100*i + j)
		}
	}
	c, err := Attributes(slots, 2)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAttributesSumRows(t *testing.T) {
	c := testAttributes(t)
	rows := c.NewCond(3)
	c.fill(rows, 0, 2, []int{1, 0, Open, 3, 2})
	c.fill(rows, 2, 3, nil)
	// Row r of slot i holds 100i+2r, 100i+2r+1; the open row is the last: of accessory number 6.
	want := float32(2 + 100 + 200 + 12 + 300 + 6 + 400 + 4)
	for k := range 2 {
		if rows.Rows[2*k] != want || rows.Rows[2*k+1] != want+5 {
			t.Errorf("row %d is %v, want %v, %v", k, rows.Rows[2*k:2*k+2], want, want+5)
		}
	}
	if open := float32(4 + 100 + 8 + 200 + 12 + 300 + 18 + 400 + 8); rows.Rows[4] != open {
		t.Errorf("all open is %v, want %v", rows.Rows[4], open)
	}
	if rows.Labels != nil || rows.Values != nil {
		t.Error("rows come with labels")
	}
}

func TestLabelsFill(t *testing.T) {
	c := testLabels(t, 10)
	cond := c.NewCond(3)
	c.fill(cond, 0, 1, []int{2})
	c.fill(cond, 1, 2, []int{Open})
	c.fill(cond, 2, 3, nil)
	if !reflect.DeepEqual(cond.Labels, []int32{2, 10, 10}) || !reflect.DeepEqual(cond.Values, []float32{2, 10, 10}) || cond.Rows != nil {
		t.Errorf("filled %v %v", cond.Labels, cond.Values)
	}
	var none *Conditioner
	if none.NewCond(4) != nil || none.check(nil) != nil {
		t.Error("no conditioner has conditions")
	}
	none.fill(nil, 0, 4, nil)
}

func TestConditionersRefuse(t *testing.T) {
	if _, err := ClassLabels(nil, 3); err == nil {
		t.Error("labels without a class")
	}
	if _, err := Attributes(nil, 2); err == nil {
		t.Error("attributes without a slot")
	}
	if _, err := Attributes([]Slot{{Name: "head", Values: []string{"cat"}, Table: make([]float32, 4)}}, 0); err == nil {
		t.Error("rows of length 0")
	}
	_, err := Attributes([]Slot{{Name: "head", Values: []string{"cat"}, Table: make([]float32, 3)}}, 2)
	if err == nil || !strings.Contains(err.Error(), `"head"`) || !strings.Contains(err.Error(), "expected 4") {
		t.Errorf("a table without null row: %v", err)
	}
}

func TestMatchWords(t *testing.T) {
	c := testAttributes(t)
	for _, test := range []struct {
		text string
		want map[string]string
		rest string
	}{
		{"", nil, ""},
		{"cat", map[string]string{"head": "cat"}, ""},
		{"  CAT!  ", map[string]string{"head": "cat"}, ""},
		{"a cat with square black glasses, warm background", map[string]string{"head": "cat", "glasses": "square-black", "background": "warm"}, ""},
		{"whale", map[string]string{"head": "whale"}, ""},             // the whole value, not whale-alive
		{"whale-alive", map[string]string{"head": "whale-alive"}, ""}, // the longest run
		{"whale alive", map[string]string{"head": "whale-alive"}, ""}, // words or hyphen
		{"square black rgb", map[string]string{"glasses": "square-black-rgb"}, ""},
		{"bigfoot yeti", map[string]string{"head": "bigfoot-yeti"}, ""},
		{"cow", map[string]string{"head": "cow"}, ""}, // of two slots the one with more values
		{"accessory=cow cat", map[string]string{"accessory": "cow", "head": "cat"}, ""},
		{"accessory: cow, head: cow", map[string]string{"accessory": "cow", "head": "cow"}, ""},
		{"head = cat", map[string]string{"head": "cat"}, ""},
		{"cat head=whale", map[string]string{"head": "whale"}, "cat"},   // an assignment comes before all else
		{"red", map[string]string{"body": "red"}, ""},                   // whole before part
		{"red glasses", map[string]string{"glasses": "square-red"}, ""}, // the slot's name after the run
		{"glasses red", map[string]string{"glasses": "square-red"}, ""}, // and before it
		{"red head", map[string]string{"head": "diamond-red"}, ""},
		{"blue whale", map[string]string{"head": "whale", "body": "blue-sky"}, ""}, // whole values before parts
		{"black on white whale", map[string]string{"accessory": "tie-black-on-white", "head": "whale"}, ""},
		{"hip rose blue sky", map[string]string{"glasses": "hip-rose", "body": "blue-sky"}, ""},
		{"big foot", map[string]string{"head": "bigfoot"}, ""},                             // one word written as two
		{"bluesky", map[string]string{"body": "blue-sky"}, ""},                             // and two as one
		{"blue head=cat sky", map[string]string{"head": "cat", "body": "blue-sky"}, "sky"}, // not side by side
		{"red body", map[string]string{"body": "red"}, ""},
		{"dawn", map[string]string{"accessory": "body-gradient-dawn"}, ""}, // the end of a value
		{"diamond", map[string]string{"head": "diamond-blue"}, ""},         // the first of equals
		{"cat cow", map[string]string{"head": "cat", "accessory": "cow"}, ""},
		{"cat whale", map[string]string{"head": "cat"}, "whale"}, // a slot is filled once
		{"tie black on white", map[string]string{"accessory": "tie-black-on-white"}, ""},
		{"cat and a dog on a unicycle", map[string]string{"head": "cat"}, "dog unicycle"},
		{"a 1n", map[string]string{"head": "1n"}, ""},
		{"a", nil, ""}, // never peachy-a
		{"1", nil, "1"},
		{"head=unicorn cat", map[string]string{"head": "cat"}, "unicorn"},
		{"head=", nil, ""},
		{"head", nil, "head"},
		{"=:=", nil, ""},
		{"tail=cat", map[string]string{"head": "cat"}, "tail"},
		{"head=cat head=whale", map[string]string{"head": "cat"}, "whale"},
		{"Füchse ☃ cat", map[string]string{"head": "cat"}, "füchse"},
		{strings.Repeat("x ", 300) + "cat", nil, strings.TrimSpace(strings.Repeat("x ", 300)) + " cat"},
	} {
		choice, rest := c.MatchWords(test.text)
		got := map[string]string{}
		for i, v := range choice {
			if v != Open {
				got[c.Slots[i].Name] = c.Slots[i].Values[v]
			}
		}
		if len(got)+len(test.want) > 0 && !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %v, want %v", test.text, got, test.want)
		}
		if r := strings.Join(rest, " "); r != test.rest {
			t.Errorf("%q: unmatched %q, want %q", test.text, r, test.rest)
		}
		if err := c.check(choice); err != nil {
			t.Errorf("%q: %v", test.text, err)
		}
	}
	labels := testLabels(t, 10)
	if choice, rest := labels.MatchWords("an Ankle-Boot"); choice[0] != 1 || rest != nil {
		t.Errorf("a label of two words: %v, %v", choice, rest)
	}
}

// What spells several values is none of them; where case alone differs, it decides.
func TestMatchWordsIsNeverTheFirstOfSeveral(t *testing.T) {
	c, err := ClassLabels([]string{"crane", "dog", "crane", "Bag", "bag", ""}, -1)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"crane": Open, "class=crane": Open, "dog": 1, "Bag": 3, "bag": 4, "BAG": Open, "": Open} {
		choice, rest := c.MatchWords(text)
		if choice[0] != want || (want == Open && text != "") != (len(rest) > 0) {
			t.Errorf("%q: %v, unmatched %q; want %d", text, choice, rest, want)
		}
	}
}

func FuzzMatchWords(f *testing.F) {
	for _, s := range []string{"cat", "head=cat", "square black glasses", "=a:b=", "ſ İ ǅ", "a\x00b\xff"} {
		f.Add(s)
	}
	c := testAttributes(f)
	f.Fuzz(func(t *testing.T, text string) {
		choice, rest := c.MatchWords(text)
		if err := c.check(choice); err != nil {
			t.Error(err)
		}
		again, rest2 := c.MatchWords(text)
		if !reflect.DeepEqual(choice, again) || !reflect.DeepEqual(rest, rest2) {
			t.Error("the second answer differs")
		}
	})
}
