# Two commands do everything on a fresh machine: `make run` and `make test`.
# The toolchain is pinned here and in go.mod; GOEXPERIMENT=simd turns the SIMD kernels on.
export GOTOOLCHAIN := go1.27.4
export GOEXPERIMENT := simd

.PHONY: help run test soak check bench bench-peers bench-page test-docs dist offline shots fmt

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Build the page and serve it with a real model on http://127.0.0.1:8080.
	go run .

test: ## Run every test in every build this machine can run, and say what was skipped and why.
	go run ./tools/test

soak: ## Run the browser tests N times (5) on a busy machine and print what failed how often; RUN=TestCancel N=20 narrows it.
	go run ./tools/test -soak $(or $(N),5) $(if $(RUN),-run '$(RUN)')

check: ## Check formatting, vet every build variant, and check that go.mod is tidy.
	go run ./tools/test -static

bench: ## Print kernel GFLOP/s, ms per pass of the shipped models and where they go, native and in Chromium, and runtime sizes.
	go run ./tools/bench

bench-page: ## Print the time from a first visit to its first picture, what blocks the page while it draws, how soon it is free after Cancel, and whether 60 elements leave memory behind.
	go run ./tools/bench page

bench-peers: ## Compare whole network passes with ONNX Runtime, native and in Chromium (npm fetches it into the user's cache).
	go run ./tools/bench/peers

test-docs: ## Build the examples of documentation sites with their generators (Debian, npm), drive them in Chromium; axe-core looks at them and at every state of the page.
	go run ./tools/docs
	go test ./test/browser -count=1 -run "Screenshots|TestElement$$|UpdateIsOffered"

dist: ## Write the static site to dist/, ready for any host.
	go run . -dist dist

shots: ## Take pictures of every state of the page and of the element: shots/*.png.
	go test ./test/browser -count=1 -run "Screenshots|TestElement$$|UpdateIsOffered"
	go test ./tools/sample -count=1 -run NoOfferedSolverEndsInNoise -sheets $(CURDIR)/shots

offline: ## Write the page as one HTML file that needs no server: dist/tintype.html.
	go run . -offline dist/tintype.html

fmt: ## Format every Go file.
	gofmt -w .
