package sim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/rehearsal"
)

//go:embed shown.html
var shownHTML string

// shownLife is how long a payer's code is good.
const shownLife = time.Minute

// The kinds of payers who show a code.
const (
	kindFree     = "free"     // pays without being asked
	kindPassword = "password" // has to agree on the telephone
	kindPoor     = "poor"     // has no money
	kindLost     = "lost"     // pays, and the answer gets lost
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
	code := "28" + rehearsal.Digits(16)
	s.books.Shown[code] = &shown{Kind: kind, At: now}
	return code, s.saved()
}

var authCode = regexp.MustCompile(`^(2[5-9]|30)\d{14,22}$`)

// pay takes the money of a payer's code. Source: Alipay, alipay.trade.pay.
func (s *Sim) pay(c *call) (map[string]any, error) {
	var in struct {
		Scene string `json:"scene"`
		Code  string `json:"auth_code"`
	}
	if err := json.Unmarshal(c.biz, &in); err != nil || in.Scene != "bar_code" || !authCode.MatchString(in.Code) {
		return nil, refuse("ACQ.INVALID_PARAMETER", "参数无效：scene 或 auth_code")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	now := s.o.Clock.Now()
	t, err := c.order(now)
	if err != nil {
		return nil, err
	}
	if known, ok := s.books.Trades[t.Seller+"/"+t.Number]; ok {
		return s.paidAgain(known, t)
	}
	code, ok := s.books.Shown[in.Code]
	if !ok || code.Used || now.Sub(code.At) > shownLife {
		return nil, refuse("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款，如再次收款失败，请联系管理员处理")
	}
	if code.Used = true; code.Kind == kindPoor {
		return nil, refuse("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足")
	}
	t.State, t.Transaction, t.Payer, t.Code = stateWaiting, s.number(now), "2088"+rehearsal.Digits(12), codeOf("pay"+rehearsal.Digits(16))
	s.books.Trades[t.Seller+"/"+t.Number] = t
	if code.Kind == kindPassword {
		return s.inProcess(t), s.saved()
	}
	t.State, t.PaidAt = statePaid, now
	s.plan(t, "")
	if err := s.saved(); err != nil {
		return nil, err
	}
	if code.Kind == kindLost {
		return nil, &refusal{code: "20000", sub: "isp.unknow-error", message: "系统繁忙"}
	}
	return s.paidNow(t), nil
}

// paidAgain answers a number that was used before.
func (s *Sim) paidAgain(known, t *trade) (map[string]any, error) {
	switch {
	case known.Total != t.Total || known.Subject != t.Subject:
		return nil, refuse("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
	case known.State == stateClosed:
		return nil, refuse("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
	case known.paid():
		return nil, refuse("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
	}
	return s.inProcess(known), nil
}

func (s *Sim) inProcess(t *trade) map[string]any {
	return map[string]any{"code": "10003", "msg": " order success pay inprocess", "trade_no": t.Transaction, "out_trade_no": t.Number, "buyer_logon_id": "159****5620"}
}

func (s *Sim) paidNow(t *trade) map[string]any {
	total := t.Total
	if s.faults.WrongAmount != 0 {
		total = s.faults.WrongAmount
	}
	return map[string]any{"trade_no": t.Transaction, "out_trade_no": t.Number, "buyer_logon_id": "159****5620", "buyer_user_id": t.Payer, "total_amount": yuan(total),
		"receipt_amount": yuan(total), "buyer_pay_amount": yuan(total), "invoice_amount": yuan(total), "point_amount": "0.00",
		"gmt_payment": t.PaidAt.In(clock.Shanghai()).Format(time.DateTime), "fund_bill_list": []map[string]string{{"amount": yuan(total), "fund_channel": "ALIPAYACCOUNT"}}}
}

// cancelLife is how long a payment can be cancelled.
const cancelLife = 24 * time.Hour

// cancel closes a trade, or gives the money back; a number that nobody paid for
// is answered as done, without an action. Source: Alipay, alipay.trade.cancel.
func (s *Sim) cancel(c *call) (map[string]any, error) {
	var in struct {
		Number string `json:"out_trade_no"`
	}
	if err := json.Unmarshal(c.biz, &in); err != nil {
		return nil, invalid("isv.invalid-parameter", "biz_content 不是 JSON")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	out := map[string]any{"out_trade_no": in.Number, "retry_flag": "N"}
	t, err := s.find(c)
	if err != nil {
		if in.Number == "" {
			return nil, err
		}
		return out, nil
	}
	out["trade_no"], out["out_trade_no"] = t.Transaction, t.Number
	switch t.State {
	case stateWaiting:
		t.State, t.ClosedAt, out["action"] = stateClosed, s.o.Clock.Now(), "close"
	case statePaid:
		if s.o.Clock.Now().Sub(t.PaidAt) > cancelLife {
			return nil, refuse("ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围")
		}
		if len(t.Refunds) > 0 {
			return nil, refuse("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效")
		}
		if err := s.giveBack(t, t.Total, t.Number); err != nil {
			return nil, err
		}
		out["action"] = "refund"
	case stateFinished:
		return nil, refuse("ACQ.TRADE_HAS_FINISHED", "交易已完结")
	}
	return out, s.saved()
}

// shownRoutes are the payer's telephone when it shows a code: a new one with
// every look, and every minute.
func (s *Sim) shownRoutes(mux *http.ServeMux) {
	page := template.Must(template.New("shown").Parse(shownHTML))
	mux.HandleFunc("GET /code", func(w http.ResponseWriter, r *http.Request) {
		kind := r.URL.Query().Get("kind")
		switch kind {
		case kindPassword, kindPoor, kindLost:
		default:
			kind = kindFree
		}
		code, err := s.Show(kind)
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
		if err := page.Execute(w, map[string]any{"Code": code, "Groups": grouped(code), "Bars": bars, "Kind": kind, "Seconds": int(shownLife.Seconds()) - 2, "Waiting": s.asked()}); err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	})
}

// asked are the payments that wait for a password, newest first.
func (s *Sim) asked() []seen {
	out := []seen{}
	for _, t := range s.recent() {
		if t.Open && strings.HasPrefix(t.ID, "pay") {
			out = append(out, t)
		}
	}
	return out
}

func grouped(code string) string {
	return fmt.Sprintf("%s %s %s %s", code[:4], code[4:8], code[8:12], code[12:])
}
