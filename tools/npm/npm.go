//go:build !js

// Package npm installs packages that only tools use: in the user's cache folder
// and nowhere else, so that nothing of the project knows of them.
package npm

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Install has npm put packages, name to exact version, in the cache folder
// dir, unless they are there, and returns that folder, which has them in
// node_modules. Their install scripts, which could download anything, do not run.
func Install(dir string, packages map[string]string) (string, error) {
	for _, tool := range []struct{ program, debian string }{{"node", "nodejs"}, {"npm", "npm"}} {
		if _, err := exec.LookPath(tool.program); err != nil {
			return "", fmt.Errorf("no %s on this machine: install Debian's package %s", tool.program, tool.debian)
		}
	}
	root, found, err := Find(dir, packages)
	if found || err != nil {
		return root, err
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return "", err
	}
	fmt.Fprintf(os.Stderr, "npm installs %v in %s\n", packages, root)
	args := []string{"install", "--prefix", root, "--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"}
	for name, version := range packages {
		args = append(args, name+"@"+version)
	}
	npm := exec.Command("npm", args...)
	npm.Dir = root
	if printed, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm could not install %v: %w\n%s", packages, err, printed)
	}
	if !installed(root, packages) {
		return "", fmt.Errorf("npm did not leave %v in %s: remove that folder and try again", packages, root)
	}
	return root, nil
}

// Find returns the folder that Install would, and whether all packages are there already.
func Find(dir string, packages map[string]string) (root string, found bool, err error) {
	user, err := os.UserCacheDir()
	if err != nil {
		return "", false, fmt.Errorf("no cache folder for npm's packages: %w", err)
	}
	root = filepath.Join(user, dir)
	return root, installed(root, packages), nil
}

// installed says whether all packages are in root, in their versions.
func installed(root string, packages map[string]string) bool {
	for name, version := range packages {
		text, err := os.ReadFile(filepath.Join(root, "node_modules", filepath.FromSlash(name), "package.json"))
		var is struct{ Version string }
		if err != nil || json.Unmarshal(text, &is) != nil || is.Version != version {
			return false
		}
	}
	return true
}
