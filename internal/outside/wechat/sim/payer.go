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
	ID, Number, Description, Amount, State, Merchant, At, Kind string
	Open                                                       bool
	Ended                                                      string // what the bridge tells the page, JSON
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
			http.Redirect(w, r, "/pay/"+strings.TrimPrefix(code, "weixin://wxpay/bizpayurl?pr="), http.StatusSeeOther)
			return
		}
		show(w, nil, "")
	})
	mux.HandleFunc("GET /pay/{id}", func(w http.ResponseWriter, r *http.Request) {
		one := s.scan(r.PathValue("id"))
		if one == nil {
			w.WriteHeader(http.StatusNotFound)
			show(w, nil, "二维码无效")
			return
		}
		show(w, one, "")
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
		show(w, s.scan(r.PathValue("id")), said)
	})
	s.browserRoutes(mux, show)
	s.bridgeRoutes(mux, show)
	s.shownRoutes(mux)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s.controlRoutes(mux)
}

// controlRoutes are how a rehearsal makes things go wrong.
func (s *Sim) controlRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /books", func(w http.ResponseWriter, r *http.Request) {
		var a Alteration
		if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
			s.fail(w, refuse(400, "PARAM_ERROR", err.Error()))
			return
		}
		if err := s.Alter(a); err != nil {
			s.fail(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /certify", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Merchant    string `json:"merchant"`
			Certificate bool   `json:"certificate"`
		}
		err := json.NewDecoder(r.Body).Decode(&in)
		if err == nil {
			err = s.Certify(in.Merchant, in.Certificate)
		}
		if err != nil {
			s.fail(w, refuse(400, "PARAM_ERROR", err.Error()))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		var f Faults
		if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
			s.fail(w, refuse(400, "PARAM_ERROR", err.Error()))
			return
		}
		s.Misbehave(f)
		w.WriteHeader(http.StatusNoContent)
	})
}

func codeOf(id string) string { return "weixin://wxpay/bizpayurl?pr=" + id }

func (t *trade) id() string { return strings.TrimPrefix(t.Code, codeOf("")) }

func (s *Sim) scan(id string) *seen {
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
		out = append(out, seen{t.id(), t.Number, t.Description, yuan(t.Total), t.shown(), t.Merchant,
			t.At.In(clock.Shanghai()).Format("01-02 15:04:05"), t.Kind, t.open(), ""})
	}
	return out[:min(len(out), 200)]
}
