module tintype

go 1.27.0

toolchain go1.27.4

require (
	github.com/andybalholm/brotli v1.2.8
	github.com/klauspost/compress v1.20.3
	github.com/x448/float16 v0.8.4
	honnef.co/go/js/dom/v2 v2.0.0-20250304181735-b5e52f05e89d
)

// The stand-in has the same API for the subset used; see RATIONALE.md.
replace honnef.co/go/js/dom/v2 => ./wasm/dom
