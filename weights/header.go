package weights

import (
	"errors"
	"sort"
	"strconv"

	"tintype/internal/strictjson"
)

// header is the checked header of a safetensors file.
type header struct {
	metadata map[string]string
	tensors  []TensorInfo // in the order of their data, without holes
	data     int64        // length of the data buffer
	bytes    int64        // length of the whole file: 8 + JSON + data
}

// parseHeader checks the JSON of a header, without the 8 bytes of length before it. A header that
// it returns can be trusted: names are unique, sizes follow from shapes, and the tensors cover
// the data buffer exactly.
func parseHeader(file, text string) (*header, error) {
	p := headerParser{file: file}
	if len(text) > maxHeader {
		return nil, p.fail(ErrHeaderTooLarge, "", headerSize(uint64(len(text))))
	}
	// The format wants the brace first, so that no other file that is valid JSON is taken for a header.
	if text == "" || text[0] != '{' {
		return nil, p.fail(ErrHeaderStart, "", "found "+strconv.QuoteToASCII(text[:min(1, len(text))]))
	}
	root, err := strictjson.Parse("header", text, strictjson.Header)
	if err != nil {
		return nil, p.json("", err)
	}
	members, err := root.Members()
	if err != nil {
		return nil, p.json("", err)
	}
	h := &header{metadata: map[string]string{}}
	if n := root.Len(); n > maxTensors {
		return nil, p.fail(ErrTensors, "", strconv.Itoa(n)+", at most "+strconv.Itoa(maxTensors)+" are read")
	}
	for _, m := range members {
		if m.Key == "__metadata__" {
			if err := p.metadata(h, m.Value); err != nil {
				return nil, err
			}
			continue
		}
		info, err := p.tensor(m.Key, m.Value)
		if err != nil {
			return nil, err
		}
		h.tensors = append(h.tensors, info)
	}
	if err := p.order(h); err != nil {
		return nil, err
	}
	h.bytes = 8 + int64(len(text)) + h.data
	if h.bytes < 0 { // the sum wrapped around
		return nil, p.fail(ErrOverflow, "", "data buffer")
	}
	return h, nil
}

type headerParser struct{ file string }

func (p headerParser) fail(kind error, tensor, detail string) error {
	return &Error{Kind: kind, File: p.file, Tensor: tensor, Detail: detail}
}

// json sorts an error of the JSON parser or of its getters into our kinds.
func (p headerParser) json(tensor string, err error) error {
	kind := ErrHeaderJSON
	switch {
	case errors.Is(err, strictjson.ErrUTF8):
		kind = ErrHeaderUTF8
	case errors.Is(err, strictjson.ErrDuplicate):
		kind = ErrDuplicate
	}
	return &Error{Kind: kind, File: p.file, Tensor: tensor, Cause: err}
}

func (p headerParser) metadata(h *header, v strictjson.Value) error {
	members, err := v.Members()
	if err != nil {
		return p.json("", err)
	}
	for _, m := range members {
		text, err := m.Value.Text()
		if err != nil {
			return &Error{Kind: ErrMetadata, File: p.file, Cause: err}
		}
		h.metadata[m.Key] = text
	}
	return nil
}

