//go:build !js

package postlink

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPack runs the start function: the memory is as it was before packing, but for the end that the program's
// description gives, behind which is what was packed.
func TestPack(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no node on this machine")
	}
	const count, base, end = 300, 64, 400_000
	data := goData(base, manyFunctions(count), count, end)
	packed, err := go127.pack(packable(data))
	if err != nil {
		t.Fatal(err)
	}
	sections, err := parse(packed)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(sections, func(s section) bool { return s.id == secStart }) {
		t.Error("no start function")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "packed.wasm")
	if err := os.WriteFile(file, packed, 0o666); err != nil {
		t.Fatal(err)
	}
	const script = `
		const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
		const { exports } = new WebAssembly.Instance(module, { gojs: { debug() {} } });
		process.stdout.write(new Uint8Array(exports.mem.buffer));`
	memory, err := exec.Command(node, "-e", script, file).Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	at := len(data) - 8*(go127.moduleWords-go127.moduleEnd)
	newEnd := int(binary.LittleEndian.Uint64(memory[base+at:]))
	copy(memory[base+at:][:8], data[at:])
	if !bytes.Equal(memory[base:][:len(data)], data) {
		for i := range data {
			if memory[base+i] != data[i] {
				t.Fatalf("byte %d of %d is %d, was %d", i, len(data), memory[base+i], data[i])
			}
		}
	}
	if newEnd <= end || newEnd%8 != 0 || len(bytes.Trim(memory[newEnd:], "\x00")) != 0 || len(bytes.Trim(memory[base+len(data):end], "\x00")) != 0 {
		t.Errorf("the program's memory ends at %d, and what is behind it or before what was packed is not 0", newEnd)
	}
	if _, err := go127.pack(packed); err == nil || !strings.Contains(err.Error(), "start section") {
		t.Errorf("a second time: error %v", err)
	}
}
