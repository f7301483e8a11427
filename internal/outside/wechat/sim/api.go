package sim

import (
	"encoding/json"
	"fmt"
	"maps"
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
	signed := func(pattern string, h func(c *caller, r *http.Request, body []byte) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			f := s.fault()
			merchant, body, err := s.authenticate(r)
			c := &caller{merchant, strings.HasPrefix(r.URL.Path, "/v3/pay/partner/")}
			if err != nil {
				s.fail(w, err)
				return
			}
			if f.Busy {
				s.fail(w, refuse(429, "FREQUENCY_LIMITED", "频率超限"))
				return
			}
			value, err := h(c, r, body)
			switch {
			case err != nil:
				s.fail(w, err)
			case f.FailAfterEffect:
				s.fail(w, refuse(500, "SYSTEM_ERROR", "系统异常，请用相同参数重试"))
			default:
				s.answer(w, value, merchant, r.Header.Get("Wechatpay-Serial"))
			}
		})
	}
	for _, orders := range []string{"/v3/pay/transactions", "/v3/pay/partner/transactions"} {
		signed("POST "+orders+"/native", s.prepay)
		signed("POST "+orders+"/h5", s.prepayH5)
		signed("POST "+orders+"/jsapi", s.prepayJSAPI)
		signed("POST "+orders+"/codepay", s.codepay)
		signed("GET "+orders+"/out-trade-no/{number}", s.query)
		signed("GET "+orders+"/id/{transaction}", s.queryByID)
		signed("POST "+orders+"/out-trade-no/{number}/close", s.close)
		signed("POST "+orders+"/out-trade-no/{number}/reverse", s.reverse)
	}
	signed("GET /v3/certificates", s.certificates)
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
	partyJSON
	Description string     `json:"description"`
	Number      string     `json:"out_trade_no"`
	Expires     time.Time  `json:"time_expire"`
	Attach      string     `json:"attach"`
	Notify      string     `json:"notify_url"`
	Amount      amountJSON `json:"amount"`
	Scene       sceneJSON  `json:"scene_info"`
	Payer       payerJSON  `json:"payer"`
}

var orderNumber = regexp.MustCompile(`^[0-9A-Za-z_\-|*]{6,32}$`)

// checkOrder refuses an order that breaks the rules of all kinds.
func (in *prepayJSON) checkOrder(now time.Time) error {
	switch {
	case in.App == "" && in.SpApp == "":
		return refuse(400, "PARAM_ERROR", "缺少 appid")
	case !orderNumber.MatchString(in.Number):
		return refuse(400, "PARAM_ERROR", "商户订单号应为 6–32 位数字、字母、_-|*")
	case in.Description == "" || len(in.Description) > 127:
		return refuse(400, "PARAM_ERROR", "商品描述应为 1–127 个字节")
	case in.Amount.Total <= 0 || in.Amount.Total > 10_000_000_000:
		return refuse(400, "PARAM_ERROR", "订单总金额应大于零")
	case in.Amount.Currency != "" && in.Amount.Currency != "CNY":
		return refuse(400, "PARAM_ERROR", "只支持人民币")
	case !in.Expires.IsZero() && !in.Expires.After(now):
		return refuse(400, "PARAM_ERROR", "time_expire 已过")
	}
	return nil
}

func (in *prepayJSON) checkNotify() error {
	notify, err := url.Parse(in.Notify)
	loopback := err == nil && (notify.Hostname() == "127.0.0.1" || notify.Hostname() == "localhost")
	if err != nil || notify.RawQuery != "" || len(in.Notify) > 255 || notify.Scheme != "https" && !loopback {
		return refuse(400, "PARAM_ERROR", "notify_url 须是 https 地址，不带参数")
	}
	return nil
}

func (s *Sim) prepay(c *caller, _ *http.Request, body []byte) (any, error) {
	var in prepayJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	t, err := s.take(c, &in, kindNative)
	if err != nil {
		return nil, err
	}
	return map[string]string{"code_url": t.Code}, nil
}

