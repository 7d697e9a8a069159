package compile

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"tintype/core/graph"
	"tintype/internal/kinds"
)

// stored is a Source of float32 tensors held by a test.
type stored map[string]storedTensor

type storedTensor struct {
	shape  []int
	values []float32
}

var errMissing = errors.New("not there")

func (s stored) Tensor(name string) ([]int, DType, []byte, error) {
	t, ok := s[name]
	if !ok {
		return nil, 0, nil, errMissing
	}
	raw := make([]byte, 0, 4*len(t.values))
	for _, v := range t.values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return t.shape, F32, raw, nil
}

// put stores repeatable values between -1 and 1 under a name and returns them.
func (s stored) put(name string, shape ...int) []float32 {
	count := 1
	for _, d := range shape {
		count *= d
	}
	values := noise(uint32(len(s)+1), count)
	s[name] = storedTensor{shape, values}
	return values
}

// noise is count repeatable values between -1 and 1.
func noise(seed uint32, count int) []float32 {
	values, state := make([]float32, count), seed*2654435761
	for i := range values {
		state = state*1664525 + 1013904223
		values[i] = float32(state>>8)/(1<<23) - 1
	}
	return values
}

// raw is a Source of one tensor in any element type.
type raw struct {
	shape []int
	dtype DType
	bytes []byte
}

func (r raw) Tensor(string) ([]int, DType, []byte, error) { return r.shape, r.dtype, r.bytes, nil }

func TestLoadWidensEveryType(t *testing.T) {
	le := binary.LittleEndian
	for _, c := range []struct {
		dtype DType
		bytes []byte
		want  []float32
	}{
		{F64, le.AppendUint64(le.AppendUint64(nil, math.Float64bits(1.5)), math.Float64bits(-1e-300)), []float32{1.5, 0}},
		{F32, le.AppendUint32(le.AppendUint32(nil, math.Float32bits(1.5)), math.Float32bits(-2)), []float32{1.5, -2}},
		{F16, []byte{0x00, 0x3e, 0x00, 0xc0}, []float32{1.5, -2}},
		{BF16, []byte{0xc0, 0x3f, 0x00, 0xc0}, []float32{1.5, -2}},
		{I64, le.AppendUint64(le.AppendUint64(nil, 7), ^uint64(1)), []float32{7, -2}},
		{I32, le.AppendUint32(le.AppendUint32(nil, 7), ^uint32(1)), []float32{7, -2}},
	} {
		have, err := NewLoader(raw{[]int{2}, c.dtype, c.bytes}).Tensor("w", 2)
		if err != nil || !slices.Equal(have, c.want) {
			t.Errorf("type %d: expected %v, found %v, %v", c.dtype, c.want, have, err)
		}
		if _, err := NewLoader(raw{[]int{2}, c.dtype, c.bytes[1:]}).Tensor("w", 2); err == nil {
			t.Errorf("type %d, a byte short: expected an error", c.dtype)
		}
		if _, err := NewLoader(raw{[]int{2}, c.dtype, append(c.bytes, c.bytes...)}).Tensor("w", 2); err == nil {
			t.Errorf("type %d, twice the bytes: expected an error", c.dtype)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	nan := binary.LittleEndian.AppendUint32(make([]byte, 8), math.Float32bits(float32(math.NaN())))
	huge := binary.LittleEndian.AppendUint64(nil, math.Float64bits(1e300))
	for _, c := range []struct {
		src   Source
		shape []int
		want  string
	}{
		{stored{}, []int{2}, "tensor w: not there"},
		{raw{[]int{2, 1}, F32, make([]byte, 8)}, []int{2}, "tensor w: expected shape [2], found [2 1]"},
		{raw{nil, F32, make([]byte, 4)}, []int{1}, "tensor w: expected shape [1], found []"},
		{raw{[]int{2}, 99, make([]byte, 8)}, []int{2}, "tensor w: unknown element type 99"},
		{raw{[]int{3}, F32, nan}, []int{3}, "tensor w: expected finite values, found NaN at element 2"},
		{raw{[]int{1}, F64, huge}, []int{1}, "tensor w: expected finite values, found +Inf at element 0"},
	} {
		if _, err := NewLoader(c.src).Tensor("w", c.shape...); err == nil || err.Error() != c.want {
			t.Errorf("expected %q, found %v", c.want, err)
		}
	}
}

// TestBlocksPackAsTheWhole has weights of several blocks, the last of less than a panel.
func TestBlocksPackAsTheWhole(t *testing.T) {
	const in, out = 192, 330
	conv := func(tile int) packing {
		return (&conv2D{Conv: graph.Conv{Out: out}, in: in, tile: tile}).packing()
	}
	for _, c := range []struct {
		name  string
		shape []int
		packing
	}{
		{"by the definition", []int{out, in, 3, 3}, conv(0)},
		{"tiles of 2", []int{out, in, 3, 3}, conv(2)},
		{"tiles of 4", []int{out, in, 3, 3}, conv(4)},
		{"linear", []int{out, 9 * in}, transposing(9 * in)},
	} {
		s := stored{}
		w := s.put("w", c.shape...)
		want := make([]float32, c.len(out))
		c.packing.pack(want, w, out)
		l := NewLoader(s)
		have, err := l.pack(c.packing, "w", c.shape...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(have, want) {
			t.Errorf("%s: blocks do not make the whole", c.name)
		}
		if l.Bytes() != int64(4*len(want)) {
			t.Errorf("%s: %d bytes are said to be kept, expected %d", c.name, l.Bytes(), 4*len(want))
		}
		if 2*cap(l.wide) > len(w) {
			t.Errorf("%s: of %d floats %d were resident at a time", c.name, len(w), cap(l.wide))
		}
	}
}

func TestPackNamesWhatIsNotFinite(t *testing.T) {
	const in, out = 9 * 192, 330
	s := stored{}
	w := s.put("w", out, in)
	w[len(w)-2] = float32(math.Inf(-1))
	_, err := NewLoader(s).pack(transposing(in), "w", out, in)
	if wrong := (*NonFiniteError)(nil); !errors.As(err, &wrong) || wrong.Index != len(w)-2 || wrong.Tensor != "w" {
		t.Errorf("expected element %d to be named, found %v", len(w)-2, err)
	}
}

// TestEveryLayerNamesWhatIsMissing loads every kind of layer from a source that lacks one tensor after the other.
func TestEveryLayerNamesWhatIsMissing(t *testing.T) {
	for _, e := range kinds.All() {
		layers := read(e.Graph)
		layers.rewrite()
		s := stored{}
		for tensors := 0; ; tensors++ {
			_, err := layers.load(NewLoader(s))
			if err == nil {
				if tensors < len(e.Graph.Params()) {
					t.Errorf("%s: asks for %d of %d tensors", e.Name, tensors, len(e.Graph.Params()))
				}
				break
			}
			if !errors.Is(err, errMissing) {
				t.Fatalf("%s: %v", e.Name, err)
			}
			name := strings.TrimSuffix(strings.TrimPrefix(err.Error(), "tensor "), ": not there")
			for _, p := range e.Graph.Params() {
				if p.Name == name {
					s.put(name, p.Shape...)
				}
			}
			if _, put := s[name]; !put {
				t.Fatalf("%s: asks for %q, which is no tensor of it", e.Name, name)
			}
		}
	}
}
