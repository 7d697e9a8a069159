package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

const goodEntry = `{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`

// Headers that are refused, and what the error says.
var badHeaders = []struct {
	name, header string
	kind         error
	parts        []string
}{
	{"empty", ``, ErrHeaderStart, nil},
	{"not an object", `[]`, ErrHeaderStart, []string{`"["`}},
	{"space first", ` {}`, ErrHeaderStart, nil},
	{"utf-8", "{\"a\xff\":1}", ErrHeaderUTF8, []string{"byte 3"}},
	{"cut", `{"a":` + goodEntry, ErrHeaderJSON, []string{"byte 53"}},
	{"more after it", `{"a":` + goodEntry + `}{}`, ErrHeaderJSON, nil},
	{"zeros after it", `{"a":` + goodEntry + "}\x00", ErrHeaderJSON, nil},
	{"comma", `{"a":` + goodEntry + `,}`, ErrHeaderJSON, nil},
	{"deep", `{"a":[[[[[[[[[[]]]]]]]]]]}`, ErrHeaderJSON, []string{"8 levels"}},
	{"very deep", `{"a":` + strings.Repeat("[", 500000), ErrHeaderJSON, []string{"8 levels"}},
	{"duplicate", `{"a":` + goodEntry + `,"a":` + goodEntry + `}`, ErrDuplicate, []string{`"a"`}},
	{"duplicate escaped", `{"a":` + goodEntry + `,"\u0061":` + goodEntry + `}`, ErrDuplicate, nil},
	{"duplicate field", `{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, ErrDuplicate, []string{"dtype"}},
	{"two metadata", `{"__metadata__":{},"__metadata__":{}}`, ErrDuplicate, nil},
	{"metadata list", `{"__metadata__":[]}`, ErrHeaderJSON, []string{"__metadata__"}},
	{"metadata number", `{"__metadata__":{"k":1}}`, ErrMetadata, []string{"__metadata__.k", "string"}},
	{"entry number", `{"a":1}`, ErrHeaderJSON, []string{"header.a"}},
	{"no dtype", `{"a":{"x":"F32","shape":[2],"data_offsets":[0,8]}}`, ErrHeaderJSON, []string{"header.a.dtype"}},
	{"no shape", `{"a":{"dtype":"F32","x":[2],"data_offsets":[0,8]}}`, ErrHeaderJSON, []string{"header.a.shape"}},
	{"no offsets", `{"a":{"dtype":"F32","shape":[2],"x":[0,8]}}`, ErrHeaderJSON, []string{"header.a.data_offsets"}},
	{"two fields", `{"a":{"dtype":"F32","shape":[2]}}`, ErrHeaderJSON, []string{"a: ", "2 fields"}},
	{"four fields", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}`, ErrHeaderJSON, []string{"4 fields"}},
	{"dtype empty", `{"a":{"dtype":"","shape":[2],"data_offsets":[0,2]}}`, ErrDType, []string{"a: "}},
	{"dtype odd", `{"a":{"dtype":"F\u001b[2J","shape":[2],"data_offsets":[0,2]}}`, ErrDType, []string{"a: "}},
	{"size of U8", `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,3]}}`, ErrTensorSize, []string{"a: ", "U8", "expected 2"}},
	{"half a byte", `{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}`, ErrOverflow, []string{"a: ", "F4"}},
	{"dtype case", `{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}`, ErrDType, nil},
	{"negative", `{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, ErrHeaderJSON, []string{"[-2]"}},
	{"fraction", `{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}`, ErrHeaderJSON, []string{"shape[0]"}},
	{"huge dimension", `{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}`, ErrHeaderJSON, []string{"shape[0]"}},
	{"dimension 2^31", `{"a":{"dtype":"F32","shape":[2147483648,0],"data_offsets":[0,0]}}`, ErrOverflow, []string{"2147483648"}},
	{"overflow", `{"a":{"dtype":"F32","shape":[2147483647,2147483647,2],"data_offsets":[0,8]}}`, ErrOverflow, []string{"a: "}},
	{"overflow to 0", `{"a":{"dtype":"F32","shape":[1073741824,1073741824,4],"data_offsets":[0,0]}}`, ErrOverflow, nil},
	{"rank", `{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}`, ErrRank, []string{"found 9", "at most 8"}},
	{"size", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, ErrTensorSize, []string{"expected 8", "found 4"}},
	{"three offsets", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}`, ErrHeaderJSON, []string{"found 3"}},
	{"backwards", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, ErrOffsets, []string{"[8, 0]"}},
	{"negative offset", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}`, ErrOffsets, nil},
	{"hole at the start", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}`, ErrOffsets, []string{"at 0"}},
	{"hole", `{"a":` + goodEntry + `,"b":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}}`, ErrOffsets, []string{"b: ", "at 8"}},
	{"overlap", `{"a":` + goodEntry + `,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, ErrOffsets, []string{"b: ", "at 8"}},
	{"same data", `{"a":` + goodEntry + `,"b":` + goodEntry + `}`, ErrOffsets, []string{"b: "}},
	{"end of 63 bits", `{"a":` + goodEntry + `,"b":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775808]}}`, ErrHeaderJSON, []string{"too large"}},
	{"over 1 MiB", `{"a":` + goodEntry + `}` + strings.Repeat(" ", maxHeader), ErrHeaderTooLarge, []string{"1048576"}},
	{"too many", manyTensors(maxTensors + 1), ErrTensors, []string{"65537"}},
}

// manyTensors is the shortest header of n things that could be tensors.
func manyTensors(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"%x":0`, i)
	}
	return "{" + b.String()[1:] + "}"
}