// tensor reads {"dtype": "F16", "shape": [64, 3, 3, 3], "data_offsets": [0, 3456]}.
func (p headerParser) tensor(name string, v strictjson.Value) (TensorInfo, error) {
	info := TensorInfo{Name: name}
	if n := v.Len(); v.Kind() == strictjson.Object && n != 3 {
		return info, p.fail(ErrHeaderJSON, name, "expected dtype, shape and data_offsets, found "+strconv.Itoa(n)+" fields")
	}
	dtype, err := v.Get("dtype").Text()
	if err != nil {
		return info, p.json(name, err)
	}
	// A type that is not read is no error of the file: only who asks for such a tensor is refused.
	if info.DType = DType(dtype); !plausible(dtype) {
		return info, p.fail(ErrDType, name, "found "+strictjson.Quote(dtype)+", which is no name of one")
	}
	shape := v.Get("shape")
	if n := shape.Len(); n > maxRank {
		return info, p.fail(ErrRank, name, "found "+strconv.Itoa(n)+", at most "+strconv.Itoa(maxRank)+" are read")
	}
	if info.Shape, err = shape.Ints(); err != nil {
		return info, p.json(name, err)
	}
	for _, dim := range info.Shape {
		if dim < 0 {
			return info, p.fail(ErrHeaderJSON, name, "negative dimension in shape "+ShapeText(info.Shape))
		}
		if dim > maxDim { // the product of two fits 64 bits
			return info, p.fail(ErrOverflow, name, "dimension above 2^31-1 in shape "+ShapeText(info.Shape))
		}
	}
	err = p.span(&info, v.Get("data_offsets"))
	return info, err
}

// plausible knows what may be the name of a type, of later versions too.
func plausible(dtype string) bool {
	for _, c := range []byte(dtype) {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return dtype != "" && len(dtype) <= 32
}

func (p headerParser) span(info *TensorInfo, offsets strictjson.Value) error {
	elems, err := offsets.Elems()
	if err != nil {
		return p.json(info.Name, err)
	}
	if len(elems) != 2 {
		return p.fail(ErrHeaderJSON, info.Name, "expected 2 data_offsets, found "+strconv.Itoa(len(elems)))
	}
	if info.begin, err = elems[0].Int64(); err != nil {
		return p.json(info.Name, err)
	}
	if info.end, err = elems[1].Int64(); err != nil {
		return p.json(info.Name, err)
	}
	if info.begin < 0 || info.end < info.begin {
		return p.fail(ErrOffsets, info.Name, "data_offsets "+spanText(info.begin, info.end))
	}
	if info.DType.bits() == 0 {
		return nil // whoever asks for it is refused
	}
	size, ok := byteLength(info.Shape, info.DType)
	if !ok {
		return p.fail(ErrOverflow, info.Name, string(info.DType)+" "+ShapeText(info.Shape))
	}
	if size != info.Bytes() {
		return p.fail(ErrTensorSize, info.Name, string(info.DType)+" "+ShapeText(info.Shape)+
			": expected "+strconv.FormatInt(size, 10)+" bytes, found "+strconv.FormatInt(info.Bytes(), 10))
	}
	return nil
}

// order sorts the tensors by their data and checks that each begins where the one before ends.
func (p headerParser) order(h *header) error {
	// Without holes and overlaps every byte belongs to one tensor: nothing can hide in a file, and none is read twice.
	sort.SliceStable(h.tensors, func(i, j int) bool {
		a, b := &h.tensors[i], &h.tensors[j]
		return a.begin < b.begin || a.begin == b.begin && a.end < b.end
	})
	for _, t := range h.tensors {
		if t.begin != h.data {
			return p.fail(ErrOffsets, t.Name, "expected to begin at "+strconv.FormatInt(h.data, 10)+
				", found data_offsets "+spanText(t.begin, t.end))
		}
		h.data = t.end
	}
	return nil
}

func spanText(begin, end int64) string {
	return "[" + strconv.FormatInt(begin, 10) + ", " + strconv.FormatInt(end, 10) + "]"
}

// tooSmall is the error for a file of n bytes.
func tooSmall(file string, n int) error {
	if n == 0 {
		return &Error{Kind: ErrHeaderTooSmall, File: file, Detail: "the file is empty"}
	}
	return &Error{Kind: ErrHeaderTooSmall, File: file, Detail: "found " + strconv.Itoa(n) + " bytes"}
}

func tooLarge(file string, n uint64) error {
	return &Error{Kind: ErrHeaderTooLarge, File: file, Detail: headerSize(n)}
}

func headerSize(n uint64) string {
	return strconv.FormatUint(n, 10) + " bytes, at most " + strconv.Itoa(maxHeader) + " are read"
}
