package sim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"linli/internal/kit/clock"
)

// open reads what a mail says: subject and plain text.
func open(raw string) (Mail, error) {
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return Mail{}, fmt.Errorf("read mail: %w", err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return Mail{}, fmt.Errorf("read subject: %w", err)
	}
	body, err := text(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	return Mail{Subject: subject, ID: strings.Trim(m.Header.Get("Message-ID"), "<>"), Body: strings.TrimSpace(body)}, err
}

func text(kind, coding string, r io.Reader) (string, error) {
	media, params, err := mime.ParseMediaType(kind)
	if err == nil && strings.HasPrefix(media, "multipart/") {
		p, err := multipart.NewReader(r, params["boundary"]).NextPart()
		if err != nil {
			return "", fmt.Errorf("read part: %w", err)
		}
		return text(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
	}
	switch strings.ToLower(coding) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	b, err := io.ReadAll(io.LimitReader(r, maxMail))
	if err != nil {
		return "", fmt.Errorf("read body: %w", err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n"), nil
}

const pageHTML = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>收件箱（模拟）</title>
<style>body{font:15px/1.7 system-ui,"Noto Sans CJK SC",sans-serif;max-width:760px;margin:24px auto;padding:0 16px;color:#1a1a1a}article{border:1px solid #ddd;border-radius:8px;padding:12px 16px;margin:12px 0}h2{font-size:16px;margin:0}p{margin:0;color:#666}pre{white-space:pre-wrap;font:inherit;margin:8px 0 0}</style>
<h1>收件箱（模拟）</h1>{{range .}}<article><h2>{{.Subject}}</h2><p>{{.At}} 收件人 {{.To}}，发件人 {{.From}}</p><pre>{{.Body}}</pre></article>{{else}}<p>还没有收到邮件。</p>{{end}}`

// Handler serves the inbox as a page and as JSON, and takes orders.
func (s *Sim) Handler() http.Handler {
	page := template.Must(template.New("inbox").Parse(pageHTML))
	mux := http.NewServeMux()
	fail := func(err error) {
		if err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		type shown struct{ Subject, At, To, From, Body string }
		rows := []shown{}
		for _, m := range s.Mails() {
			rows = append(rows, shown{m.Subject, m.At.In(clock.Shanghai()).Format(time.DateTime), strings.Join(m.To, "、"), m.From, m.Body})
		}
		slices.Reverse(rows)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fail(page.Execute(w, rows[:min(len(rows), 200)]))
	})
	mux.HandleFunc("GET /mails", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fail(json.NewEncoder(w).Encode(s.Mails()))
	})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		var o Orders
		if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.Tell(o)
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}
