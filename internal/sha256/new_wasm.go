package sha256

import "hash"

// New returns an empty SHA-256.
func New() hash.Hash { return newDigest() }
