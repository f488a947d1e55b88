package main

import "time"

// Switches are the environment variables that the lessons turn.
type Switches struct {
	Version    string // VERSION: what /info and the page show
	Greeting   string // GREETING: the headline of the page
	App        string // APP: name of this application; default: the Pod's name without its endings
	Pod        string // POD_NAME, POD_NAMESPACE, NODE_NAME: by the downward API
	Namespace  string
	Node       string
	Port       string        // PORT: default 8080, as a proxy 15001
	StartDelay time.Duration // START_DELAY: seconds before the port opens
	Drain      time.Duration // DRAIN: seconds that we still serve after SIGTERM
	BackendURL string        // BACKEND_URL: whom /chain asks next
	DataDir    string        // DATA_DIR: where /notes keeps its entries
	Proxy      bool          // MODE=proxy: forward everything to TARGET
	Target     string        // TARGET: default http://127.0.0.1:8080
}

// A Service still sends visitors for a moment after a Pod was told to end: until every node has
// heard of it.
const defaultDrain = 2 * time.Second

func readSwitches(get func(string) string) Switches {
	proxy := get("MODE") == "proxy"
	port := "8080"
	if proxy {
		port = "15001"
	}
	return Switches{
		Version:    or(get("VERSION"), "1"),
		Greeting:   or(get("GREETING"), "Hello from Kubernetes"),
		App:        get("APP"),
		Pod:        get("POD_NAME"),
		Namespace:  get("POD_NAMESPACE"),
		Node:       get("NODE_NAME"),
		Port:       or(get("PORT"), port),
		StartDelay: orSeconds(get("START_DELAY"), 0),
		Drain:      orSeconds(get("DRAIN"), defaultDrain),
		BackendURL: get("BACKEND_URL"),
		DataDir:    get("DATA_DIR"),
		Proxy:      proxy,
		Target:     or(get("TARGET"), "http://127.0.0.1:8080"),
	}
}

func or(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}

func orSeconds(given string, otherwise time.Duration) time.Duration {
	if length, err := seconds(given); err == nil {
		return length
	}
	return otherwise
}
