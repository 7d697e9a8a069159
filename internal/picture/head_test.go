package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"strconv"
	"strings"
	"testing"
)

// exif is a TIFF block with an orientation behind another tag.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	out := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		out = []byte("MM\x00*")
	}
	out = order.AppendUint32(out, 8)
	out = order.AppendUint16(out, 2)
	for _, e := range [][2]uint16{{0x010f, 7}, {0x0112, orientation}} {
		out = order.AppendUint16(out, e[0])
		out = order.AppendUint16(out, 3)
		out = order.AppendUint32(out, 1)
		out = order.AppendUint16(out, e[1])
		out = append(out, 0, 0)
	}
	return append(out, 0, 0, 0, 0)
}

// withExif puts a block into a file of each format that can hold one.
func withExif(t testing.TB, block []byte) map[string][]byte {
	t.Helper()
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, plain(9), nil); err != nil {
		t.Fatal(err)
	}
	app1 := append([]byte("\xff\xe1"), binary.BigEndian.AppendUint16(nil, uint16(2+6+len(block)))...)
	app1 = append(append(app1, "Exif\x00\x00"...), block...)
	riff := func(prefix string) []byte {
		n := uint32(len(prefix) + len(block))
		out := append([]byte("RIFF....WEBPVP8L\x05\x00\x00\x00\x2f\x01\x80\x00\x00\x00"), "EXIF"...) // 2 x 3
		return append(append(binary.LittleEndian.AppendUint32(out, n), prefix...), block...)
	}
	return map[string][]byte{
		"PNG":        withText(t, [][2]string{{"eXIf", string(block)}}, nil),
		"PNG behind": withText(t, nil, [][2]string{{"eXIf", string(block)}}),
		"JPEG":       append(append(bytes.Clone(photo.Bytes()[:2]), app1...), photo.Bytes()[2:]...),
		"WebP":       riff(""),
		"WebP, Exif": riff("Exif\x00\x00"),
	}
}

// The orientation is found in every format, in both byte orders, with the size; cleared in its place it is 1.
func TestOrientation(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for want := uint16(0); want <= 9; want++ {
			for name, file := range withExif(t, exif(order, want)) {
				kind, _, _ := strings.Cut(strings.ReplaceAll(name, ",", ""), " ")
				if h, err := HeadOf(file); err != nil || h != (Head{kind, 2, 3}) {
					t.Fatalf("%s: %v, %v", name, h, err)
				}
				got, where := Orientation(file, kind)
				if valid := want >= 1 && want <= 8; valid && got != int(want) || !valid && got != 1 {
					t.Errorf("%s, %v: orientation %d, want %d", name, order, got, want)
				}
				if clear(where); len(where) > 0 {
					if got, _ := Orientation(file, kind); got != 1 {
						t.Errorf("%s, %v: once cleared the orientation is %d", name, order, got)
					}
				}
			}
		}
	}
}

// Where each corner of a stored picture goes, as Exif describes the eight: its first row and first column are at these
// sides of what is seen.
func TestTurn(t *testing.T) {
	stored := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	for y := range 2 {
		for x := range 3 {
			stored.SetNRGBA(x, y, color.NRGBA{uint8(10*y + x), 0, 0, 255})
		}
	}
	for o, want := range map[int]string{
		0: "0 1 2/10 11 12", 1: "0 1 2/10 11 12", 2: "2 1 0/12 11 10", 3: "12 11 10/2 1 0", 4: "10 11 12/0 1 2",
		5: "0 10/1 11/2 12", 6: "10 0/11 1/12 2", 7: "12 2/11 1/10 0", 8: "2 12/1 11/0 10", 9: "0 1 2/10 11 12",
	} {
		m := Turn(stored, o)
		var rows []string
		for y := range m.Rect.Dy() {
			var row []string
			for x := range m.Rect.Dx() {
				row = append(row, strconv.Itoa(int(m.NRGBAAt(x, y).R)))
			}
			rows = append(rows, strings.Join(row, " "))
		}
		if got := strings.Join(rows, "/"); got != want {
			t.Errorf("orientation %d shows %s, want %s", o, got, want)
		}
		if w, h := Turned(3, 2, o); o < 9 && m.Rect.Size() != image.Pt(w, h) {
			t.Errorf("orientation %d: %v, want %d x %d", o, m.Rect, w, h)
		}
	}
}

// One luminance for everybody: a grey is itself, a network's numbers are those of the bytes.
func TestValues(t *testing.T) {
	for v := range 256 {
		if got := Luminance(byte(v), byte(v), byte(v)); got != byte(v) {
			t.Errorf("the luminance of grey %d is %d", v, got)
		}
	}
	if got := [3]byte{Luminance(255, 0, 0), Luminance(0, 255, 0), Luminance(0, 0, 255)}; got != [3]byte{76, 150, 29} {
		t.Errorf("red, green and blue have the luminances %v", got)
	}
	m := &image.NRGBA{Pix: []byte{255, 0, 51, 255, 0, 255, 255, 255}, Stride: 8, Rect: image.Rect(0, 0, 2, 1)}
	for channels, want := range map[int][]float32{3: {1, -1, -0.6, -1, 1, 1}, 1: {82/127.5 - 1, 179/127.5 - 1}} {
		for i, got := range Values(m, channels) {
			if d := got - want[i]; d > 1e-6 || d < -1e-6 {
				t.Errorf("%d channels: value %d is %v, want %v", channels, i, got, want[i])
			}
		}
	}
	if Kept(0) != 1 || Kept(255) != 0 || Kept(51) != 0.8 {
		t.Error("a mask keeps ", Kept(0), Kept(255), Kept(51))
	}
}

func FuzzHead(f *testing.F) {
	for _, file := range withExif(f, exif(binary.LittleEndian, 6)) {
		f.Add(file)
	}
	f.Add([]byte("GIF89a\x01\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := HeadOf(file)
		if err != nil {
			return
		}
		if h.Width < 1 || h.Height < 1 || h.Width*h.Height > pixelsMost {
			t.Errorf("%+v", h)
		}
		if o, _ := Orientation(file, h.Kind); o < 1 || o > 8 {
			t.Errorf("orientation %d", o)
		}
	})
}
