package command

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"tintype/internal/wholefile"
)

// Main is the main function of a tool: it runs it and exits with its status. Ctrl-C, or a request to end, removes what
// is half written, says so and exits with 128 + the signal's number, wherever the tool is.
func Main(tool string, run func(args []string) int) {
	KeepPipeErrors()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		sig := <-signals
		wholefile.Abandon()
		line := ""
		if terminal(os.Stderr) {
			line = "\n" // that of the progress, or of ^C
		}
		fmt.Fprintf(os.Stderr, "%s%s: interrupted: no file was left half written\n", line, tool)
		status := interrupted
		if sig == syscall.SIGTERM {
			status = 128 + int(syscall.SIGTERM)
		}
		os.Exit(status)
	}()
	os.Exit(run(os.Args[1:]))
}
