//go:build js && wasm

// Package proto is the language that the page and the worker speak: the
// messages as Go values and, in wire.go, their form as JavaScript objects.
// docs/PROTOCOL.md is the same for readers without Go.
//
// A request carries an ID of the page's choosing and is answered exactly once,
// by an Answer with the same ID. Between the two the worker may send Events
// with that ID. Ready is the one message that nobody asked for.
package proto

import (
	"syscall/js"

	"tintype/core/setting"
)

// A Message is the body of one message; its type decides the kind on the wire.
type Message interface {
	kind() string
	// fields adds the body to the object that will be posted and returns what
	// must be transferred, not copied.
	fields(o map[string]any) (transfer []any)
}

// An Answer ends the request whose ID it carries.
type Answer interface {
	Message
	answers()
}

// A ModelRef names a checkpoint as models/index.json lists it. The URL is
// resolved by the page: a worker's own base URL is its script's.
type ModelRef struct {
	ID       string
	URL      string
	Bytes    int64  // length of the file
	RawBytes int64  // length of the safetensors data in it
	SHA256   string // of the file, 64 hexadecimal digits
	// Classifier is the file of the model's classifier, nil if it has none.
	Classifier *ModelRef
	// File is a Blob or ArrayBuffer that is read in place of the URL; the zero Value for none. An ArrayBuffer is copied with
	// every request.
	File js.Value
}

// Name is what people call the checkpoint: a file of the visitor's own has its file's name, whose place is the URL's.
func (m ModelRef) Name() string {
	if !m.File.IsUndefined() && m.URL != "" {
		return m.URL
	}
	return m.ID
}

// Load asks for a checkpoint to be made ready. Events: Progress. Answer: Loaded.
type Load struct {
	Model ModelRef
	Label string // to be read; "" for none
}

// Sample asks for pictures; the model is loaded first if it is not the one in
// memory. Events: Progress, Step, Picture. Answer: Done.
type Sample struct {
	Model  ModelRef
	Seed   uint64 // picture k is the picture of Seed+k alone
	First  int    // number of the first picture: several workers can share those of one run
	Count  int    // 1 to limits.PagePictures from there on, one after the other
	Choice []int  // one per slot of the model, -1 leaves the slot open
	Label  string // what to draw in words, if Choice is nil
	Solver string // "" takes the checkpoint's default, as do the zeros below
	Grid   string
	Steps  int
	// Guidance takes the checkpoint's default when it is NaN, because zero is
	// a value that can be meant. Rescale 0 is off.
	Guidance, Rescale float64
	// Classify is the scale of guidance by the model's classifier towards the
	// value of the first slot; 0 is off.
	Classify float64
	// Settings are the solver's by name; what is left out is the default.
	Settings []setting.Value
	Edit     *Edit // nil: a picture from noise
	// Before are legs that run first, each from where the one before it ended:
	// a picture forked at one of its steps.
	Before []Leg
	// Vary is SEED:AMOUNT: the noise of the beginning turned towards that of
	// another seed; "" as it is.
	Vary string
	// Levels are those of the grids times and sigmas, noise falling; nil for another grid.
	Levels []float64
	// Force draws what would end in noise. Recipe says that the settings are a recipe's: nothing is refused for what it
	// ends in, and what was written before solvers and grids could begin otherwise means what was done then.
	Force, Recipe bool
	// Animate asks for Done.Animation.
	Animate bool
}

// An Edit begins with a picture, or holds to what is known of it.
type Edit struct {
	RGBA     js.Value // ArrayBuffer of the picture, of the model's size, row by row
	Strength float64  // above 0 to 1: how much of the way from noise is run
	Hold     string   // "none", "mask", "grey" or "boxes"
	Mask     js.Value // hold "mask": ArrayBuffer of one byte a pixel, 0 kept, 255 drawn anew; null otherwise
	Factor   int      // hold "boxes": their side
	Method   string   // "replace", "hard" or "ddrm"
	Jump     int      // method "replace": steps to go back, 0 none
	Times    int      // how often, 1 or more
}

// A Leg is the beginning of a picture that goes on with other settings: the
// solver steps up to Until are made with these, grid and steps being those of
// the request.
type Leg struct {
	Seed              uint64 // of the first picture
	Choice            []int
	Solver            string // "": the checkpoint's
	Guidance, Rescale float64
	Classify          float64
	Settings          []setting.Value
	Until             int // more than the leg before it, less than the request's steps
}

// Foresee asks which solvers would end in noise on a grid, in so many steps, at their own settings; the model is loaded first
// if it is not the one in memory. Answer: Foreseen.
type Foresee struct {
	Model ModelRef
	Grid  string
	Steps int
}

// Foreseen answers Foresee.
type Foreseen struct{ Solvers []Outlook }

// An Outlook is a solver that would end in noise: how, and what would do.
type Outlook struct{ Solver, Reason, Remedy string }

// Sheet asks for one file of pictures that several workers made. It needs no model. Answer: Done.
type Sheet struct {
	Width, Height int        // of each
	Pictures      []js.Value // ArrayBuffers of Picture.RGBA, in order; copied, not transferred
	Recipe        string     // of the first of them, "" for none
}

