package sim

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/rehearsal"
)

// refund is money that goes back.
type refund struct {
	ID     string    `json:"id"`
	Number string    `json:"number"`
	Amount int64     `json:"amount"` // fen
	At     time.Time `json:"at"`
	State  string    `json:"state,omitempty"` // PROCESSING SUCCESS CLOSED ABNORMAL; empty is SUCCESS
	End    string    `json:"end,omitempty"`   // the state it comes to
	EndsAt time.Time `json:"ends_at"`
	DoneAt time.Time `json:"done_at"`
	Notify string    `json:"notify,omitempty"`
	Billed int64     `json:"billed,omitempty"` // another amount in the bill, fen
	// Reversal is money of a scanned order that was taken back (撤销).
	Reversal bool `json:"reversal,omitempty"`
}

func (r *refund) state() string {
	if r.State == "" {
		return "SUCCESS"
	}
	return r.State
}

// billed is the amount that the bill tells.
func (r *refund) billed() int64 {
	if r.Billed != 0 {
		return r.Billed
	}
	return r.Amount
}

// billState is the state in a bill's row, which has its own words.
func (r *refund) billState() string {
	switch r.state() {
	case "SUCCESS", "PROCESSING":
		return r.state()
	}
	return "FAIL"
}

// back is what cannot be given back any more: done or on its way.
func (t *trade) back() int64 {
	var sum int64
	for i := range t.Refunds {
		if s := t.Refunds[i].state(); s != "CLOSED" {
			sum += t.Refunds[i].Amount
		}
	}
	return sum
}

func (t *trade) refundNumbered(number string) *refund {
	for i := range t.Refunds {
		if t.Refunds[i].Number == number {
			return &t.Refunds[i]
		}
	}
	return nil
}

type refundRequest struct {
	Sub         string `json:"sub_mchid"`
	Transaction string `json:"transaction_id"`
	Number      string `json:"out_trade_no"`
	Refund      string `json:"out_refund_no"`
	Reason      string `json:"reason"`
	Notify      string `json:"notify_url"`
	Amount      struct {
		Refund   int64  `json:"refund"`
		Total    int64  `json:"total"`
		Currency string `json:"currency"`
	} `json:"amount"`
}

var backNumber = regexp.MustCompile(`^[0-9A-Za-z_\-|*@]{1,64}$`)

// refund accepts a refund, or tells of the one with this number.
func (s *Sim) refund(c *caller, _ *http.Request, body []byte) (any, error) {
	var in refundRequest
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endRefunds()
	merchant, err := s.accountOf(c, in.Sub)
	if err != nil {
		return nil, err
	}
	t := s.refundable(merchant, &in)
	switch {
	case !backNumber.MatchString(in.Refund) || len(in.Reason) > 80 || in.Amount.Refund <= 0 || in.Amount.Currency != "CNY":
		return nil, refuse(400, "PARAM_ERROR", "退款单号、原因、金额或币种不符合规则")
	case t == nil || t.Transaction == "":
		return nil, refuse(404, "RESOURCE_NOT_EXISTS", "订单不存在或没有支付")
	}
	if known := s.backOf(merchant, in.Refund); known != nil {
		if r := t.refundNumbered(in.Refund); r != known || r.Amount != in.Amount.Refund {
			return nil, refuse(400, "INVALID_REQUEST", "同一退款单号的请求参数不一致")
		}
		return s.refundAnswer(t, known), nil
	}
	switch {
	case in.Amount.Total != t.Total:
		return nil, refuse(400, "INVALID_REQUEST", "订单金额不一致")
	case in.Amount.Refund > t.Total-t.back():
		return nil, refuse(400, "INVALID_REQUEST", "累计退款金额大于支付金额")
	case s.faults.RefundRefused != "":
		return nil, refuse(403, s.faults.RefundRefused, "商户可用退款余额不足")
	case s.faults.Vague:
		return nil, refuse(500, "SYSTEM_ERROR", "系统异常，请用相同参数重试")
	}
	now := s.o.Clock.Now()
	r := refund{ID: "50000" + rehearsal.Digits(24), Number: in.Refund, Amount: in.Amount.Refund, At: now, State: "PROCESSING", End: "SUCCESS",
		EndsAt: now.Add(s.faults.RefundTakes), Notify: in.Notify}
	if s.faults.RefundEnds != "" {
		r.End = s.faults.RefundEnds
	}
	t.State, t.Refunds = "REFUND", append(t.Refunds, r)
	answer := s.refundAnswer(t, &r)
	s.endRefunds()
	return answer, s.saved()
}

