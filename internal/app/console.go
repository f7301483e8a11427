package app

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"linli/web"
)

// console serves the built staff console; every path that is not a file is a
// page of it.
func console() http.Handler { return built(web.Console(), "no-cache") }

// pages are all front ends: the staff console, and below /pay/ the page that a
// pay code opens.
func pages() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/pay/", http.StripPrefix("/pay", payPage(built(web.Pay(), "no-store"))))
	mux.Handle("/", console())
	return mux
}

// payPage keeps the page that a pay code opens out of frames, search engines
// and caches. Other sites learn the origin, which the pages of channels ask
// for, and never the path with its token.
func payPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "strict-origin")
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		next.ServeHTTP(w, r)
	})
}

// built serves a front end; caching is what its own page allows.
func built(files fs.FS, caching string) http.Handler {
	c := &consoleFiles{files: files, caching: caching}
	if _, err := fs.Stat(c.files, "index.html"); err != nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusServiceUnavailable)
			w.Write([]byte("界面还没有构建，请运行 make build\n"))
		})
	}
	return c
}

// phoneWorker is the service worker of the phone page for meter readings: it
// keeps the files of that page on the phone. Browsers ask for it at every
// opening of the page, and a new release must reach them then.
const phoneWorker = "phone-worker.js"

// consoleFiles hands out the embedded files, text ones compressed; a file is
// compressed once, when it is first asked for.
type consoleFiles struct {
	files   fs.FS
	caching string
	packed  sync.Map // name → []byte
}

func (c *consoleFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "这里只有页面，只能读取", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if info, err := fs.Stat(c.files, name); err != nil || info.IsDir() {
		if strings.HasPrefix(name, "assets/") || name == phoneWorker {
			http.NotFound(w, r)
			return
		}
		name = "index.html"
	}
	if strings.HasPrefix(name, "assets/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", c.caching)
	}
	if name == phoneWorker {
		// It fetches from here and does nothing else.
		w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'")
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Vary", "Accept-Encoding")
	b, err := fs.ReadFile(c.files, name)
	if err != nil {
		http.Error(w, "读不出页面文件", http.StatusInternalServerError)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Header.Get("Range") == "" && len(b) > 1024 {
		b = c.gzip(name, b)
		w.Header().Set("Content-Encoding", "gzip")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

func (c *consoleFiles) gzip(name string, b []byte) []byte {
	if v, ok := c.packed.Load(name); ok {
		return v.([]byte)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b) // a buffer does not fail
	z.Close()
	c.packed.Store(name, out.Bytes())
	return out.Bytes()
}
