// Command tintype serves the site on this machine: `go run .` listens at once,
// builds what is stale in the background and prints the address.
//
// The flags are here, listening, and the parts put together: internal/site
// builds, internal/serve answers.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"tintype/internal/command"
	"tintype/internal/serve"
	"tintype/internal/site"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second Ctrl-C waits for nothing
	command.KeepPipeErrors()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// task is what the flags ask for.
type task struct {
	addr, dist, offline, model string
	given                      struct{ addr, dist, offline, model *command.Flag }
}

// run is main with its surroundings as arguments; it returns the exit status. A server that is told to end has done its
// work; what writes files has not.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	t := &task{addr: "127.0.0.1:8080"}
	return t.define().Run(args, out, errs, func(out io.Writer) error {
		if err := t.check(); err != nil {
			return err
		}
		err := t.do(ctx, out)
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	})
}

func (t *task) define() *command.Set {
	s := command.New("tintype", "[-addr HOST:PORT | -dist DIR | -offline FILE.html [-model ID]]", "Serves the site on this machine, or writes it to files.")
	s.Group("One of these")
	t.given.addr = s.Text(&t.addr, "addr", "HOST:PORT", "listen there (default 127.0.0.1:8080); any host name in it is answered to")
	t.given.dist = s.Text(&t.dist, "dist", "DIR", "write the site to this folder, replacing it")
	t.given.offline = s.Output(&t.offline, "offline", []string{".html"}, "write the page as one file that needs no server")
	s.Group("And")
	t.given.model = s.Text(&t.model, "model", "ID", "model in that file (default: the manifest's default)")
	return s
}

// check returns an error for what was asked for and would not be done.
func (t *task) check() error {
	g := t.given
	return cmp.Or(command.Both(g.dist, g.offline), command.Both(g.addr, g.dist), command.Both(g.addr, g.offline),
		g.model.Needs(g.offline, "every other page has all models"))
}

func (t *task) do(ctx context.Context, out io.Writer) error {
	switch {
	case t.dist != "":
		return site.Dist(ctx, ".", t.dist, out)
	case t.offline != "":
		return site.Offline(ctx, ".", t.offline, t.model, out)
	}
	return listen(ctx, t.addr, ".", out)
}

// listen answers requests for the repository at root until ctx ends.
func listen(ctx context.Context, addr, root string, out io.Writer) error {
	logger := log.New(out, "", 0)
	build, err := site.NewBuilder(root, logger, serve.Twins)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the port of %s is taken: stop the program that uses it, or choose another with -addr", addr)
	}
	if err != nil {
		return fmt.Errorf("-addr %s: %w: expected an address of this machine, such as 127.0.0.1:9000", addr, err)
	}
	defer listener.Close()
	pages, built := build.Folders()
	files, err := serve.NewStatic(build, pages, built)
	if err != nil {
		return err
	}
	defer files.Close()
	logger.Printf("tintype: http://%s/", shownHost(listener.Addr()))
	build.Start(ctx)

	server := &http.Server{
		Handler:           serve.Guard(addr, files),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		ErrorLog:          logger,
	}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	build.Wait() // its child processes end with ctx
	logger.Print("tintype: stopped")
	return nil
}

// shownHost is the address to click on: a wildcard is not one.
func shownHost(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
