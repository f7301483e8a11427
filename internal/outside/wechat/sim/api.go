package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"linli/internal/kit/clock"
)

// Handler serves the API of the platform and the page of the payer.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	signed := func(pattern string, h func(merchant string, r *http.Request, body []byte) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			f := s.fault()
			merchant, body, err := s.authenticate(r)
			if err != nil {
				s.fail(w, err)
				return
			}
			if f.Busy {
				s.fail(w, refuse(429, "FREQUENCY_LIMITED", "频率超限"))
				return
			}
			value, err := h(merchant, r, body)
			switch {
			case err != nil:
				s.fail(w, err)
			case f.FailAfterEffect:
				s.fail(w, refuse(500, "SYSTEM_ERROR", "系统异常，请用相同参数重试"))
			default:
				s.answer(w, value)
			}
		})
	}
	signed("POST /v3/pay/transactions/native", s.prepay)
	signed("POST /v3/pay/transactions/h5", s.prepayH5)
	signed("POST /v3/pay/transactions/jsapi", s.prepayJSAPI)
	signed("GET /v3/pay/transactions/out-trade-no/{number}", s.query)
	signed("GET /v3/pay/transactions/id/{transaction}", s.queryByID)
	signed("POST /v3/pay/transactions/out-trade-no/{number}/close", s.close)
	signed("GET /v3/bill/tradebill", s.bill)
	signed("POST /v3/refund/domestic/refunds", s.refund)
	signed("GET /v3/refund/domestic/refunds/{number}", s.queryRefund)
	mux.HandleFunc("GET /v3/billdownload/file", s.download)
	s.oauthRoutes(mux)
	s.payerRoutes(mux)
	return mux
}

type amountJSON struct {
	Total         int64  `json:"total"`
	PayerTotal    int64  `json:"payer_total,omitempty"`
	Currency      string `json:"currency"`
	PayerCurrency string `json:"payer_currency,omitempty"`
}

type prepayJSON struct {
	App         string     `json:"appid"`
	Merchant    string     `json:"mchid"`
	Description string     `json:"description"`
	Number      string     `json:"out_trade_no"`
	Expires     time.Time  `json:"time_expire"`
	Attach      string     `json:"attach"`
	Notify      string     `json:"notify_url"`
	Amount      amountJSON `json:"amount"`
	Scene       sceneJSON  `json:"scene_info"`
	Payer       payerJSON  `json:"payer"`
}

type payerJSON struct {
	OpenID string `json:"openid"`
}

var orderNumber = regexp.MustCompile(`^[0-9A-Za-z_\-|*]{6,32}$`)

func (in *prepayJSON) check(m *Credentials, now time.Time) error {
	notify, err := url.Parse(in.Notify)
	loopback := err == nil && (notify.Hostname() == "127.0.0.1" || notify.Hostname() == "localhost")
	switch {
	case in.Merchant != m.Number:
		return refuse(400, "PARAM_ERROR", "请求体里的 mchid 和签名的商户号不一致")
	case in.App != m.App:
		return refuse(400, "APPID_MCHID_NOT_MATCH", "appid 和 mchid 不匹配")
	case !orderNumber.MatchString(in.Number):
		return refuse(400, "PARAM_ERROR", "商户订单号应为 6–32 位数字、字母、_-|*")
	case in.Description == "" || len(in.Description) > 127:
		return refuse(400, "PARAM_ERROR", "商品描述应为 1–127 个字节")
	case in.Amount.Total <= 0 || in.Amount.Total > 10_000_000_000:
		return refuse(400, "PARAM_ERROR", "订单总金额应大于零")
	case in.Amount.Currency != "" && in.Amount.Currency != "CNY":
		return refuse(400, "PARAM_ERROR", "只支持人民币")
	case err != nil || notify.RawQuery != "" || len(in.Notify) > 255 || notify.Scheme != "https" && !loopback:
		return refuse(400, "PARAM_ERROR", "notify_url 须是 https 地址，不带参数")
	case !in.Expires.IsZero() && !in.Expires.After(now):
		return refuse(400, "PARAM_ERROR", "time_expire 已过")
	}
	return nil
}

func (s *Sim) prepay(merchant string, _ *http.Request, body []byte) (any, error) {
	var in prepayJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	t, err := s.take(merchant, &in, kindNative)
	if err != nil {
		return nil, err
	}
	return map[string]string{"code_url": t.Code}, nil
}

