package sim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// kindJSAPI is an order that is paid in WeChat's own browser.
const kindJSAPI = "JSAPI"

// prepayLife is how long a prepay_id is good. Source: WeChat Pay, JSAPI 下单.
const prepayLife = 2 * time.Hour

//go:embed bridge.js
var bridgeScript string

// prepayJSAPI answers what the invocation in WeChat's browser names. Source:
// WeChat Pay, JSAPI 下单.
func (s *Sim) prepayJSAPI(c *caller, _ *http.Request, body []byte) (any, error) {
	var in prepayJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	t, err := s.take(c, &in, kindJSAPI)
	if err != nil {
		return nil, err
	}
	return map[string]string{"prepay_id": t.prepay()}, nil
}

// knows refuses a payer whom the app of an order does not know; the caller holds
// the lock.
func (s *Sim) knows(p *parties, payer string) error {
	switch app, known := s.books.Openids[payer]; {
	case payer == "" || !known:
		return refuse(400, "PARAM_ERROR", "无效的openid")
	case app != p.payerApp():
		return refuse(400, "APPID_OPENID_NOT_MATCH", "appid和openid不匹配")
	}
	return nil
}

func (t *trade) prepay() string { return "wx" + t.At.UTC().Format("20060102150405") + t.id() }

// invoked finds the order of an invocation and checks who signed it. Source:
// WeChat Pay, JSAPI 调起支付.
func (s *Sim) invoked(q url.Values, payer string) (*trade, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	var t *trade
	for _, x := range s.books.Trades {
		if x.Kind == kindJSAPI && q.Get("package") == "prepay_id="+x.prepay() {
			t = x
		}
	}
	if t == nil || s.o.Clock.Now().Sub(t.At) > prepayLife {
		return nil, refuse(400, "INVALID_PREPAY_ID", "该订单已失效，请重新下单")
	}
	sig, err := base64.StdEncoding.DecodeString(q.Get("paySign"))
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n", q.Get("appId"), q.Get("timeStamp"), q.Get("nonceStr"), q.Get("package")))
	switch {
	case q.Get("appId") != t.parties().payerApp() || q.Get("signType") != "RSA" || q.Get("timeStamp") == "" || q.Get("nonceStr") == "":
		return nil, refuse(400, "PARAM_ERROR", "调用支付JSAPI缺少参数或参数不正确")
	case err != nil || rsa.VerifyPKCS1v15(s.partners[t.signer()], crypto.SHA256, sum[:], sig) != nil:
		return nil, refuse(400, "SIGN_ERROR", "支付验证签名失败")
	case openid(t.parties().payerApp(), payer) != t.Payer:
		return nil, refuse(400, "OPENID_MISMATCH", "下单账号与支付账号不一致，请核实后再支付")
	}
	return t, nil
}

// Invoke is what WeChat's browser does with the parameters of a page: it
// answers the code of the order that Pay takes.
func (s *Sim) Invoke(parameters map[string]string, payer string) (string, error) {
	q := url.Values{}
	for name, v := range parameters {
		q.Set(name, v)
	}
	t, err := s.invoked(q, payer)
	if err != nil {
		return "", err
	}
	return t.Code, nil
}

// bridgeRoutes are WeChat's browser for a browser that is none: a script that
// stands for WeixinJSBridge, and the sheet on which the payer decides.
func (s *Sim) bridgeRoutes(mux *http.ServeMux, show func(w http.ResponseWriter, one *seen, said string)) {
	mux.HandleFunc("GET /bridge.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if _, err := w.Write([]byte(strings.ReplaceAll(bridgeScript, "{{origin}}", "http://"+r.Host))); err != nil {
			s.o.Log.Info("simulator: the client has gone", "error", err)
		}
	})
	done := func(w http.ResponseWriter, result, words string) {
		told, err := json.Marshal(map[string]string{"err_msg": "get_brand_wcpay_request:" + result, "err_desc": words})
		if err != nil {
			s.fail(w, err)
			return
		}
		show(w, &seen{Ended: string(told), Description: words}, words)
	}
	sheet := func(w http.ResponseWriter, r *http.Request) {
		t, err := s.invoked(r.URL.Query(), payerOf(w, r))
		if err != nil {
			done(w, "fail", err.Error())
			return
		}
		switch r.FormValue("do") {
		case "pay":
			if err := s.Pay(t.Code); err != nil {
				done(w, "fail", err.Error())
				return
			}
			done(w, "ok", "支付成功")
		case "cancel":
			done(w, "cancel", "已取消支付")
		case "poor":
			show(w, s.scan(t.id()), "余额不足，支付失败，订单仍可再付")
		default:
			show(w, s.scan(t.id()), "")
		}
	}
	mux.HandleFunc("GET /jsapi", sheet)
	mux.HandleFunc("POST /jsapi", sheet)
}
