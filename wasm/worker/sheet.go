//go:build js && wasm

package worker

import (
	"image"
	"syscall/js"
	"time"

	"tintype/internal/picture"
	"tintype/internal/recipe"
	"tintype/wasm/proto"
)

// sheetOf answers as sample does, for pictures that several workers made.
func sheetOf(m proto.Sheet) (proto.Done, error) {
	begun := time.Now()
	pictures := make([]*image.NRGBA, len(m.Pictures))
	for i, rgba := range m.Pictures {
		pixels, err := bytesOf(rgba, 4*m.Width*m.Height)
		if err != nil {
			return proto.Done{}, badSheet("a picture is not of its size")
		}
		pictures[i] = &image.NRGBA{Pix: pixels, Stride: 4 * m.Width, Rect: image.Rect(0, 0, m.Width, m.Height)}
	}
	done := proto.Done{SHA256: picture.SHA256(pictures...), PNG: js.Null(), Animation: js.Null()}
	if m.Recipe != "" {
		first, err := recipe.Parse(m.Recipe)
		if err != nil {
			return done, badSheet(err.Error())
		}
		all := first.At(0, len(pictures), done.SHA256)
		done.Recipe = all.String()
	}
	var err error
	if len(pictures) > 1 {
		done.PNG, err = pngOf(picture.Sheet(pictures), done.Recipe)
	}
	done.Millis = millis(begun)
	return done, err
}

func badSheet(why string) *proto.Error {
	return &proto.Error{Type: proto.ErrProtocol, Text: "The sheet cannot be made: " + why + ".", Remedy: "Reload the page."}
}
