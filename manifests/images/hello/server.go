package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"log"
	"net"
	"net/http"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// serve answers until `stop`, then keeps answering for the drain, then ends its last requests.
func serve(stop context.Context, switches Switches) error {
	if switches.StartDelay > 0 {
		log.Printf("version %s opens its port in %s", switches.Version, switches.StartDelay)
		if pause(stop, switches.StartDelay) {
			return nil
		}
	}
	listener, err := net.Listen("tcp", ":"+switches.Port)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler(switches), ReadHeaderTimeout: 10 * time.Second}
	log.Printf("version %s listens on %s", switches.Version, listener.Addr())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-stop.Done():
	}
	log.Printf("told to end; serving %s more", switches.Drain)
	server.SetKeepAlivesEnabled(false) // visitors open a new connection, which leads elsewhere
	time.Sleep(switches.Drain)
	last, done := context.WithTimeout(context.Background(), 5*time.Second)
	defer done()
	if err := server.Shutdown(last); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func handler(switches Switches) http.Handler {
	if switches.Proxy {
		return proxyTo(switches)
	}
	facts := gatherFacts(switches)
	routes := http.NewServeMux()
	routes.HandleFunc("GET /{$}", func(out http.ResponseWriter, in *http.Request) {
		showPage(out, in, facts)
	})
	routes.HandleFunc("GET /info", func(out http.ResponseWriter, _ *http.Request) {
		answerJSON(out, http.StatusOK, facts)
	})
	routes.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(out, "ok")
	})
	routes.Handle("GET /chain", chain{facts, strings.TrimRight(switches.BackendURL, "/")})
	routes.Handle("/notes", notes{facts, switches.DataDir})
	return routes
}

// showPage answers HTML to browsers, and the same facts as plain lines to curl.
func showPage(out http.ResponseWriter, in *http.Request, facts Facts) {
	if !strings.Contains(in.Header.Get("Accept"), "text/html") {
		out.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(out, "%s\n\nversion    %s\npod        %s\n",
			facts.Greeting, facts.Version, facts.Pod)
		if facts.Namespace != "" {
			fmt.Fprintf(out, "namespace  %s\n", facts.Namespace)
		}
		if facts.Node != "" {
			fmt.Fprintf(out, "node       %s\n", facts.Node)
		}
		return
	}
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	shown := struct {
		Facts
		Hue uint32
	}{facts, hue(facts.Pod)}
	if err := page.Execute(out, shown); err != nil {
		log.Print(err)
	}
}

// Each Pod has a colour of its own, so that one sees at a glance who answered.
func hue(name string) uint32 {
	sum := fnv.New32a()
	sum.Write([]byte(name))
	return sum.Sum32() % 360
}

func answerJSON(out http.ResponseWriter, status int, value any) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		log.Print(err)
	}
}
