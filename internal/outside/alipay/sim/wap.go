package sim

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"linli/internal/kit/clock"
)

// wapRoutes are what the browser of a telephone is sent to: the gateway with a
// signed address, then the page of the payer with the way back. Source: Alipay,
// alipay.trade.wap.pay.
func (s *Sim) wapRoutes(mux *http.ServeMux, show func(w http.ResponseWriter, one *seen, said string)) {
	mux.HandleFunc("GET /gateway.do", func(w http.ResponseWriter, r *http.Request) {
		begin := s.wap
		if r.URL.Query().Get("method") == pagePay {
			begin = s.desk
		}
		at, err := begin(r.URL.Query())
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			show(w, nil, "订单信息有误，请回到商户页面重新付款："+err.Error())
			return
		}
		http.Redirect(w, r, at, http.StatusSeeOther)
	})
	s.deskRoutes(mux)
	mux.HandleFunc("GET /wap/{id}", func(w http.ResponseWriter, r *http.Request) { show(w, s.seen(r.PathValue("id")), "") })
	mux.HandleFunc("POST /wap/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, said, back := r.PathValue("id"), "", ""
		switch r.FormValue("do") {
		case "pay":
			err := s.Pay(codeOf(id))
			if err == nil {
				back, err = s.wayBack(id)
			}
			if err != nil {
				said = err.Error()
			}
		case "poor":
			said = "余额不足，支付失败，订单仍可再付"
		default:
			back = s.quit(id)
		}
		if back != "" {
			http.Redirect(w, r, back, http.StatusSeeOther)
			return
		}
		show(w, s.seen(id), said)
	})
}

// wap takes an order from a signed address, begins its trade and answers the
// page of it.
func (s *Sim) wap(v url.Values) (string, error) {
	if v.Get("method") != "alipay.trade.wap.pay" {
		return "", stranger("isv.invalid-method", "不存在的方法名")
	}
	app, err := s.authenticate(v)
	if err != nil {
		return "", err
	}
	c := &call{app: app, params: v, biz: []byte(v.Get("biz_content"))}
	var in struct {
		Product string `json:"product_code"`
		Quit    string `json:"quit_url"`
	}
	if err := json.Unmarshal(c.biz, &in); err != nil || in.Product != "QUICK_WAP_WAY" {
		return "", refuse("ACQ.INVALID_PARAMETER", "参数无效：product_code")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.take(c)
	if err != nil {
		return "", err
	}
	t.Return, t.Quit = v.Get("return_url"), in.Quit
	t, err = s.scanned(t.Code)
	if err != nil {
		return "", err
	}
	return "/wap/" + t.id(), nil
}

// wayBack is where the browser goes after a payment, with what Alipay tells it
// there, signed.
func (s *Sim) wayBack(id string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.books.Trades {
		if t.Code != codeOf(id) || t.Return == "" {
			continue
		}
		back, err := url.Parse(t.Return)
		if err != nil {
			return "", errors.New("return_url 不正确")
		}
		v := back.Query()
		method := "alipay.trade.wap.pay.return"
		if t.Desk {
			method = pagePay + ".return"
		}
		told := url.Values{"app_id": {t.App}, "auth_app_id": {t.App}, "charset": {"utf-8"}, "method": {method}, "out_trade_no": {t.Number},
			"seller_id": {t.Seller}, "sign_type": {"RSA2"}, "timestamp": {s.o.Clock.Now().In(clock.Shanghai()).Format(time.DateTime)}, "total_amount": {yuan(t.Total)},
			"trade_no": {t.Transaction}, "version": {"1.0"}}
		sig, err := s.sign(toSign(told, "sign", "sign_type"))
		if err != nil {
			return "", err
		}
		told.Set("sign", sig)
		for name := range told {
			v.Set(name, told.Get(name))
		}
		back.RawQuery = v.Encode()
		return back.String(), nil
	}
	return "", nil
}

func (s *Sim) quit(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.books.Trades {
		if t.Code == codeOf(id) {
			return t.Quit
		}
	}
	return ""
}
