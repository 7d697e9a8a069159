//go:build !js

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// version is the release of both packages of the peer.
const version = "1.30.0"

var packageNames = []string{"onnxruntime-web", "onnxruntime-node"}

// install has npm put the peer's packages in the user's cache folder, unless
// they are there, and returns their node_modules. Their install scripts would
// download libraries for graphics cards and do not run; nothing else of the
// project knows of these packages.
func install() (string, error) {
	for _, tool := range []struct{ program, debian string }{{"node", "nodejs"}, {"npm", "npm"}} {
		if _, err := exec.LookPath(tool.program); err != nil {
			return "", fmt.Errorf("no %s on this machine: install Debian's package %s", tool.program, tool.debian)
		}
	}
	root, modules, err := cache()
	if err != nil || installed(modules) {
		return modules, err
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return "", err
	}
	fmt.Fprintf(os.Stderr, "installing ONNX Runtime %s in %s\n", version, root)
	args := []string{"install", "--prefix", root, "--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"}
	for _, name := range packageNames {
		args = append(args, name+"@"+version)
	}
	npm := exec.Command("npm", args...)
	npm.Dir = root
	if printed, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm could not install ONNX Runtime: %w\n%s", err, printed)
	}
	if !installed(modules) {
		return "", fmt.Errorf("npm did not leave ONNX Runtime %s in %s: remove that folder and try again", version, root)
	}
	return modules, nil
}

// cache is where the packages are installed, and the folder that npm makes in it.
func cache() (root, modules string, err error) {
	user, err := os.UserCacheDir()
	if err != nil {
		return "", "", fmt.Errorf("no cache folder for the peer's packages: %w", err)
	}
	root = filepath.Join(user, "tintype-bench", "onnxruntime-"+version)
	return root, filepath.Join(root, "node_modules"), nil
}

// installed says whether both packages are in modules, in their version.
func installed(modules string) bool {
	for _, name := range packageNames {
		text, err := os.ReadFile(filepath.Join(modules, name, "package.json"))
		if err != nil {
			return false
		}
		var is struct{ Version string }
		if json.Unmarshal(text, &is) != nil || is.Version != version {
			return false
		}
	}
	return true
}
