// Primes makes work for autoscalers: it looks for prime numbers, at the pace that it is given, or
// whenever a visitor asks, and it can be that visitor.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

var version = "unknown" // of this program, set by the linker

const usage = `primes work [MILLICORES]    look for primes, using so much of a core; default 10
primes serve                look for primes a few milliseconds for each visitor of port 8080
primes ask URL PER_SECOND   visit URL so many times a second
primes --version`

const defaultPace = 10 // thousandths of a core

func main() {
	stop, done := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer done()
	if err := command(stop, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func command(stop context.Context, words []string) error {
	switch {
	case len(words) == 1 && words[0] == "--version":
		fmt.Println("primes", version)
		return nil
	case len(words) == 1 && words[0] == "work":
		return work(stop, defaultPace)
	case len(words) == 2 && words[0] == "work":
		pace, err := number(words[1], 1000)
		if err != nil {
			return err
		}
		return work(stop, pace)
	case len(words) == 1 && words[0] == "serve":
		return serve(stop)
	case len(words) == 3 && words[0] == "ask":
		pace, err := number(words[2], 1000)
		if err != nil {
			return err
		}
		return ask(stop, words[1], pace)
	}
	return errors.New(usage)
}

func number(word string, most int) (int, error) {
	found, err := strconv.Atoi(word)
	if err != nil || found < 1 || found > most {
		return 0, fmt.Errorf("%q is no whole number from 1 to %d", word, most)
	}
	return found, nil
}

// pause waits, and tells whether it was interrupted.
func pause(stop context.Context, length time.Duration) bool {
	select {
	case <-stop.Done():
		return true
	case <-time.After(length):
		return false
	}
}
