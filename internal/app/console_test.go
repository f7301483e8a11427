package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

// TestWorkerOfThePhonePage is F2: the browser learns of a new release at once,
// the worker may do nothing but fetch, and a page never stands in its place.
func TestWorkerOfThePhonePage(t *testing.T) {
	page := fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}}
	ask := func(files fstest.MapFS, path string) *http.Response {
		w := httptest.NewRecorder()
		built(files, "no-cache").ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Result()
	}
	if got := ask(page, "/phone-worker.js").StatusCode; got != http.StatusNotFound {
		t.Errorf("without a worker: status %d, want 404", got)
	}
	page["phone-worker.js"] = &fstest.MapFile{Data: []byte("addEventListener('fetch', () => {})")}
	got := ask(page, "/phone-worker.js")
	for name, want := range map[string]string{
		"Cache-Control":           "no-cache",
		"Content-Type":            "text/javascript; charset=utf-8",
		"Content-Security-Policy": "default-src 'none'; connect-src 'self'",
	} {
		if h := got.Header.Get(name); h != want {
			t.Errorf("%s is %q, want %q", name, h, want)
		}
	}
	if h := ask(page, "/p/7/phone/readings").Header.Get("Cache-Control"); h != "no-cache" {
		t.Errorf("the page is kept for %q: the server's release has to decide", h)
	}
}
