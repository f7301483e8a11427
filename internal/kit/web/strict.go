package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/kit/fault"
)

// Limits of a JSON body; the same for every operation.
const (
	maxJSON  = 1 << 20
	maxDepth = 32
	maxKeys  = 5000
)

// strictJSON refuses what lenient parsers let through: duplicate keys,
// trailing text, NUL, lone surrogates, invalid UTF-8, excessive depth. The few
// operations that take what a form sends get it as it came.
func (s *Server) strictJSON(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Body == nil {
			next.ServeHTTP(w, r)
			return
		}
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind == "multipart/form-data" {
			next.ServeHTTP(w, r)
			return
		}
		body, rerr := s.readBody(w, r)
		if rerr != nil {
			why := errJSON.Because(rerr)
			if errors.Is(rerr, errBodySlow) {
				why = errBodySlow
			}
			writeProblem(w, why, "")
			return
		}
		if len(body) > maxJSON {
			writeProblem(w, errBodyLarge, "")
			return
		}
		if len(body) > 0 && !s.takesForm(r, kind) {
			if err != nil || kind != "application/json" || r.Header.Get("Content-Encoding") != "" {
				w.Header().Set("Accept", "application/json")
				writeMedia(w)
				return
			}
			if err := checkJSON(body); err != nil {
				writeProblem(w, errJSON.Say("请求内容不是规范的 JSON：%s", err.Error()), "")
				return
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		next.ServeHTTP(w, r)
	})
}

// openBodyTime is how long an operation that anybody may call, such as the callback
// of a channel, waits for its body.
const openBodyTime = 5 * time.Second

// readBody reads a body, or as much of it as shows that it is too large. The limit
// of time ends with the body: a command may take as long as it takes.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	_, pattern := s.mux.Handler(r)
	if !s.open[pattern] {
		return io.ReadAll(io.LimitReader(r.Body, maxJSON+1))
	}
	past := time.Unix(1, 0)
	slow := time.AfterFunc(openBodyTime, func() { _ = http.NewResponseController(w).SetReadDeadline(past) })
	body, err := io.ReadAll(io.LimitReader(r.Body, maxJSON+1))
	if !slow.Stop() {
		return nil, errBodySlow
	}
	return body, err
}

func (s *Server) takesForm(r *http.Request, kind string) bool {
	_, pattern := s.mux.Handler(r)
	return s.forms[pattern] && kind == "application/x-www-form-urlencoded" && r.Header.Get("Content-Encoding") == ""
}

// boundForms bounds a form before anything is spooled to disk, for the library
// reads forms past the limit of their operation, and takes away what was spooled:
// the server itself knows the request only as it was before identify copied it.
func (s *Server) boundForms(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
			_, pattern := s.mux.Handler(r)
			limit := max(s.bodies[pattern], maxJSON)
			if r.ContentLength > limit {
				writeProblem(w, errFormLarge, "")
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, limit)
			defer func() {
				if r.MultipartForm == nil {
					return
				}
				if err := r.MultipartForm.RemoveAll(); err != nil {
					s.deps.Log.LogAttrs(r.Context(), slog.LevelError, "remove spooled form", slog.Any("error", err))
				}
			}()
		}
		next.ServeHTTP(w, r)
	})
}

// sameSite refuses what a page of another site asks for, reads too: some of
// them leave a trace, such as a printed receipt.
func sameSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
			writeProblem(w, errCrossSite, "")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func writeMedia(w http.ResponseWriter) {
	p := newProblem(fault.New(fault.Malformed, "media_type", "请求内容的类型不对，应为不压缩的 application/json"))
	p.Status, p.Title = http.StatusUnsupportedMediaType, http.StatusText(http.StatusUnsupportedMediaType)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

type frame struct {
	object bool
	keys   map[string]bool
	key    bool // the next token is a key
}

func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		return errors.New("含有无效的 UTF-8 字节")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var stack []*frame
	keys := 0
	for {
		t, err := dec.Token()
		if err != nil {
			return errors.New("语法不对")
		}
		if err := checkToken(t, &stack, &keys); err != nil {
			return err
		}
		if len(stack) == 0 {
			break
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("结尾有多余内容")
	}
	return nil
}

func checkToken(t json.Token, stack *[]*frame, keys *int) error {
	var top *frame
	if n := len(*stack); n > 0 {
		top = (*stack)[n-1]
	}
	if d, ok := t.(json.Delim); ok {
		switch d {
		case '{', '[':
			if len(*stack) >= maxDepth {
				return fmt.Errorf("嵌套超过 %d 层", maxDepth)
			}
			if top != nil && top.object {
				top.key = true
			}
			*stack = append(*stack, &frame{object: d == '{', keys: map[string]bool{}, key: d == '{'})
		default:
			*stack = (*stack)[:len(*stack)-1]
		}
		return nil
	}
	if s, ok := t.(string); ok {
		if strings.ContainsAny(s, "\x00\ufffd\ufffe\uffff") {
			return errors.New("文字里有不允许的字符")
		}
		if top != nil && top.object && top.key {
			if *keys++; *keys > maxKeys {
				return fmt.Errorf("字段超过 %d 个", maxKeys)
			}
			if top.keys[s] {
				return fmt.Errorf("字段 %q 出现了两次", s)
			}
			top.keys[s], top.key = true, false
			return nil
		}
	}
	if top != nil && top.object {
		top.key = true
	}
	return nil
}