// take writes an order into the books, or finds it there.
func (s *Sim) take(c *caller, in *prepayJSON, kind string) (*trade, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	now := s.o.Clock.Now()
	p, err := s.whose(c, &in.partyJSON)
	if err != nil {
		return nil, err
	}
	if t, ok := s.books.Trades[p.key(in.Number)]; ok {
		return t, t.again(in, &p, kind)
	}
	if err := in.checkOrder(now); err != nil {
		return nil, err
	}
	if err := in.checkNotify(); err != nil {
		return nil, err
	}
	if in.Expires.IsZero() {
		in.Expires = now.Add(7 * 24 * time.Hour)
	}
	t := p.trade(in, kind, now)
	if kind == kindJSAPI {
		if err := s.knows(&p, t.Payer); err != nil {
			return nil, err
		}
	}
	s.books.Trades[p.key(in.Number)] = t
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
func (t *trade) again(in *prepayJSON, p *parties, kind string) error {
	switch {
	case t.State == "SUCCESS":
		return refuse(400, "ORDERPAID", "订单已支付")
	case t.State == "CLOSED":
		return refuse(400, "ORDER_CLOSED", "订单已关闭")
	case t.Kind != kind || t.Total != in.Amount.Total || t.Description != in.Description || t.Notify != in.Notify || t.App != p.app || t.SubApp != p.subApp || kind == kindJSAPI && t.Payer != in.Payer.of(p):
		return refuse(403, "OUT_TRADE_NO_USED", "商户订单号重复，且参数不同")
	}
	return nil
}

func (s *Sim) find(c *caller, in *partyJSON, number string) (*trade, error) {
	p, err := s.whose(c, in)
	if err != nil {
		return nil, err
	}
	t, ok := s.books.Trades[p.key(number)]
	if !ok {
		return nil, refuse(404, "ORDER_NOT_EXIST", "订单不存在")
	}
	return t, nil
}

func (s *Sim) query(c *caller, r *http.Request, _ []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	t, err := s.find(c, partyOf(r.URL.Query()), r.PathValue("number"))
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

func (s *Sim) queryByID(c *caller, r *http.Request, _ []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.whose(c, partyOf(r.URL.Query()))
	if err != nil {
		return nil, err
	}
	for _, t := range s.books.Trades {
		if t.Merchant == p.account && t.Transaction == r.PathValue("transaction") && t.Transaction != "" {
			return s.transaction(t), nil
		}
	}
	return nil, refuse(404, "ORDER_NOT_EXIST", "订单不存在")
}

func (s *Sim) close(c *caller, r *http.Request, body []byte) (any, error) {
	var in partyJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	t, err := s.find(c, &in, r.PathValue("number"))
	switch {
	case err != nil:
		return nil, err
	case t.Kind == kindScanned:
		return nil, refuse(400, "INVALID_REQUEST", "付款码支付的订单请用撤销接口")
	case t.State == "SUCCESS" || t.State == "REFUND":
		return nil, refuse(400, "ORDERPAID", "订单已支付，不能关闭")
	}
	t.State = "CLOSED"
	return nil, s.saved()
}

func stateWords(state string) string {
	return map[string]string{"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "CLOSED": "订单已关闭", "REFUND": "转入退款",
		"USERPAYING": "等待付款人输入密码", "PAYERROR": "支付失败", "REVOKED": "订单已撤销"}[state]
}

// transaction is the order as queries and notifications tell it.
func (s *Sim) transaction(t *trade) map[string]any {
	total := t.Total
	if s.faults.WrongAmount != 0 {
		total = s.faults.WrongAmount
	}
	p := t.parties()
	out := p.names(true)
	maps.Copy(out, map[string]any{"out_trade_no": t.Number, "trade_state": t.State, "trade_state_desc": stateWords(t.State), "attach": t.Attach,
		"amount": amountJSON{Total: total, Currency: "CNY"}})
	if t.State == "SUCCESS" || t.State == "REFUND" || t.State == "REVOKED" && t.Transaction != "" {
		out["transaction_id"], out["trade_type"], out["bank_type"] = t.Transaction, t.kind(), "OTHERS"
		out["success_time"] = t.PaidAt.In(clock.Shanghai()).Format(time.RFC3339)
		out["payer"] = map[string]string{p.payerName(): t.Payer}
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
		if !t.open() {
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
	if t.Kind != kindScanned {
		s.plan(t)
	}
	return s.saved()
}