// Cached asks what models are kept on this machine. Answer: Kept.
type Cached struct{}

// Purge forgets the kept file with a hash, or with "" all. Answer: Kept.
type Purge struct{ SHA256 string }

// Digest asks for the SHA-256 of a file of the visitor's own, which ModelRef.File brings: whoever asks need not wait for
// it, nor hold it. Events: Progress. Answer: Digested.
type Digest struct{ Model ModelRef }

// Digested answers Digest.
type Digested struct{ SHA256 string }

// Kept answers Cached and Purge with what is kept now: nothing where the
// browser refuses storage.
type Kept struct {
	Models  []KeptModel
	Refused Refusal
}

// A Refusal says what the browser's storage has refused.
type Refusal string

const (
	RefusedNothing Refusal = ""
	RefusedAll     Refusal = "all"  // it keeps nothing, or not here
	RefusedRoom    Refusal = "room" // it had no room for a file that was downloaded last
)

// A KeptModel is a verified file that need not be downloaded again, or parts of one.
type KeptModel struct {
	ID      string // under which it was downloaded
	Bytes   int64  // that are kept
	SHA256  string // of the whole file
	Partial bool   // left of a download that was never finished, and of no use
}

// Cancel stops the request with ID Target, which is answered by an Error of
// type ErrCancelled. Answer: Cancelled.
type Cancel struct{ Target int }

// Ready says that the worker takes requests. It has ID 0.
type Ready struct {
	SIMD    bool // false: the scalar build
	Threads int  // that a network's pass uses
}

// Progress counts the bytes of the checkpoint that have arrived.
type Progress struct{ Received, Total int64 }

// Step shows one finished solver step. Both bitmaps are transferred.
type Step struct {
	Picture  int      // its number, as Sample.First counts
	Step     int      // 1 to Total
	Total    int      // steps of one picture
	Millis   float64  // wall time of this step
	X        js.Value // ImageBitmap of the noisy picture x_t
	Denoised js.Value // ImageBitmap of the predicted clean picture x0
}

// Picture is one finished picture: its own hash and PNG file.
type Picture struct {
	Picture int
	Seed    uint64
	SHA256  string   // of RGBA
	RGBA    js.Value // ArrayBuffer of 4 bytes a pixel, row by row, transferred
	PNG     js.Value // ArrayBuffer, transferred
	Recipe  string   // how this picture alone is made (internal/recipe), "" if an edit was part of it
}

// Loaded answers Load.
type Loaded struct {
	Info Info
	// File is a Blob of the model's file if that was downloaded for this request, null otherwise. As ModelRef.File it
	// spares another worker the download.
	File js.Value
	// Threads is that of Ready, which a page that began to listen late has missed.
	Threads int
	// Choice is what Load.Label means, as Sample.Choice; empty without one.
	Choice []int
}

// Done answers Sample and Sheet. SHA256 is that of the RGBA bytes of all pictures in
// order, which is what tools/sample prints for the same request.
type Done struct {
	SHA256 string
	Millis float64  // of making the pictures, or their sheet
	Memory int64    // bytes that making the pictures took besides the weights
	Evals  int      // how often the network was asked for them, twice the work where they are guided
	PNG    js.Value // ArrayBuffer of the sheet, transferred; null for one picture
	Recipe string   // how all of them are made, "" if an edit was part of it
	// Animation is an ArrayBuffer of an animated PNG of all steps, transferred;
	// null unless it was asked for.
	Animation js.Value
}

// Cancelled answers Cancel. Found is false when Target had been answered
// already, or was never asked.
type Cancelled struct{ Found bool }

// Error answers any request that failed. Text says what happened and Remedy
// what a visitor can do about it; both are whole sentences.
type Error struct {
	Type   ErrorType
	Text   string
	Remedy string
}

// Error makes an Error usable as a Go error inside the worker.
func (e *Error) Error() string { return e.Text }

// An ErrorType says which remedy fits; the values are stable, the texts are not.
type ErrorType string

const (
	ErrCancelled ErrorType = "cancelled" // by a Cancel
	ErrProtocol  ErrorType = "protocol"  // a message that is not of this version or form
	ErrBusy      ErrorType = "busy"      // too many requests are waiting
	ErrNetwork   ErrorType = "network"   // the server is gone or the connection broke
	ErrStalled   ErrorType = "stalled"   // no byte for StallSeconds
	ErrMissing   ErrorType = "missing"   // 404 and the like
	ErrNotModel  ErrorType = "not-model" // an HTML page or another file instead of a checkpoint
	ErrLength    ErrorType = "length"    // more or fewer bytes than the manifest says
	ErrHash      ErrorType = "hash"      // other bytes than the manifest says
	ErrRefused   ErrorType = "refused"   // a checkpoint that this runtime cannot honour
	ErrSpec      ErrorType = "spec"      // settings that the checkpoint does not allow
	ErrNumber    ErrorType = "number"    // not-a-number in the picture
	ErrMemory    ErrorType = "memory"    // the worker ran out of memory
	ErrInternal  ErrorType = "internal"  // a bug
	ErrCrashed   ErrorType = "crashed"   // the worker is gone; made by the page, never sent
)
