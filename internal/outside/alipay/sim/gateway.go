package sim

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/rehearsal"
)

// call is one request at the gateway by an app that has shown who it is.
type call struct {
	app    Credentials
	params url.Values
	biz    []byte
	host   string
}

// Handler serves the gateway, the files of bills and the page of the payer.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /gateway.do", s.gateway)
	mux.HandleFunc("GET /downloadBillFile.resource", s.download)
	s.payerRoutes(mux)
	return mux
}

func (s *Sim) methods() map[string]func(*call) (map[string]any, error) {
	return map[string]func(*call) (map[string]any, error){
		"alipay.trade.precreate":                         s.precreate,
		"alipay.trade.pay":                               s.pay,
		"alipay.trade.cancel":                            s.cancel,
		"alipay.trade.query":                             s.query,
		"alipay.trade.close":                             s.close,
		"alipay.trade.refund":                            s.refund,
		"alipay.trade.fastpay.refund.query":              s.refundQuery,
		"alipay.data.dataservice.bill.downloadurl.query": s.bill,
	}
}

func (s *Sim) gateway(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		s.fail(w, "", stranger("isv.invalid-parameter", "参数无效"))
		return
	}
	f, method := s.fault(), r.Form.Get("method")
	do, known := s.methods()[method]
	if !known {
		s.fail(w, "", stranger("isv.invalid-method", "不存在的方法名"))
		return
	}
	app, err := s.authenticate(r.Form)
	if err != nil {
		s.fail(w, method, err)
		return
	}
	if f.Busy {
		s.fail(w, method, &refusal{code: "40005", sub: "isv.app-call-limited", message: "应用调用次数超限"})
		return
	}
	if method == f.Without {
		s.fail(w, method, refuse("ACQ.ACCESS_FORBIDDEN", "无权限使用接口"))
		return
	}
	value, err := do(&call{app: app, params: r.Form, biz: []byte(r.Form.Get("biz_content")), host: r.Host})
	switch {
	case err != nil:
		s.fail(w, method, err)
	case f.FailAfterEffect:
		s.fail(w, method, &refusal{code: "20000", sub: "isp.unknow-error", message: "系统繁忙"})
	default:
		s.answer(w, method, value)
	}
}

type precreateJSON struct {
	Number  string `json:"out_trade_no"`
	Total   string `json:"total_amount"`
	Subject string `json:"subject"`
	Seller  string `json:"seller_id"`
	Expires string `json:"time_expire"`
}

var orderNumber = regexp.MustCompile(`^[0-9A-Za-z_]{1,64}$`)

// order checks what is asked for. Source: Alipay, alipay.trade.precreate.
func (c *call) order(now time.Time) (*trade, error) {
	var in precreateJSON
	if err := json.Unmarshal(c.biz, &in); err != nil {
		return nil, invalid("isv.invalid-parameter", "biz_content 不是 JSON")
	}
	address := c.params.Get("notify_url")
	notify, err := url.Parse(address)
	total, ok := fen(in.Total)
	expires, late := now.Add(2*time.Hour), error(nil)
	if in.Expires != "" {
		expires, late = time.ParseInLocation(time.DateTime, in.Expires, clock.Shanghai())
	}
	switch {
	case in.Seller != "" && in.Seller != c.app.Number:
		return nil, refuse("ACQ.ACCESS_FORBIDDEN", "无权限使用接口：seller_id 不是本应用签约的商户")
	case !orderNumber.MatchString(in.Number):
		return nil, refuse("ACQ.INVALID_PARAMETER", "参数无效：out_trade_no 应为 1–64 位字母、数字、下划线")
	case !ok || total <= 0 || total > 10_000_000_000:
		return nil, refuse("ACQ.INVALID_PARAMETER", "参数无效：total_amount")
	case in.Subject == "" || len([]rune(in.Subject)) > 256 || strings.ContainsAny(in.Subject, "/=&"):
		return nil, refuse("ACQ.INVALID_PARAMETER", "参数无效：subject 不可含 / = & 等字符")
	case err != nil || address != "" && (notify.Scheme != "https" && notify.Scheme != "http" || notify.RawQuery != "" || len(address) > 256):
		return nil, invalid("isv.invalid-notify-url", "notify_url 不正确")
	case late != nil || !expires.After(now):
		return nil, refuse("ACQ.INVALID_PARAMETER", "参数无效：time_expire")
	}
	return &trade{App: c.app.App, Seller: c.app.Number, Number: in.Number, Subject: in.Subject, Notify: address, Total: total, State: stateCode, At: now, Expires: expires}, nil
}

// precreate answers a code. A trade begins when somebody scans it.
func (s *Sim) precreate(c *call) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.take(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"out_trade_no": t.Number, "qr_code": t.Code}, nil
}

