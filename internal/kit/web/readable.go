package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
)

// readable answers a person who has opened an address of the interface in the
// browser, such as that of a file or of a receipt to be printed, with a page
// that says what was refused. Programs ask for anything but pages.
func readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !strings.Contains(r.Header.Get("Accept"), "text/html") {
			next.ServeHTTP(w, r)
			return
		}
		t := &telling{ResponseWriter: w}
		next.ServeHTTP(t, r)
		t.tell()
	})
}

// telling keeps a problem back until it is whole; everything else goes through.
type telling struct {
	http.ResponseWriter
	status int // of the problem that is kept, 0 without
	body   bytes.Buffer
}

func (t *telling) WriteHeader(code int) {
	if code >= http.StatusBadRequest && strings.HasPrefix(t.Header().Get("Content-Type"), "application/problem+json") {
		t.status = code
		return
	}
	t.ResponseWriter.WriteHeader(code)
}

func (t *telling) Write(b []byte) (int, error) {
	if t.status != 0 {
		return t.body.Write(b)
	}
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (t *telling) Unwrap() http.ResponseWriter { return t.ResponseWriter }

const refusedPage = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>打不开 - 邻里</title>
<style>:root{color-scheme:light dark}body{font:16px/1.7 system-ui,sans-serif;max-width:36em;margin:12vh auto;padding:0 24px}h1{font-size:20px}small{opacity:.75}</style></head>
<body><main><h1>打不开这个地址</h1><p>%s</p>%s<p><a href="/">回到首页</a></p></main></body></html>
`

func (t *telling) tell() {
	if t.status == 0 {
		return
	}
	var p Problem
	if err := json.Unmarshal(t.body.Bytes(), &p); err != nil || p.Detail == "" {
		t.ResponseWriter.WriteHeader(t.status)
		t.ResponseWriter.Write(t.body.Bytes())
		return
	}
	more := ""
	if p.Trace != "" {
		more = "<p><small>错误编号 " + html.EscapeString(p.Trace) + "</small></p>"
	}
	t.Header().Del("Content-Length")
	t.Header().Set("Content-Type", "text/html; charset=utf-8")
	t.ResponseWriter.WriteHeader(t.status)
	fmt.Fprintf(t.ResponseWriter, refusedPage, html.EscapeString(p.Detail), more)
}
