package main

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

const (
	window        = 200 * time.Millisecond // in each of which the pace is kept
	betweenPrints = 10 * time.Second
	highest       = 2_000_000 // from where the search starts over: later primes would cost more
)

// work keeps to its pace by the CPU time that it has really used: on a busy machine it gets less,
// and does not make up for it later.
func work(stop context.Context, pace int) error {
	fmt.Printf("looking for primes with %d thousandths of a core\n", pace)
	share := window * time.Duration(pace) / 1000
	found, next := 0, 2
	printed := time.Now()
	for {
		ends := time.Now().Add(window)
		for used := cpuTime(); cpuTime()-used < share && time.Now().Before(ends); {
			if isPrime(next) {
				found++
			}
			next = next%highest + 1
		}
		if time.Since(printed) > betweenPrints {
			fmt.Printf("%d primes so far\n", found)
			printed = time.Now()
		}
		if pause(stop, time.Until(ends)) {
			return nil
		}
	}
}

// cpuTime is what this process has used since it began.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func isPrime(candidate int) bool {
	for divisor := 2; divisor*divisor <= candidate; divisor++ {
		if candidate%divisor == 0 {
			return false
		}
	}
	return candidate > 1
}
