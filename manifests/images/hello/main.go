// Hello is the application of the lessons: it says who answers, can be slow to start, can call a
// backend, keep notes or stand in front of another server. The image has no shell, so what a Pod
// may want to run besides the server is a sub-command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var version = "unknown" // of this program, set by the linker

const usage = `hello                            serve (see /info)
hello probe URL [SECONDS]        GET it; status 0 if it answers below 400
hello observe URL [SECONDS]      GET it every so many seconds; one JSON line each time
hello true                       do nothing, well
hello sleep SECONDS              or "infinity"
hello say TEXT [exit N after S]  print it, then end with status N after S seconds
hello --version`

func main() {
	stop, done := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer done()
	if err := command(stop, os.Args[1:]); err != nil {
		var status exitStatus
		if errors.As(err, &status) {
			os.Exit(int(status))
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// exitStatus ends the program without a word.
type exitStatus int

func (status exitStatus) Error() string { return "exit " + strconv.Itoa(int(status)) }

func command(stop context.Context, words []string) error {
	if len(words) == 0 {
		return serve(stop, readSwitches(os.Getenv))
	}
	rest := words[1:]
	switch words[0] {
	case "true":
		return nil
	case "sleep":
		return sleep(stop, rest)
	case "say":
		return say(stop, rest)
	case "probe":
		return probe(stop, rest)
	case "observe":
		return observe(stop, rest)
	case "--version", "version":
		fmt.Println("hello", version)
		return nil
	}
	fmt.Fprintln(os.Stderr, usage)
	return exitStatus(2)
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

func sleep(stop context.Context, words []string) error {
	if len(words) == 1 && words[0] == "infinity" {
		<-stop.Done()
		return nil
	}
	if len(words) != 1 {
		return errors.New("sleep wants one number of seconds, or infinity")
	}
	length, err := seconds(words[0])
	if err == nil {
		pause(stop, length)
	}
	return err
}

func say(stop context.Context, words []string) error {
	if len(words) != 1 && (len(words) != 5 || words[1] != "exit" || words[3] != "after") {
		return errors.New("say wants: TEXT, or: TEXT exit N after S")
	}
	fmt.Println(words[0])
	if len(words) == 1 {
		return nil
	}
	status, err := strconv.Atoi(words[2])
	if err != nil || status < 0 || status > 255 {
		return fmt.Errorf("%q is no exit status", words[2])
	}
	length, err := seconds(words[4])
	if err != nil || pause(stop, length) || status == 0 {
		return err
	}
	return exitStatus(status)
}

func probe(stop context.Context, words []string) error {
	if len(words) == 0 || len(words) > 2 {
		return errors.New("probe wants: URL [SECONDS]")
	}
	limit := 5 * time.Second
	if len(words) == 2 {
		given, err := seconds(words[1])
		if err != nil {
			return err
		}
		limit = given
	}
	bounded, done := context.WithTimeout(stop, limit)
	defer done()
	request, err := http.NewRequestWithContext(bounded, http.MethodGet, words[0], nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
	fmt.Println(answer.Status)
	fmt.Println(strings.TrimSpace(string(body)))
	if answer.StatusCode >= 400 {
		return exitStatus(1)
	}
	return nil
}

func seconds(word string) (time.Duration, error) {
	number, err := strconv.ParseFloat(word, 64)
	if err != nil || number < 0 || number > 1e9 {
		return 0, fmt.Errorf("%q is no number of seconds", word)
	}
	return time.Duration(number * float64(time.Second)), nil
}
