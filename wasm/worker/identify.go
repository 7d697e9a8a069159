//go:build js && wasm

package worker

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"tintype/wasm/proto"
)

// digest reads a visitor's file through and gives its SHA-256. Nothing of it is kept.
func (w *worker) digest(j *job, ref proto.ModelRef) (string, error) {
	if ref.File.IsUndefined() {
		return "", &proto.Error{
			Type: proto.ErrProtocol, Text: "The worker was asked for the hash of no file.", Remedy: "Reload the page.",
		}
	}
	d := newDownload(ref, false, w.teller(j, ref))
	j.abort = d.close
	defer func() {
		d.close()
		j.abort = nil
	}()
	r := w.reader(j, ref, d.next)
	sum := hash.Hash(sha256.New())
	if r.hash != nil {
		sum = r.hash
	}
	if _, err := io.CopyBuffer(sum, r, make([]byte, 256<<10)); err != nil {
		return "", loadError(ref, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
