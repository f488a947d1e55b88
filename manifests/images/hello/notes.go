package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Note is an entry of the guestbook, written by whichever Pod was asked.
type Note struct {
	At   time.Time `json:"at"`
	Pod  string    `json:"pod"`
	Text string    `json:"text"`
}

// notes lists entries on GET and adds one on POST, a JSON line each in DATA_DIR.
type notes struct {
	facts  Facts
	folder string
}

const longestNote = 2000

func (book notes) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	if book.folder == "" {
		http.Error(out, "DATA_DIR is not set: there is no place for notes", http.StatusNotFound)
		return
	}
	switch in.Method {
	case http.MethodGet, http.MethodHead:
		book.list(out)
	case http.MethodPost:
		book.add(out, in)
	default:
		out.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(out, "GET lists notes, POST adds one", http.StatusMethodNotAllowed)
	}
}

func (book notes) file() string { return filepath.Join(book.folder, "notes.jsonl") }

func (book notes) list(out http.ResponseWriter) {
	entries := []Note{}
	file, err := os.Open(book.file())
	if errors.Is(err, fs.ErrNotExist) {
		answerJSON(out, http.StatusOK, entries)
		return
	}
	if err != nil {
		http.Error(out, err.Error(), http.StatusInternalServerError)
		return
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<16)
	for lines.Scan() {
		var entry Note
		// a line cut short by a crash is not worth losing the others
		if json.Unmarshal(lines.Bytes(), &entry) == nil {
			entries = append(entries, entry)
		}
	}
	answerJSON(out, http.StatusOK, entries)
}

func (book notes) add(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(out, in.Body, longestNote))
	text := strings.TrimSpace(string(body))
	if err != nil || text == "" {
		http.Error(out, "a note has 1 to 2000 characters, as the body", http.StatusBadRequest)
		return
	}
	entry := Note{time.Now().UTC(), book.facts.Pod, text}
	if err := book.write(entry); err != nil {
		http.Error(out, err.Error(), http.StatusInternalServerError)
		return
	}
	answerJSON(out, http.StatusCreated, entry)
}

func (book notes) write(entry Note) error {
	line, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(book.file(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(append(line, '\n')); err != nil {
		return err
	}
	return file.Sync() // an entry that was confirmed survives the node
}
