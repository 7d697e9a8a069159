//go:build js && wasm && goexperiment.simd && !purego

package worker

// simd tells the page which of the two builds is running.
const simd = true
