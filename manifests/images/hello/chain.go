package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Hop is one application on the way of a request.
type Hop struct {
	App     string `json:"app,omitempty"`
	Pod     string `json:"pod,omitempty"`
	Version string `json:"version,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// chain answers the list of hops from here to the end; a broken link is its last entry.
type chain struct {
	facts   Facts
	backend string
}

const (
	hopsHeader = "X-Lab-Hops"
	mostHops   = 10 // a chain that leads back to itself must end
)

var chainClient = &http.Client{Timeout: 5 * time.Second}

func (here chain) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	hops := []Hop{{App: here.facts.App, Pod: here.facts.Pod, Version: here.facts.Version}}
	if here.backend == "" {
		answerJSON(out, http.StatusOK, hops)
		return
	}
	passed, _ := strconv.Atoi(in.Header.Get(hopsHeader))
	more, err := here.ask(in, passed+1)
	hops = append(hops, more...)
	if err != nil {
		hops = append(hops, Hop{Problem: err.Error()})
		answerJSON(out, http.StatusBadGateway, hops)
		return
	}
	answerJSON(out, http.StatusOK, hops)
}

// ask returns the hops behind the backend, also those before a broken link further on.
func (here chain) ask(in *http.Request, passed int) ([]Hop, error) {
	if passed >= mostHops {
		return nil, fmt.Errorf("%d hops and no end: the chain leads in a circle", passed)
	}
	request, err := http.NewRequestWithContext(in.Context(), http.MethodGet, here.backend+"/chain", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set(hopsHeader, strconv.Itoa(passed))
	answer, err := chainClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var hops []Hop
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&hops)
	if err != nil || len(hops) == 0 {
		return nil, fmt.Errorf("%s answered %s, and no chain", request.URL, answer.Status)
	}
	if answer.StatusCode >= 400 {
		last := hops[len(hops)-1]
		return hops[:len(hops)-1], fmt.Errorf("%s", last.Problem)
	}
	return hops, nil
}
