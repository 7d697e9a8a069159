// Command tintype serves the site on this machine: `go run .` listens at once,
// builds what is stale in the background and prints the address.
//
//	serve.go     flags, listening, the parts put together
//	build.go     the two wasm builds
//	stamp.go     which sources a build was made from
//	compress.go  gzip and brotli twins of what is worth it
//	static.go    files, encodings, ranges
//	guard.go     hosts, methods and headers
//	dist.go      the site as a folder for any host
//	precache.go  what of that folder a browser keeps for use without a network
//	offline.go   the page as one file
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings as arguments; it returns the exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("tintype", flag.ContinueOnError)
	flags.SetOutput(errs)
	addr := flags.String("addr", "127.0.0.1:8080", "address to listen on; any host name in it is answered to")
	folder := flags.String("dist", "", "write the site to this `folder`, replacing it, instead of serving")
	single := flags.String("offline", "", "write the page as one HTML `file` that needs no server, instead of serving")
	model := flags.String("model", "", "`id` of the model in it (default: the manifest's default)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if err := together(flags); err != nil {
		fmt.Fprintln(errs, "tintype:", err)
		return 2
	}
	var err error
	switch {
	case *folder != "":
		err = dist(ctx, ".", *folder, out)
	case *single != "":
		err = offline(ctx, ".", *single, *model, out)
	default:
		err = serve(ctx, *addr, ".", out)
	}
	if err != nil {
		fmt.Fprintln(errs, "tintype:", err)
		return 1
	}
	return 0
}

// together returns an error for what was asked for and would not be done.
func together(flags *flag.FlagSet) error {
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case given["dist"] && given["offline"], given["addr"] && (given["dist"] || given["offline"]):
		return errors.New("-addr, -dist and -offline are three things to do: give one of them")
	case given["model"] && !given["offline"]:
		return errors.New("-model needs -offline: every other page has all models")
	case given["dist"] && flags.Lookup("dist").Value.String() == "", given["offline"] && flags.Lookup("offline").Value.String() == "":
		return errors.New("-dist or -offline is empty: expected a path to write to")
	}
	return nil
}

// serve answers requests for the repository at root until ctx ends.
func serve(ctx context.Context, addr, root string, out io.Writer) error {
	logger := log.New(out, "", 0)
	build, err := newBuilder(root, logger)
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
	files, err := newStatic(build)
	if err != nil {
		return err
	}
	defer files.Close()
	logger.Printf("tintype: http://%s/", shownHost(listener.Addr()))
	build.start(ctx)

	server := &http.Server{
		Handler:           guard(addr, files),
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
	build.wait() // its child processes end with ctx
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