// accountOf is whose refunds or bills are asked for; the caller holds the lock.
func (s *Sim) accountOf(c *caller, below string) (string, error) {
	if below == "" {
		return c.number, nil
	}
	if x, ok := s.books.Subs[below]; !ok || x.Partner != c.number {
		return "", refuse(403, "NO_AUTH", "特约子商户商户号未授权服务商的产品权限")
	}
	return below, nil
}

func (s *Sim) refundable(merchant string, in *refundRequest) *trade {
	for _, t := range s.books.Trades {
		if t.Merchant == merchant && (in.Transaction != "" && t.Transaction == in.Transaction || in.Transaction == "" && t.Number == in.Number) {
			return t
		}
	}
	return nil
}

// backOf finds a refund of a merchant by its number.
func (s *Sim) backOf(merchant, number string) *refund {
	for _, t := range s.books.Trades {
		if r := t.refundNumbered(number); t.Merchant == merchant && r != nil {
			return r
		}
	}
	return nil
}

func (s *Sim) queryRefund(c *caller, r *http.Request, _ []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	merchant, err := s.accountOf(c, r.URL.Query().Get("sub_mchid"))
	if err != nil {
		return nil, err
	}
	s.endRefunds()
	for _, t := range s.books.Trades {
		if b := t.refundNumbered(r.PathValue("number")); t.Merchant == merchant && b != nil {
			return s.refundAnswer(t, b), s.saved()
		}
	}
	return nil, refuse(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
}

// endRefunds brings refunds to their end when their time has come, and plans
// the notifications; the caller holds the lock.
func (s *Sim) endRefunds() {
	now := s.o.Clock.Now()
	for _, t := range s.books.Trades {
		for i := range t.Refunds {
			r := &t.Refunds[i]
			if r.State != "PROCESSING" || r.EndsAt.After(now) {
				continue
			}
			if r.State = r.End; r.State == "SUCCESS" {
				r.DoneAt = now
			}
			if r.Notify != "" {
				s.planFor(t, r.Number)
			}
		}
	}
}

func (s *Sim) refundAnswer(t *trade, r *refund) map[string]any {
	out := map[string]any{"refund_id": r.ID, "out_refund_no": r.Number, "transaction_id": t.Transaction, "out_trade_no": t.Number, "channel": "ORIGINAL",
		"user_received_account": "支付用户零钱", "create_time": r.At.In(clock.Shanghai()).Format(time.RFC3339), "status": r.state(), "funds_account": "AVAILABLE",
		"amount": map[string]any{"total": t.Total, "refund": r.Amount, "payer_total": t.Total, "payer_refund": r.Amount, "settlement_refund": r.Amount,
			"settlement_total": t.Total, "discount_refund": 0, "currency": "CNY"}}
	if r.state() == "SUCCESS" {
		out["success_time"] = r.DoneAt.In(clock.Shanghai()).Format(time.RFC3339)
	}
	return out
}

// refundNotice is what a notification tells of a refund.
func (s *Sim) refundNotice(t *trade, r *refund) map[string]any {
	out := t.parties().names(false)
	maps.Copy(out, map[string]any{"out_trade_no": t.Number, "transaction_id": t.Transaction, "out_refund_no": r.Number, "refund_id": r.ID,
		"refund_status": r.state(), "user_received_account": "支付用户零钱",
		"amount": map[string]int64{"total": t.Total, "refund": r.Amount, "payer_total": t.Total, "payer_refund": r.Amount}})
	if r.state() == "SUCCESS" {
		out["success_time"] = r.DoneAt.In(clock.Shanghai()).Format(time.RFC3339)
	}
	return out
}

// GivenBack is what the books say went back for a merchant: the sum in fen and
// how many.
func (s *Sim) GivenBack(merchant string) (fen int64, refunds int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.books.Trades {
		for i := range t.Refunds {
			if r := &t.Refunds[i]; t.Merchant == merchant && r.state() == "SUCCESS" {
				fen, refunds = fen+r.Amount, refunds+1
			}
		}
	}
	return fen, refunds
}

// GiveBackAnyhow ends a refund that did not go back, as the merchant's people
// can do on the platform's page for one that is abnormal.
func (s *Sim) GiveBackAnyhow(merchant, number string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.backOf(merchant, number)
	if r == nil {
		return refuse(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
	}
	r.State, r.End, r.EndsAt = "PROCESSING", "SUCCESS", s.o.Clock.Now()
	s.endRefunds()
	return s.saved()
}

// shown is the state of the order on the payer's telephone, with what came
// back.
func (t *trade) shown() string {
	var back int64
	for i := range t.Refunds {
		if t.Refunds[i].state() == "SUCCESS" {
			back += t.Refunds[i].Amount
		}
	}
	if back == 0 {
		return stateWords(t.State)
	}
	return stateWords("SUCCESS") + "，已退回 ¥" + yuan(back)
}
