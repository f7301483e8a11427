package bench

import (
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// keeper stands in front of a simulator. It keeps on disk what the simulator
// answers, signatures and all, and answers it again once the simulator is gone:
// so the process that is measured holds nobody's books but ours, and its time is
// not that of the simulator at its own bill.
type keeper struct {
	dir  string
	mu   sync.Mutex
	next http.Handler // nil once it is gone
	kept map[string]http.Header
}

func newKeeper(next http.Handler, dir string) *keeper {
	return &keeper{dir: dir, next: next, kept: map[string]http.Header{}}
}

// dismiss lets the simulator go.
func (k *keeper) dismiss() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = nil
}

// file is where the answer of a path lies.
func (k *keeper) file(path string) string {
	return filepath.Join(k.dir, "kept"+strings.ReplaceAll(path, "/", "-"))
}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	next, header := k.next, k.kept[r.URL.Path]
	k.mu.Unlock()
	if next == nil {
		f, err := os.Open(k.file(r.URL.Path))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		defer f.Close()
		maps.Copy(w.Header(), header)
		if _, err := io.Copy(w, f); err != nil {
			panic(http.ErrAbortHandler)
		}
		return
	}
	f, err := os.Create(k.file(r.URL.Path))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	next.ServeHTTP(&copying{w, f}, r)
	if err := f.Close(); err != nil {
		panic(http.ErrAbortHandler)
	}
	k.mu.Lock()
	k.kept[r.URL.Path] = w.Header().Clone()
	k.mu.Unlock()
}

// copying writes an answer twice.
type copying struct {
	http.ResponseWriter
	to io.Writer
}

func (c *copying) Write(b []byte) (int, error) {
	if _, err := c.to.Write(b); err != nil {
		return 0, err
	}
	return c.ResponseWriter.Write(b)
}