// take writes an order into the books, or finds it there.
func (s *Sim) take(merchant string, in *prepayJSON, kind string) (*trade, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	m, now := s.books.Merchants[merchant], s.o.Clock.Now()
	if t, ok := s.books.Trades[merchant+"/"+in.Number]; ok {
		return t, t.again(in, kind)
	}
	if err := in.check(&m, now); err != nil {
		return nil, err
	}
	if in.Expires.IsZero() {
		in.Expires = now.Add(7 * 24 * time.Hour)
	}
	t := &trade{Merchant: merchant, App: in.App, Number: in.Number, Description: in.Description, Attach: in.Attach, Notify: in.Notify,
		Kind: kind, Payer: in.Payer.OpenID, Code: "weixin://wxpay/bizpayurl?pr=" + random(9), Total: in.Amount.Total, State: "NOTPAY", At: now, Expires: in.Expires}
	s.books.Trades[merchant+"/"+in.Number] = t
	if err := s.saved(); err != nil {
		return nil, err
	}
	if s.faults.PayAtOnce { // a payer who is faster than the answer
		if err := s.paid(t, "微信用户"); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// again allows a number that is known for the same order only.
func (t *trade) again(in *prepayJSON, kind string) error {
	switch {
	case t.State == "SUCCESS":
		return refuse(400, "ORDERPAID", "订单已支付")
	case t.State == "CLOSED":
		return refuse(400, "ORDER_CLOSED", "订单已关闭")
	case t.Kind != kind || t.Total != in.Amount.Total || t.Description != in.Description || t.Notify != in.Notify || t.App != in.App || in.Payer.OpenID != "" && t.Payer != in.Payer.OpenID:
		return refuse(403, "OUT_TRADE_NO_USED", "商户订单号重复，且参数不同")
	}
	return nil
}

func (s *Sim) find(merchant, asked, number string) (*trade, error) {
	if asked != merchant {
		return nil, refuse(400, "PARAM_ERROR", "mchid 与签名的商户号不一致")
	}
	t, ok := s.books.Trades[merchant+"/"+number]
	if !ok {
		return nil, refuse(404, "ORDER_NOT_EXIST", "订单不存在")
	}
	return t, nil
}

func (s *Sim) query(merchant string, r *http.Request, _ []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	t, err := s.find(merchant, r.URL.Query().Get("mchid"), r.PathValue("number"))
	if err != nil {
		return nil, err
	}
	if s.faults.Hide && t.State == "SUCCESS" {
		hidden := *t
		hidden.State = "NOTPAY"
		return s.transaction(&hidden), nil
	}
	return s.transaction(t), nil
}

func (s *Sim) queryByID(merchant string, r *http.Request, _ []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.books.Trades {
		if t.Merchant == merchant && t.Transaction == r.PathValue("transaction") && t.Transaction != "" {
			return s.transaction(t), nil
		}
	}
	return nil, refuse(404, "ORDER_NOT_EXIST", "订单不存在")
}

func (s *Sim) close(merchant string, r *http.Request, body []byte) (any, error) {
	var in struct {
		Merchant string `json:"mchid"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	t, err := s.find(merchant, in.Merchant, r.PathValue("number"))
	if err != nil {
		return nil, err
	}
	if t.State == "SUCCESS" || t.State == "REFUND" {
		return nil, refuse(400, "ORDERPAID", "订单已支付，不能关闭")
	}
	t.State = "CLOSED"
	return nil, s.saved()
}

func stateWords(state string) string {
	return map[string]string{"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "CLOSED": "订单已关闭", "REFUND": "转入退款"}[state]
}

// transaction is the order as queries and notifications tell it.
func (s *Sim) transaction(t *trade) map[string]any {
	total := t.Total
	if s.faults.WrongAmount != 0 {
		total = s.faults.WrongAmount
	}
	out := map[string]any{"appid": t.App, "mchid": t.Merchant, "out_trade_no": t.Number, "trade_state": t.State,
		"trade_state_desc": stateWords(t.State), "attach": t.Attach, "amount": amountJSON{Total: total, Currency: "CNY"}}
	if t.State == "SUCCESS" || t.State == "REFUND" {
		out["transaction_id"], out["trade_type"], out["bank_type"] = t.Transaction, t.kind(), "OTHERS"
		out["success_time"] = t.PaidAt.In(clock.Shanghai()).Format(time.RFC3339)
		out["payer"] = map[string]string{"openid": t.Payer}
		out["amount"] = amountJSON{Total: total, PayerTotal: total, Currency: "CNY", PayerCurrency: "CNY"}
	}
	return out
}

// Pay is what the payer's page does: the order of this code is paid. It fails
// like the page when there is nothing to pay.
func (s *Sim) Pay(code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	for _, t := range s.books.Trades {
		if t.Code != code {
			continue
		}
		if t.State != "NOTPAY" {
			return refuse(400, t.State, stateWords(t.State))
		}
		return s.paid(t, "微信用户")
	}
	return refuse(404, "ORDER_NOT_EXIST", "二维码无效")
}

// paid books a payment and plans its notification; the caller holds the lock.
func (s *Sim) paid(t *trade, _ string) error {
	s.books.Last++
	now := s.o.Clock.Now()
	if t.State, t.PaidAt = "SUCCESS", now; t.Payer == "" {
		t.Payer = "o" + strings.ToLower(random(27))
	}
	t.Transaction = fmt.Sprintf("42000%s%015d", now.In(clock.Shanghai()).Format("20060102"), s.books.Last)
	s.plan(t)
	return s.saved()
}