func TestParseHeaderRefuses(t *testing.T) {
	for _, c := range badHeaders {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseHeader("file.safetensors", c.header)
			wantError(t, err, c.kind, append(c.parts, "file.safetensors: ")...)
		})
	}
}

// A tensor of a type that is not read is in nobody's way until somebody asks for it.
func TestOtherDTypesArePassedOver(t *testing.T) {
	types := map[string]int{"U8": 1, "I8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "I16": 2, "U16": 2, "U32": 4, "U64": 8, "C64": 8, "C128": 16, "NEW": 5}
	head, at := `{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}`, 4
	for _, name := range slices.Sorted(maps.Keys(types)) {
		head += fmt.Sprintf(`,"x.%s":{"dtype":"%s","shape":[2,3],"data_offsets":[%d,%d]}`, name, name, at, at+6*types[name])
		at += 6 * types[name]
	}
	head += fmt.Sprintf(`,"four":{"dtype":"F4","shape":[2,3],"data_offsets":[%d,%d]},"none":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[%[2]d,%[2]d]}}`, at, at+3)
	file := string(binary.LittleEndian.AppendUint64(nil, uint64(len(head)))) + head + strings.Repeat("\xff", at+3)
	c, err := Open(strings.NewReader(file), "f", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, raw, err := c.Tensor("w"); err != nil || len(raw) != 4 {
		t.Errorf("the tensor that is asked for: %d bytes, %v", len(raw), err)
	}
	_, _, err = c.Tensor("x.U8")
	wantError(t, err, ErrDType, "f: ", "x.U8: ", "BF16")
	if c.Parameters() != 2 || len(c.Unasked()) != len(types)+2 {
		t.Errorf("%d parameters, %v not asked for", c.Parameters(), c.Unasked())
	}
	if _, err := c.Finish(); err != nil {
		t.Error(err)
	}
}

func TestParseHeader(t *testing.T) {
	// In the order of the data, not of the text; padded; a scalar; empty tensors share an offset.
	text := `{"late":{"dtype":"BF16","shape":[1,2],"data_offsets":[16,20]}, "__metadata__":{"format":"pt"},
		"none":{"dtype":"I32","shape":[0,7],"data_offsets":[16,16]},"void":{"shape":[0],"data_offsets":[0,0],"dtype":"F16"},
		"scalar":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"long":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}   `
	h, err := parseHeader("file", text)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, info := range h.tensors {
		names = append(names, info.Name+string(info.DType)+ShapeText(info.Shape))
	}
	if got, want := strings.Join(names, " "), "voidF16[0] scalarF64[] longI64[1] noneI32[0 7] lateBF16[1 2]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if h.data != 20 || h.bytes != 8+int64(len(text))+20 || h.metadata["format"] != "pt" {
		t.Errorf("got %d bytes of data, %d in all, metadata %v", h.data, h.bytes, h.metadata)
	}
	if h, err := parseHeader("file", "{}"); err != nil || h.bytes != 10 {
		t.Errorf("a file without tensors: %v", err)
	}
}

// FuzzHeader checks what parseHeader promises of a header that it accepts.
func FuzzHeader(f *testing.F) {
	for _, c := range badHeaders {
		if len(c.header) < 1000 {
			f.Add(c.header)
		}
	}
	head, err := headerText(smallMetadata, smallTensors())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(head)
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHeader("file", text)
		if err != nil {
			if typed := (*Error)(nil); !errors.As(err, &typed) {
				t.Fatalf("error without a type: %v", err)
			}
			return
		}
		at := int64(0)
		seen := map[string]bool{}
		for _, info := range h.tensors {
			elements := 1.0
			for _, dim := range info.Shape {
				elements *= float64(dim)
			}
			bits := float64(info.DType.bits())
			if info.begin != at || bits > 0 && math.Abs(elements*bits/8-float64(info.Bytes())) > 1e-9*elements || seen[info.Name] {
				t.Fatalf("accepted %+v at %d", info, at)
			}
			at, seen[info.Name] = info.end, true
		}
		if at != h.data || h.bytes != 8+int64(len(text))+h.data {
			t.Fatalf("accepted %d bytes of data for tensors up to %d", h.data, at)
		}
	})
}