// take writes an order into the books, or finds it there; the caller holds the
// lock.
func (s *Sim) take(c *call) (*trade, error) {
	s.expire()
	t, err := c.order(s.o.Clock.Now())
	if err != nil {
		return nil, err
	}
	key := t.Seller + "/" + t.Number
	if known, ok := s.books.Trades[key]; ok {
		switch {
		case known.State == statePaid || known.State == stateFinished:
			return nil, refuse("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
		case known.State == stateClosed:
			return nil, refuse("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
		case known.Total != t.Total || known.Subject != t.Subject:
			return nil, refuse("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
		}
		return known, nil
	}
	t.Code = codeOf("bax" + strings.ToLower(rand.Text()))
	s.books.Trades[key] = t
	return t, s.saved()
}

// find answers the trade that a request names; a code that nobody has scanned
// is none. The caller holds the lock.
func (s *Sim) find(c *call) (*trade, error) {
	var in struct {
		Number      string `json:"out_trade_no"`
		Transaction string `json:"trade_no"`
	}
	if err := json.Unmarshal(c.biz, &in); err != nil {
		return nil, invalid("isv.invalid-parameter", "biz_content 不是 JSON")
	}
	if in.Number == "" && in.Transaction == "" {
		return nil, refuse("ACQ.INVALID_PARAMETER", "参数无效：out_trade_no 和 trade_no 不能同时为空")
	}
	for _, t := range s.books.Trades {
		if t.App == c.app.App && t.State != stateCode && (t.Transaction == in.Transaction || in.Transaction == "" && t.Number == in.Number) {
			return t, nil
		}
	}
	return nil, refuse("ACQ.TRADE_NOT_EXIST", "交易不存在")
}

func (s *Sim) query(c *call) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	t, err := s.find(c)
	if err != nil {
		return nil, err
	}
	total, state := t.Total, t.State
	if s.faults.WrongAmount != 0 {
		total = s.faults.WrongAmount
	}
	if s.faults.Hide && t.paid() {
		state = stateWaiting
	}
	out := map[string]any{"trade_no": t.Transaction, "out_trade_no": t.Number, "trade_status": state, "total_amount": yuan(total), "buyer_logon_id": "159****5620",
		"point_amount": "0.00", "invoice_amount": "0.00", "buyer_pay_amount": "0.00", "receipt_amount": "0.00"}
	if t.paid() && state != stateWaiting {
		out["send_pay_date"], out["buyer_user_id"] = t.PaidAt.In(clock.Shanghai()).Format(time.DateTime), t.Payer
		out["buyer_pay_amount"], out["receipt_amount"], out["invoice_amount"] = yuan(total), yuan(total), yuan(total)
		out["fund_bill_list"] = []map[string]string{{"amount": yuan(total), "fund_channel": "ALIPAYACCOUNT"}}
	}
	return out, nil
}

// close ends a trade that waits for its payer.
func (s *Sim) close(c *call) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	t, err := s.find(c)
	if err != nil {
		return nil, err
	}
	if t.State != stateWaiting {
		return nil, refuse("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
	}
	t.State, t.ClosedAt = stateClosed, s.o.Clock.Now()
	s.plan(t, "")
	return map[string]any{"trade_no": t.Transaction, "out_trade_no": t.Number}, s.saved()
}

func codeOf(id string) string { return "https://qr.alipay.com/" + id }

// Scan is what the payer's telephone does first: the code becomes a trade that
// waits for its payer.
func (s *Sim) Scan(code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.scanned(code)
	return err
}

// scanned is Scan; the caller holds the lock.
func (s *Sim) scanned(code string) (*trade, error) {
	s.expire()
	now := s.o.Clock.Now()
	for _, t := range s.books.Trades {
		if t.Code != code || code == "" {
			continue
		}
		if t.State != stateCode {
			return t, nil
		}
		if now.After(t.Expires) {
			return nil, refuse("ACQ.QR_CODE_EXPIRED", "二维码已失效")
		}
		t.State, t.At, t.Transaction = stateWaiting, now, s.number(now)
		return t, s.saved()
	}
	return nil, refuse("ACQ.TRADE_NOT_EXIST", "二维码无效")
}

// number is a 支付宝交易号 of 28 digits; the caller holds the lock.
func (s *Sim) number(at time.Time) string {
	s.books.Last++
	return fmt.Sprintf("%s2200140000%010d", at.In(clock.Shanghai()).Format("20060102"), s.books.Last)
}

// Pay is what the payer's page does: the order of this code is scanned and
// paid. It fails like the page when there is nothing to pay.
func (s *Sim) Pay(code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.scanned(code)
	if err != nil {
		return err
	}
	if t.State != stateWaiting {
		return refuse(t.State, stateWords(t.State))
	}
	t.State, t.PaidAt, t.Payer = statePaid, s.o.Clock.Now(), "2088"+rehearsal.Digits(12)
	s.plan(t, "")
	return s.saved()
}

func stateWords(state string) string {
	return map[string]string{stateCode: "等待扫码", stateWaiting: "等待付款", statePaid: "支付成功", stateFinished: "交易结束", stateClosed: "交易关闭"}[state]
}

func yuan(fen int64) string {
	if fen < 0 {
		return "-" + yuan(-fen)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

// fen reads an amount of yuan with at most two decimals.
func fen(s string) (int64, bool) {
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 2 || whole == "" {
		return 0, false
	}
	v, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 62)
	return int64(v), err == nil
}
