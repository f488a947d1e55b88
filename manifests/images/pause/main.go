// Pause keeps a Pod's namespaces open. As process 1 of a Pod that shares its process namespace it
// also inherits orphans, and collects them when they end.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

var version = "unknown" // set by the linker

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("pause", version)
		return
	}
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	collectEnded() // whoever ended before we listened gave no signal that we heard
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		collectEnded()
	}
}

// One signal may stand for several ended children.
func collectEnded() {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
	}
}
