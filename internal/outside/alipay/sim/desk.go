package sim

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"

	"linli/internal/outside/rehearsal"
)

//go:embed desk.html
var deskHTML string

// pagePay is the method that the browser of a computer is sent to the gateway
// with.
const pagePay = "alipay.trade.page.pay"

// desk takes an order from a signed address and answers the cashier page of it.
// The trade begins when somebody scans the code there or logs in. Source:
// Alipay, alipay.trade.page.pay.
func (s *Sim) desk(v url.Values) (string, error) {
	app, err := s.authenticate(v)
	if err != nil {
		return "", err
	}
	c := &call{app: app, params: v, biz: []byte(v.Get("biz_content"))}
	var in struct {
		Product string `json:"product_code"`
		Mode    string `json:"qr_pay_mode"`
		Place   string `json:"integration_type"`
	}
	if err := json.Unmarshal(c.biz, &in); err != nil || in.Product != "FAST_INSTANT_TRADE_PAY" {
		return "", refuse("ACQ.INVALID_PARAMETER", "参数无效：product_code")
	}
	if in.Mode != "" && in.Mode != "2" || in.Place != "" && in.Place != "PCWEB" {
		return "", refuse("ACQ.INVALID_PARAMETER", "参数无效：这里只模拟跳转模式")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.take(c)
	if err != nil {
		return "", err
	}
	t.Return, t.Desk = v.Get("return_url"), true
	return "/desk/" + t.id(), s.saved()
}

// deskRoutes are the cashier page: the code for a telephone beside the login.
// It looks every second whether the telephone has paid, and goes back to
// the merchant then.
func (s *Sim) deskRoutes(mux *http.ServeMux) {
	page := template.Must(template.New("desk").Parse(deskHTML))
	show := func(w http.ResponseWriter, r *http.Request, in bool, said string) {
		id := r.PathValue("id")
		one := s.seen(id)
		if one == nil {
			http.NotFound(w, r)
			return
		}
		if back, err := s.paidBack(id); err == nil && back != "" {
			http.Redirect(w, r, back, http.StatusSeeOther)
			return
		}
		picture, err := rehearsal.Dots(codeOf(id))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		open := one.State == stateWords(stateCode) || one.State == stateWords(stateWaiting)
		if err := page.Execute(w, map[string]any{"One": one, "Open": open, "In": in, "Said": said, "Picture": picture}); err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	}
	mux.HandleFunc("GET /desk/{id}", func(w http.ResponseWriter, r *http.Request) { show(w, r, false, "") })
	mux.HandleFunc("GET /desk/{id}/paid", func(w http.ResponseWriter, r *http.Request) {
		if back, err := s.paidBack(r.PathValue("id")); err != nil || back == "" {
			w.WriteHeader(http.StatusNoContent)
		}
	})
	mux.HandleFunc("POST /desk/{id}", func(w http.ResponseWriter, r *http.Request) {
		code, said := codeOf(r.PathValue("id")), ""
		var err error
		switch r.FormValue("do") {
		case "login":
			err = s.Scan(code)
		case "pay":
			err = s.Pay(code)
		case "poor":
			said = "余额不足，支付失败，订单仍可再付"
		}
		if err != nil {
			said = err.Error()
		}
		show(w, r, true, said)
	})
}

// paidBack is the way back to the merchant of an order that is paid.
func (s *Sim) paidBack(id string) (string, error) {
	s.mu.Lock()
	paid := false
	for _, t := range s.books.Trades {
		paid = paid || t.Code == codeOf(id) && t.State == statePaid
	}
	s.mu.Unlock()
	if !paid {
		return "", nil
	}
	return s.wayBack(id)
}
