package sim

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"linli/internal/kit/clock"
)

//go:embed payer.html
var payerHTML string

type seen struct {
	ID, Number, Subject, Amount, State, Seller, At string
	Open                                           bool
}

// payerRoutes are the payer's telephone: what waits to be paid, and paying it.
func (s *Sim) payerRoutes(mux *http.ServeMux) {
	page := template.Must(template.New("payer").Parse(payerHTML))
	show := func(w http.ResponseWriter, one *seen, said string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if err := page.Execute(w, map[string]any{"One": one, "List": s.recent(), "Said": said}); err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if code := strings.TrimSpace(r.URL.Query().Get("code")); code != "" {
			http.Redirect(w, r, "/pay/"+strings.TrimPrefix(code, codeOf("")), http.StatusSeeOther)
			return
		}
		show(w, nil, "")
	})
	mux.HandleFunc("GET /pay/{id}", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Scan(codeOf(r.PathValue("id"))); err != nil {
			w.WriteHeader(http.StatusNotFound)
			show(w, nil, err.Error())
			return
		}
		show(w, s.seen(r.PathValue("id")), "")
	})
	mux.HandleFunc("POST /pay/{id}", func(w http.ResponseWriter, r *http.Request) {
		said := ""
		switch r.FormValue("do") {
		case "pay":
			if err := s.Pay(codeOf(r.PathValue("id"))); err != nil {
				said = err.Error()
			}
		case "poor":
			said = "余额不足，支付失败，订单仍可再付"
		default:
			said = "已取消支付，订单仍可再付"
		}
		show(w, s.seen(r.PathValue("id")), said)
	})
	s.wapRoutes(mux, show)
	s.shownRoutes(mux)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s.controlRoutes(mux)
}

// controlRoutes are how a rehearsal makes things go wrong.
func (s *Sim) controlRoutes(mux *http.ServeMux) {
	control := func(pattern string, into func(*json.Decoder) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := into(json.NewDecoder(r.Body)); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
	control("POST /books", func(d *json.Decoder) error {
		var a Alteration
		if err := d.Decode(&a); err != nil {
			return err
		}
		return s.Alter(a)
	})
	control("POST /faults", func(d *json.Decoder) error {
		var f Faults
		if err := d.Decode(&f); err != nil {
			return err
		}
		s.Misbehave(f)
		return nil
	})
}

func (t *trade) id() string { return strings.TrimPrefix(t.Code, codeOf("")) }

func (s *Sim) seen(id string) *seen {
	for _, t := range s.recent() {
		if t.ID == id {
			return &t
		}
	}
	return nil
}

// recent are the orders as payers see them, newest first.
func (s *Sim) recent() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	out := []seen{}
	for _, t := range s.sorted() {
		if t.Code == "" {
			continue
		}
		out = append(out, seen{t.id(), t.Number, t.Subject, yuan(t.Total), stateWords(t.State), t.Seller,
			t.At.In(clock.Shanghai()).Format("01-02 15:04:05"), t.State == stateWaiting})
	}
	return out[:min(len(out), 200)]
}
