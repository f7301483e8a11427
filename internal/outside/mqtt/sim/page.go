package sim

import (
	"context"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
)

const pageHTML = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>采集平台（模拟）</title>
<style>body{font:15px/1.7 system-ui,"Noto Sans CJK SC",sans-serif;max-width:760px;margin:24px auto;padding:0 16px;color:#1a1a1a}table{border-collapse:collapse;width:100%}td,th{border:1px solid #ddd;padding:4px 10px;text-align:left}form{display:inline-block;margin:0 8px 12px 0}button{font:inherit;padding:4px 14px}p{color:#666}</style>
<h1>采集平台（模拟）</h1><p>已连接的客户端：{{range .Listeners}}{{.}} {{else}}没有{{end}}</p>
<form method="post" action="/rounds"><button>让所有表上报一次</button></form><form method="post" action="/drops"><button>断开所有连接</button></form>
<table><tr><th>表号</th><th>现在的读数</th><th>最近上报</th></tr>{{range .Meters}}<tr><td>{{.Number}}</td><td>{{.Value}}</td><td>{{.At}}</td></tr>{{else}}<tr><td colspan="3">还没有表。</td></tr>{{end}}</table>`

// Handler serves the platform's own page, its meters as JSON, and takes orders.
func (s *Sim) Handler() http.Handler {
	page := template.Must(template.New("platform").Parse(pageHTML))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		type shown struct{ Number, Value, At string }
		rows := []shown{}
		for _, m := range s.Meters() {
			at := ""
			if !m.At.IsZero() {
				at = m.At.In(clock.Shanghai()).Format(time.DateTime)
			}
			rows = append(rows, shown{m.Number, m.Value.String(), at})
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		s.fail(page.Execute(w, map[string]any{"Meters": rows, "Listeners": s.Listeners()}))
	})
	mux.HandleFunc("GET /meters", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		s.fail(json.NewEncoder(w).Encode(map[string]any{"meters": s.Meters(), "listeners": s.Listeners()}))
	})
	mux.HandleFunc("POST /meters", taking(func(list []struct {
		Number string `json:"number"`
		Value  string `json:"value"`
	}) error {
		for _, m := range list {
			q, err := money.ParseQty(m.Value)
			if err != nil {
				return err
			}
			s.Enrol(m.Number, q)
		}
		return nil
	}))
	mux.HandleFunc("POST /orders", taking(func(o Orders) error { s.Tell(o); return nil }))
	mux.HandleFunc("POST /messages", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 2<<20))
		if err == nil {
			err = s.Say(Topic+r.URL.Query().Get("meter"), body)
		}
		answer(w, r, err)
	})
	mux.HandleFunc("POST /rounds", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, s.Round(context.WithoutCancel(r.Context())))
	})
	mux.HandleFunc("POST /drops", func(w http.ResponseWriter, r *http.Request) { s.Drop(); answer(w, r, nil) })
	return mux
}

func (s *Sim) fail(err error) {
	if err != nil {
		s.o.Log.Error("simulator", "error", err)
	}
}

func taking[T any](do func(T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var v T
		err := json.NewDecoder(io.LimitReader(r.Body, 2<<20)).Decode(&v)
		if err == nil {
			err = do(v)
		}
		answer(w, r, err)
	}
}

// answer leads a browser back to the page.
func answer(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case r.Header.Get("Content-Type") == "application/x-www-form-urlencoded":
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}
