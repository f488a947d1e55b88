package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Visit is what one GET got, and one line of an observer's log. Facts are those of /info.
type Visit struct {
	Time    string `json:"time"`
	Target  string `json:"target"`
	OK      bool   `json:"ok"`
	Status  int    `json:"status,omitempty"`
	Version string `json:"version,omitempty"`
	Pod     string `json:"pod,omitempty"`
	Problem string `json:"problem,omitempty"`
}

const (
	defaultPause = time.Second
	longestVisit = 4 * time.Second
	longestDial  = 3 * time.Second // ends before the visit does, so that its reason is told
)

// Each visitor comes over a connection of their own; else one Pod would answer all of them.
var visitor = &http.Client{
	Timeout: longestVisit,
	Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       (&net.Dialer{Timeout: longestDial}).DialContext,
	},
}

// observe visits the target again and again until told to end, and prints a line each time.
func observe(stop context.Context, words []string) error {
	if len(words) == 0 || len(words) > 2 {
		return errors.New("observe wants: URL [SECONDS]")
	}
	length := defaultPause
	if len(words) == 2 {
		given, err := seconds(words[1])
		if err != nil || given == 0 {
			return errors.Join(err, errors.New("observe wants a pause of more than 0 seconds"))
		}
		length = given
	}
	lines := json.NewEncoder(os.Stdout)
	turns := time.NewTicker(length)
	defer turns.Stop()
	for {
		if err := lines.Encode(visit(words[0])); err != nil {
			return err
		}
		select {
		case <-stop.Done():
			return nil
		case <-turns.C:
		}
	}
}

func visit(target string) Visit {
	seen := Visit{Time: time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), Target: target}
	answer, err := visitor.Get(target)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the address is in the line already
		}
		seen.Problem = err.Error()
		return seen
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	var facts Facts
	_ = json.Unmarshal(body, &facts) // a page without facts was answered, too
	seen.Status, seen.Version, seen.Pod = answer.StatusCode, facts.Version, facts.Pod
	seen.OK = err == nil && answer.StatusCode == http.StatusOK
	if err != nil {
		seen.Problem = err.Error()
	}
	return seen
}
