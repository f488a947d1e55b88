package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
)

const proxyHeader = "X-Lab-Proxy"

// proxyTo stands in front of another server, as a sidecar does, and leaves its name on the way
// there and back.
func proxyTo(switches Switches) http.Handler {
	pod := gatherFacts(switches).Pod
	target, err := url.Parse(switches.Target)
	if err != nil {
		return http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
			http.Error(out, err.Error(), http.StatusBadGateway)
		})
	}
	return &httputil.ReverseProxy{
		Rewrite: func(request *httputil.ProxyRequest) {
			request.SetURL(target)
			request.SetXForwarded()
			request.Out.Header.Set(proxyHeader, pod)
		},
		ModifyResponse: func(answer *http.Response) error {
			answer.Header.Set(proxyHeader, pod)
			return nil
		},
	}
}
