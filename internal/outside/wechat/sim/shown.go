package sim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"time"

	"linli/internal/outside/rehearsal"
)

//go:embed shown.html
var shownHTML string

const (
	// shownLife is how long a payer's code is good.
	shownLife = time.Minute
	// typingLife is how long the payer may take to enter a password.
	typingLife = 5 * time.Minute
	// reverseLife is how long an order can be taken back. Source: WeChat Pay, 撤销.
	reverseLife = 7 * 24 * time.Hour
)

// kindScanned is an order that took the money of a payer's code.
const kindScanned = "MICROPAY"

// The kinds of payers who show a code.
const (
	payerFree     = "free"     // pays without being asked
	payerPassword = "password" // has to agree on the telephone
	payerPoor     = "poor"     // has no money
	payerLost     = "lost"     // pays, and the answer gets lost
)

// shown is the code that a payer's telephone shows. It is good for one payment.
type shown struct {
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
	Used bool      `json:"used"`
}

// Show is a payer's telephone that shows a code: 18 digits, new each time.
func (s *Sim) Show(kind string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.books.Shown == nil {
		s.books.Shown = map[string]*shown{}
	}
	now := s.o.Clock.Now()
	for old, c := range s.books.Shown {
		if now.Sub(c.At) > time.Hour {
			delete(s.books.Shown, old)
		}
	}
	code := "13" + rehearsal.Digits(16)
	s.books.Shown[code] = &shown{Kind: kind, At: now}
	return code, s.saved()
}

var authCode = regexp.MustCompile(`^1[0-5]\d{16}$`)

// codepay takes the money of a payer's code; nothing is notified of it. Source:
// WeChat Pay APIv3, 付款码支付.
func (s *Sim) codepay(c *caller, _ *http.Request, body []byte) (any, error) {
	var in prepayJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	if !authCode.MatchString(in.Payer.AuthCode) || in.Scene.Store == nil {
		return nil, refuse(400, "PARAM_ERROR", "auth_code 或 scene_info 不符合规则")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	now := s.o.Clock.Now()
	p, err := s.whose(c, &in.partyJSON)
	if err == nil {
		err = in.checkOrder(now)
	}
	if err != nil {
		return nil, err
	}
	if known, ok := s.books.Trades[p.key(in.Number)]; ok {
		return nil, known.scannedAgain(&in)
	}
	code, ok := s.books.Shown[in.Payer.AuthCode]
	switch {
	case !ok || code.Used:
		return nil, refuse(400, "AUTH_CODE_INVALID", "付款码无效，请扫描微信支付被扫条码/二维码")
	case now.Sub(code.At) > shownLife:
		return nil, refuse(400, "AUTH_CODE_EXPIRED", "101 付款码已过期，请刷新再试")
	}
	code.Used = true
	t := p.trade(&in, kindScanned, now)
	t.Expires = now.Add(typingLife)
	s.books.Trades[p.key(in.Number)] = t
	switch code.Kind {
	case payerPoor:
		t.State = "PAYERROR"
		if err := s.saved(); err != nil {
			return nil, err
		}
		return nil, refuse(403, "NOT_ENOUGH", "用户帐号余额不足，请用户充值或更换支付卡后再支付")
	case payerPassword:
		t.State = "USERPAYING"
		return map[string]string{"trade_state": t.State}, s.saved()
	}
	if err := s.paid(t, ""); err != nil {
		return nil, err
	}
	if code.Kind == payerLost {
		return nil, refuse(500, "SYSTEM_ERROR", "系统异常，请稍后查询订单")
	}
	return s.transaction(t), nil
}

// scannedAgain answers a number that was used before.
func (t *trade) scannedAgain(in *prepayJSON) error {
	switch {
	case t.Total != in.Amount.Total || t.Description != in.Description:
		return refuse(403, "OUT_TRADE_NO_USED", "商户订单号重复，且参数不同")
	case t.State == "SUCCESS" || t.State == "REFUND":
		return refuse(400, "ORDER_PAID", "订单已支付")
	case t.State == "USERPAYING":
		return refuse(400, "USERPAYING", "需要用户输入支付密码")
	}
	return refuse(400, "ORDER_CLOSED", "订单已关闭")
}

// reverse closes an order, or gives its money back. Source: WeChat Pay APIv3,
// 撤销.
func (s *Sim) reverse(c *caller, r *http.Request, body []byte) (any, error) {
	var in partyJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	p, err := s.whose(c, &in)
	if err != nil {
		return nil, err
	}
	t, ok := s.books.Trades[p.key(r.PathValue("number"))]
	now := s.o.Clock.Now()
	switch {
	case !ok:
		return nil, refuse(404, "ORDER_NOT_EXIST", "订单不存在")
	case t.Kind != kindScanned:
		return nil, refuse(400, "INVALID_REQUEST", "只有付款码支付的订单可以撤销")
	case t.State == "REFUND" || t.Transaction != "" && now.Sub(t.PaidAt) > reverseLife:
		return nil, refuse(400, "REVERSE_EXPIRED", "订单无法撤销，请申请退款")
	case t.State == "SUCCESS":
		t.Refunds = append(t.Refunds, refund{ID: "50000" + rehearsal.Digits(24), Number: t.Number, Amount: t.Total, At: now, DoneAt: now, Reversal: true})
	}
	t.State = "REVOKED"
	out := p.names(true)
	out["out_trade_no"] = t.Number
	return out, s.saved()
}

type payerKind struct {
	Kind, Words string
	Now         bool
}

// shownRoutes are the payer's telephone when it shows a code: a new one with
// every look, and every minute.
func (s *Sim) shownRoutes(mux *http.ServeMux) {
	page := template.Must(template.New("shown").Parse(shownHTML))
	mux.HandleFunc("GET /code", func(w http.ResponseWriter, r *http.Request) {
		kinds := []payerKind{{payerFree, "免密支付", false}, {payerPassword, "要输密码", false}, {payerPoor, "余额不足", false}, {payerLost, "付了，但收银台收不到答复", false}}
		at := 0
		for i := range kinds {
			if kinds[i].Kind == r.URL.Query().Get("kind") {
				at = i
			}
		}
		kinds[at].Now = true
		code, err := s.Show(kinds[at].Kind)
		var bars template.URL
		if err == nil {
			bars, err = rehearsal.Bars(code)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		groups := fmt.Sprintf("%s %s %s %s", code[:4], code[4:8], code[8:12], code[12:])
		if err := page.Execute(w, map[string]any{"Code": code, "Groups": groups, "Bars": bars, "Kinds": kinds, "Seconds": int(shownLife.Seconds()) - 2, "Waiting": s.typing()}); err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	})
}

// typing are the payments that wait for a password, newest first.
func (s *Sim) typing() []seen {
	out := []seen{}
	for _, t := range s.recent() {
		if t.Open && t.Kind == kindScanned {
			out = append(out, t)
		}
	}
	return out
}
