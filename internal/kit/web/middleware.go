package web

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/fault"
)

// CookieName carries the session token in browsers.
const CookieName = "linli_session"

// Token is the session token of a request: cookie for browsers, bearer for
// everything else.
func Token(r *http.Request) string {
	if c, err := r.Cookie(CookieName); err == nil {
		return c.Value
	}
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return t
	}
	return ""
}

func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := actor.Actor{Address: s.deps.Proxies.Address(r)}
		if t := Token(r); t != "" && s.deps.Authenticate != nil {
			a, err := s.deps.Authenticate(r.Context(), t, who.Address)
			if err != nil {
				s.deps.Log.LogAttrs(r.Context(), slog.LevelError, "authenticate", slog.Any("error", err))
				writeProblem(w, fault.New(fault.Unavailable, "busy", "系统正忙，请稍后再试"), "1")
				return
			}
			if a.Account != 0 {
				who = a
			}
		}
		ctx := context.WithValue(r.Context(), tlsKey{}, s.deps.Proxies.tls(r))
		next.ServeHTTP(w, r.WithContext(actor.With(ctx, who)))
	})
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(code int) {
	r.status = code
	r.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// logged is a path without the token of a pay code, which opens a bill to
// whoever has it, or of a receipt.
func logged(asked string) string {
	for _, head := range []string{"/pay/r/", "/pay/", Prefix + "/pay/", Prefix + "/receipt-proofs/"} {
		if rest, ok := strings.CutPrefix(path.Clean(asked), head); ok && !strings.HasPrefix(rest, "assets/") {
			_, tail, more := strings.Cut(rest, "/")
			if more {
				tail = "/" + tail
			}
			return head + "…" + tail
		}
	}
	return asked
}

// outermost logs, sets the security headers and turns panics into 500. The
// query string is not logged: it may hold a name or a phone number.
func (s *Server) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		defer func() {
			if v := recover(); v != nil {
				s.deps.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.Any("value", v), slog.String("stack", string(debug.Stack())))
				writeProblem(rec, fault.New(fault.Internal, "internal", "没能完成，结果未知，请重试一次"), "")
			}
			s.deps.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method),
				slog.String("path", logged(r.URL.Path)), slog.Int("status", rec.status), slog.Duration("took", time.Since(start)))
		}()
		if len(r.URL.RawQuery)+len(r.URL.Path) > 4096 {
			writeProblem(rec, fault.New(fault.Malformed, "url_too_long", "网址过长"), "")
			return
		}
		next.ServeHTTP(rec, r)
	})
}
