module tintype

go 1.27.0

toolchain go1.27.4

require (
	github.com/klauspost/compress v1.20.3
	github.com/x448/float16 v0.8.4
)
