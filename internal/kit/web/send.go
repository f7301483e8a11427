package web

import (
	"io"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// Sent is a file on its way to a browser.
type Sent struct {
	Name string // as it is saved; empty for pictures that are only shown
	Type string // media type; empty is bytes of no kind
	Size int64  // bytes
	Show bool   // in the browser, not saved
	Keep bool   // the browser may keep it for a day; otherwise it keeps nothing
}

// Send answers f, which is closed after it. The browser takes it for nothing but
// its Type.
func Send(f io.ReadCloser, s Sent) *huma.StreamResponse {
	if s.Type == "" {
		s.Type = "application/octet-stream"
	}
	way, cache := "attachment", "no-store"
	if s.Show {
		way = "inline"
	}
	if s.Name != "" {
		way += "; filename*=UTF-8''" + url.PathEscape(s.Name)
	}
	if s.Keep {
		cache = "private, max-age=86400"
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer f.Close()
		ctx.SetHeader("Content-Type", s.Type)
		ctx.SetHeader("Content-Length", strconv.FormatInt(s.Size, 10))
		ctx.SetHeader("Content-Disposition", way)
		ctx.SetHeader("Cache-Control", cache)
		ctx.SetHeader("X-Content-Type-Options", "nosniff")
		io.Copy(ctx.BodyWriter(), f) // a client that has gone away needs no answer
	}}
}
