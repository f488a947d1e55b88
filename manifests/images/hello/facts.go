package main

import (
	"os"
	"regexp"
	"strings"
)

// Facts is what /info answers: who is speaking, and with which settings.
type Facts struct {
	App         string            `json:"app"`
	Pod         string            `json:"pod"`
	Node        string            `json:"node"`
	Namespace   string            `json:"namespace"`
	Version     string            `json:"version"`
	Greeting    string            `json:"greeting"`
	Environment map[string]string `json:"environment"`
}

const namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// A Pod of a Deployment is called after it, its ReplicaSet and itself; one of a StatefulSet after
// it and a number. Generated parts have no vowels.
var generatedEnd = regexp.MustCompile(`(-[b-df-hj-np-tv-xz2-9]{6,10})?-[b-df-hj-np-tv-xz2-9]{5}$|-\d+$`)

// What Kubernetes or the image sets for every container says nothing about this one.
var everywhere = regexp.MustCompile(`^(PATH|HOME|HOSTNAME|PWD|SHLVL|TERM|VERSION|GREETING|KUBERNETES_.*|.*_SERVICE_(HOST|PORT)(_.*)?|.*_PORT(_\d+_(TCP|UDP).*)?)$`)

func gatherFacts(switches Switches) Facts {
	pod := switches.Pod
	if pod == "" {
		pod, _ = os.Hostname()
	}
	namespace := switches.Namespace
	if namespace == "" {
		content, _ := os.ReadFile(namespaceFile)
		namespace = strings.TrimSpace(string(content))
	}
	app := switches.App
	if app == "" {
		app = generatedEnd.ReplaceAllString(pod, "")
	}
	return Facts{
		App: app, Pod: pod, Node: switches.Node, Namespace: namespace,
		Version: switches.Version, Greeting: switches.Greeting,
		Environment: environmentSubset(os.Environ()),
	}
}

func environmentSubset(all []string) map[string]string {
	subset := map[string]string{}
	for _, line := range all {
		key, value, _ := strings.Cut(line, "=")
		if !everywhere.MatchString(key) {
			subset[key] = value
		}
	}
	return subset
}
