//go:build js && wasm

package worker

import (
	"errors"
	"strings"

	"tintype/core/pipeline"
	"tintype/internal/sentence"
	"tintype/wasm/proto"
	"tintype/weights"
)

var errCancelled = &proto.Error{
	Type: proto.ErrCancelled, Text: "Cancelled.", Remedy: "Press Generate to start again.",
}

// protocolError is the answer to what cannot be decoded.
func protocolError(err error) *proto.Error {
	if proto.Foreign(err) {
		return &proto.Error{
			Type: proto.ErrProtocol, Text: "The worker was sent a message it does not know: " + err.Error() + ".",
			Remedy: "Reload the page, so that page and worker are of one version.",
		}
	}
	return &proto.Error{
		Type: proto.ErrProtocol, Text: "The worker cannot do what it was asked for: " + err.Error() + ".",
		Remedy: "Change what is named.",
	}
}

// answerError gives the answer for a failed job. What is already a
// proto.Error keeps its type; anything else is the reason why a checkpoint or
// a picture was refused and gets its type where it is raised.
func answerError(err error) *proto.Error {
	var e *proto.Error
	if errors.As(err, &e) {
		return e
	}
	return &proto.Error{
		Type: proto.ErrInternal, Text: "Something unexpected went wrong: " + err.Error() + ".",
		Remedy: "Try again; if it happens again, please report this sentence.",
	}
}

// panicError turns a recovered panic into an answer.
func panicError(p any) *proto.Error {
	text := "unknown"
	switch p := p.(type) {
	case error:
		text = p.Error()
	case string:
		text = p
	}
	return &proto.Error{
		Type: proto.ErrInternal, Text: "The sampler stopped on a bug: " + text + ".",
		Remedy: "Try again with other settings, and please report this sentence.",
	}
}

// loadError keeps the download's own errors, which every decoder passes on
// wrapped, and tells a damaged file from one that is not supported.
func loadError(ref proto.ModelRef, err error) *proto.Error {
	var e *proto.Error
	var w *weights.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &w) && w.Kind == weights.ErrForeign:
		return notModel(ref, strings.TrimPrefix(w.Detail, "it is "))
	case !ref.File.IsUndefined() && errors.Is(err, weights.ErrHash):
		return &proto.Error{
			Type: proto.ErrHash, Text: "Your file " + ref.Name() + " changed since it was opened.", Remedy: "Open it again.",
		}
	case errors.Is(err, weights.ErrHash):
		return &proto.Error{
			Type:   proto.ErrHash,
			Text:   "The file of the model " + ref.Name() + " is not the one that the list of models promises: its SHA-256 differs.",
			Remedy: "Reload the page; if it stays, the file was changed or damaged on the server.",
		}
	case errors.Is(err, weights.ErrSize), errors.Is(err, weights.ErrTruncated), errors.Is(err, weights.ErrTrailing):
		remedy := "Reload the page; if it stays, the file and models/index.json do not belong together."
		if !ref.File.IsUndefined() {
			remedy = "It was cut off or damaged on its way; get it anew from where it came."
		}
		return &proto.Error{Type: proto.ErrLength, Text: "The model was refused: " + err.Error() + ".", Remedy: remedy}
	}
	return &proto.Error{
		Type: proto.ErrRefused, Text: "The model was refused: " + err.Error() + ".",
		Remedy: "Choose another model, or convert this one again.",
	}
}

// forbidden says that the settings and the checkpoint do not fit.
func forbidden(err error) *proto.Error {
	text, remedy := err.Error(), "change the setting that is named, or take the model's own"
	if unknown, _, listed := strings.Cut(text, ": expected one of "); listed { // dozens of them
		text, remedy = unknown, "use one that the page lists; tools/sample -list prints all"
	}
	var clash *pipeline.Clash
	if errors.As(err, &clash) {
		text, remedy = clash.Setting.String()+": "+clash.Problem, clash.Remedy
	}
	return &proto.Error{
		Type: proto.ErrSpec, Text: "These settings do not work with this model: " + text + ".",
		Remedy: sentence.Of(remedy),
	}
}

// notANumber says that a network's values have run out of range.
func notANumber(where string) *proto.Error {
	return &proto.Error{
		Type: proto.ErrNumber, Text: "The picture is not a number any more " + where + ".",
		Remedy: "Lower the guidance, or choose another solver or more steps.",
	}
}
