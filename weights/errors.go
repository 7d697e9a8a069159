package weights

import "errors"

// What can be wrong with a checkpoint, a directory or a manifest. Every error of this package
// about its input is an *Error of one of these kinds: errors.Is(err, weights.ErrOffsets).
// The first group are the error classes of the safetensors reference reader.
var (
	ErrForeign        = errors.New("not a checkpoint")                          // of these, whichever comes first
	ErrHeaderTooSmall = errors.New("too short for a safetensors header")        // HeaderTooSmall
	ErrHeaderTooLarge = errors.New("header too large")                          // HeaderTooLarge
	ErrHeaderLength   = errors.New("file ends inside its header")               // InvalidHeaderLength
	ErrHeaderUTF8     = errors.New("header is not UTF-8")                       // InvalidHeader
	ErrHeaderStart    = errors.New("header does not start with '{'")            // InvalidHeaderStart
	ErrHeaderJSON     = errors.New("header is not the JSON of safetensors")     // InvalidHeaderDeserialization
	ErrOffsets        = errors.New("data offsets leave a hole or overlap")      // InvalidOffset
	ErrTensorSize     = errors.New("size does not follow from shape and dtype") // TensorInvalidInfo
	ErrTruncated      = errors.New("file ends early")                           // MetadataIncompleteBuffer
	ErrTrailing       = errors.New("file goes on after its last tensor")        // MetadataIncompleteBuffer
	ErrOverflow       = errors.New("size overflows")                            // ValidationOverflow

	ErrDuplicate = errors.New("name given twice")
	ErrDType     = errors.New("dtype not supported")
	ErrRank      = errors.New("too many dimensions")
	ErrTensors   = errors.New("too many tensors")
	ErrMetadata  = errors.New("metadata not usable")
	ErrTooLarge  = errors.New("larger than allowed")
	ErrZstd      = errors.New("zstd frames damaged")
	ErrSize      = errors.New("wrong length")
	ErrHash      = errors.New("wrong SHA-256")
	ErrRead      = errors.New("cannot be read")
	ErrPickle    = errors.New("Python pickles are refused")
	ErrNoTensor  = errors.New("no such tensor")
	ErrDelivered = errors.New("tensor was already delivered")
	ErrFinished  = errors.New("checkpoint was already read to its end")
	ErrValue     = errors.New("value cannot be stored")
	ErrManifest  = errors.New("manifest not usable")
	ErrConfig    = errors.New("config not usable")
)

// Error says which file, which tensor in it and what was expected and found.
type Error struct {
	Kind   error  // one of the Err values above
	File   string // path or name as the caller gave it; "" if it is not about a file
	Tensor string // "" if it is not about one tensor
	Detail string
	Cause  error // from below: the reader, the decoder, the JSON parser
}

func (e *Error) Error() string {
	s := ""
	for _, where := range []string{e.File, e.Tensor} {
		if where != "" {
			s += where + ": "
		}
	}
	s += e.Kind.Error()
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}
