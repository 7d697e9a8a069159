//go:build !js

package command

import (
	"os"
	"os/signal"
	"syscall"
)

// KeepPipeErrors has a write to a pipe that nobody reads fail, as any other, where it would end the program in silence.
// Programs that are started are not affected.
func KeepPipeErrors() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
