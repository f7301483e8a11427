package sim

import (
	"encoding/json"
	"time"

	"linli/internal/kit/clock"
)

type refundJSON struct {
	Number  string   `json:"out_request_no"`
	Amount  string   `json:"refund_amount"`
	Options []string `json:"query_options"`
}

// refund gives money back. The same number on the same trade is one refund;
// asked for again it changes nothing. Source: Alipay, alipay.trade.refund.
func (s *Sim) refund(c *call) (map[string]any, error) {
	var in refundJSON
	if err := json.Unmarshal(c.biz, &in); err != nil {
		return nil, invalid("isv.invalid-parameter", "biz_content 不是 JSON")
	}
	amount, ok := fen(in.Amount)
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(c)
	if err != nil {
		return nil, err
	}
	if in.Number == "" {
		in.Number = t.Number
	}
	changed := "Y"
	if known := t.refundOf(in.Number); known != nil {
		if known.Amount != amount {
			return nil, refuse("ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致")
		}
		changed = "N"
	} else if !ok || len(in.Number) > 64 {
		return nil, refuse("ACQ.INVALID_PARAMETER", "参数无效：refund_amount 或 out_request_no")
	} else if err := s.giveBack(t, amount, in.Number); err != nil {
		return nil, err
	}
	return map[string]any{"trade_no": t.Transaction, "out_trade_no": t.Number, "buyer_logon_id": "159****5620", "buyer_user_id": t.Payer,
		"fund_change": changed, "refund_fee": yuan(t.refunded())}, s.saved()
}

func (t *trade) refundOf(number string) *refund {
	for i := range t.Refunds {
		if t.Refunds[i].Number == number {
			return &t.Refunds[i]
		}
	}
	return nil
}

// refundQuery tells of a refund; one that it does not know is answered without
// a state. Source: Alipay, alipay.trade.fastpay.refund.query.
func (s *Sim) refundQuery(c *call) (map[string]any, error) {
	var in refundJSON
	if err := json.Unmarshal(c.biz, &in); err != nil {
		return nil, invalid("isv.invalid-parameter", "biz_content 不是 JSON")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(c)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if r := t.refundOf(in.Number); r != nil && !s.faults.HideRefunds {
		out = map[string]any{"trade_no": t.Transaction, "out_trade_no": t.Number, "out_request_no": r.Number, "total_amount": yuan(t.Total),
			"refund_amount": yuan(r.Amount), "refund_status": "REFUND_SUCCESS"}
		for _, o := range in.Options {
			if o == "gmt_refund_pay" {
				out[o] = r.At.In(clock.Shanghai()).Format(time.DateTime)
			}
		}
	}
	return out, nil
}
