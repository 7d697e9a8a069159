//go:build !js

package main

import (
	"path/filepath"

	"tintype/tools/npm"
)

// version is the release of both packages of the peer.
const version = "1.30.0"

var (
	folder   = filepath.Join("tintype-bench", "onnxruntime-"+version)
	packages = map[string]string{"onnxruntime-web": version, "onnxruntime-node": version}
)

// install has npm put the peer's packages in the user's cache folder and returns
// their node_modules.
func install() (string, error) {
	root, err := npm.Install(folder, packages)
	return filepath.Join(root, "node_modules"), err
}
