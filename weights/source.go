package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strconv"
)

// source counts and hashes the bytes of a file as they arrive, before anything looks at them.
type source struct {
	r        io.Reader
	file     string
	most     int64 // stop beyond this many bytes; 0 = no limit
	count    int64
	sum      hash.Hash
	digest   string // its result, once asked for
	progress func(read int64)
	err      error // what ended it, io.EOF included
}

func newSource(r io.Reader, file string, o Options) *source {
	sum := o.Hash
	if sum == nil {
		sum = sha256.New()
	}
	return &source{r: r, file: file, most: o.Expect.Bytes, sum: sum, progress: o.Progress}
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	s.count += int64(n)
	if s.most > 0 && s.count > s.most {
		err = &Error{Kind: ErrSize, File: s.file, Detail: "expected " + strconv.FormatInt(s.most, 10) + " bytes, found more"}
		n = 0
	}
	s.err = err
	if s.progress != nil && n > 0 {
		s.progress(s.count)
	}
	return n, err
}

// sha256 is called when everything was read.
func (s *source) sha256() string {
	if s.digest == "" {
		s.digest = hex.EncodeToString(s.sum.Sum(nil))
	}
	return s.digest
}
