package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	port        = ":8080"
	forVisitor  = 90_000 // numbers that are tried for each: about 5 ms of CPU
	longestWait = 5 * time.Second
)

// serve counts primes for each visitor: the same work each time, so a busy machine takes longer.
func serve(stop context.Context) error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(out, "ok")
	})
	routes.HandleFunc("GET /{$}", func(out http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(out, "%d primes\n", counted())
	})
	server := &http.Server{Addr: port, Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	select {
	case err := <-ended:
		return err
	case <-stop.Done():
	}
	last, done := context.WithTimeout(context.Background(), longestWait)
	defer done()
	if err := server.Shutdown(last); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func counted() int {
	found := 0
	for candidate := 2; candidate < forVisitor; candidate++ {
		if isPrime(candidate) {
			found++
		}
	}
	return found
}

// ask opens a connection for each visit: one that stays open would lead to the same Pod for ever.
func ask(stop context.Context, url string, perSecond int) error {
	client := &http.Client{
		Timeout:   longestWait,
		Transport: &http.Transport{DisableKeepAlives: true},
	}
	ticks := time.NewTicker(time.Second / time.Duration(perSecond))
	defer ticks.Stop()
	fmt.Printf("%d visits a second to %s\n", perSecond, url)
	waiting := make(chan struct{}, 100) // visitors that wait for an answer; more stay at home
	for {
		select {
		case <-stop.Done():
			return nil
		case <-ticks.C:
		}
		select {
		case waiting <- struct{}{}:
			go func() {
				visit(stop, client, url)
				<-waiting
			}()
		default:
		}
	}
}

// visit says nothing when it fails: the server may be on its way, and the next visit follows.
func visit(stop context.Context, client *http.Client, url string) {
	request, err := http.NewRequestWithContext(stop, http.MethodGet, url, nil)
	if err != nil {
		return
	}
	answer, err := client.Do(request)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
}
