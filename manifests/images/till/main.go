// Till writes a sale a second to a file, as programs did before anybody collected their output. Its
// other words read such a file: the image has no shell and no `tail`.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

var version = "unknown" // of this program, set by the linker

const usage = `till sell FILE     write a sale a second to FILE, a JSON line each
till follow FILE   print FILE and whatever is added to it; waits until FILE is there
till print FILE    print what is in FILE now, and end
till --version`

const (
	betweenSales = time.Second
	betweenLooks = 200 * time.Millisecond
)

// Sale is one line of the file.
type Sale struct {
	Time   string `json:"time"`
	Till   string `json:"till"`
	Number int    `json:"number"`
	Item   string `json:"item"`
}

var items = []string{"espresso", "cappuccino", "brioche", "acqua"}

func main() {
	stop, done := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer done()
	if err := command(stop, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func command(stop context.Context, words []string) error {
	if len(words) == 1 && words[0] == "--version" {
		fmt.Println("till", version)
		return nil
	}
	if len(words) != 2 {
		return errors.New(usage)
	}
	switch words[0] {
	case "sell":
		return sell(stop, words[1])
	case "follow":
		return follow(stop, words[1], os.Stdout)
	case "print":
		return printOnce(words[1], os.Stdout)
	}
	return errors.New(usage)
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

func sell(stop context.Context, name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := json.NewEncoder(file)
	for number := 1; ; number++ {
		now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
		sale := Sale{now, os.Getenv("TILL"), number, items[number%len(items)]}
		if err := lines.Encode(sale); err != nil {
			return err
		}
		if pause(stop, betweenSales) {
			return nil
		}
	}
}

func printOnce(name string, out io.Writer) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(out, file)
	return err
}

// follow goes by the name: a file that was replaced or began anew is read from its beginning.
func follow(stop context.Context, name string, out io.Writer) error {
	var file *os.File
	for {
		opened, err := current(file, name)
		if err != nil {
			return err
		}
		file = opened
		if file != nil {
			if _, err := io.Copy(out, file); err != nil {
				return err
			}
		}
		if pause(stop, betweenLooks) {
			return nil
		}
	}
}

// current is the file that bears the name now; none while nobody has made it.
func current(file *os.File, name string) (*os.File, error) {
	there, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return file, nil
	}
	if err != nil {
		return nil, err
	}
	if file != nil && isStill(file, there) {
		return file, nil
	}
	if file != nil {
		file.Close()
	}
	return os.Open(name)
}

func isStill(file *os.File, there os.FileInfo) bool {
	ours, err := file.Stat()
	if err != nil || !os.SameFile(ours, there) {
		return false
	}
	read, err := file.Seek(0, io.SeekCurrent)
	return err == nil && there.Size() >= read
}
