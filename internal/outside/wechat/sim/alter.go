package sim

import (
	"fmt"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/rehearsal"
)

// Alteration is what happens to the books beside the API: what people do on
// the platform's own pages, and what goes wrong there. Amounts in fen.
type Alteration struct {
	Number   string `json:"number"`   // 商户订单号; empty is every order, for AgeDays
	Total    int64  `json:"total"`    // the bill tells this amount
	Fee      *int64 `json:"fee"`      // the bill tells this fee, in fen×100
	Forget   bool   `json:"forget"`   // the bill does not tell of it
	Refund   int64  `json:"refund"`   // given back on the platform's own page
	Back     int64  `json:"back"`     // the bill tells this amount of the newest refund
	Bare     bool   `json:"bare"`     // paid by a code that no API made, as this number
	AgeDays  int    `json:"age_days"` // it was all so many days ago
	Merchant string `json:"merchant"` // of Bare
}

// Alter changes the books.
func (s *Sim) Alter(a Alteration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Bare {
		return s.bare(&a)
	}
	hit := false
	for _, t := range s.books.Trades {
		if a.Number != "" && t.Number != a.Number {
			continue
		}
		hit = true
		t.PaidAt, t.At = t.PaidAt.AddDate(0, 0, -a.AgeDays), t.At.AddDate(0, 0, -a.AgeDays)
		for i := range t.Refunds {
			r := &t.Refunds[i]
			r.At, r.EndsAt, r.DoneAt = r.At.AddDate(0, 0, -a.AgeDays), r.EndsAt.AddDate(0, 0, -a.AgeDays), r.DoneAt.AddDate(0, 0, -a.AgeDays)
		}
		if a.Number == "" {
			continue
		}
		t.Billed, t.Fee, t.Forgotten = a.Total, a.Fee, a.Forget
		if n := len(t.Refunds); a.Back > 0 && n > 0 {
			t.Refunds[n-1].Billed = a.Back
		}
		if a.Refund > 0 {
			if t.Transaction == "" || a.Refund > t.Total-t.back() {
				return refuse(400, "INVALID_REQUEST", "退款金额超过支付金额")
			}
			now := s.o.Clock.Now()
			t.State = "REFUND"
			t.Refunds = append(t.Refunds, refund{ID: "50000" + rehearsal.Digits(24), Number: "R" + strings.ToUpper(random(12)), Amount: a.Refund, At: now, DoneAt: now})
		}
	}
	if !hit {
		return refuse(404, "ORDER_NOT_EXIST", "订单不存在")
	}
	return s.saved()
}

// bare is money for the merchant that no order of his asked for, as from a
// printed code of the platform; the caller holds the lock.
func (s *Sim) bare(a *Alteration) error {
	m, ok := s.books.Merchants[a.Merchant]
	if !ok || a.Total <= 0 {
		return refuse(400, "PARAM_ERROR", "没有这个商户，或金额不正确")
	}
	s.books.Last++
	now := s.o.Clock.Now()
	s.books.Trades[a.Merchant+"/"+a.Number] = &trade{Merchant: a.Merchant, App: m.App, Number: a.Number, Description: "收款码", Total: a.Total, State: "SUCCESS",
		Transaction: fmt.Sprintf("42000%s%015d", now.In(clock.Shanghai()).Format("20060102"), s.books.Last), Payer: "o" + strings.ToLower(random(27)), At: now, PaidAt: now}
	return s.saved()
}

// Told is what the books say of a paid order: the number of its transaction and
// when it was paid.
func (s *Sim) Told(merchant, number string) (transaction string, at time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.books.Trades[merchant+"/"+number]
	if !ok || t.Transaction == "" {
		return "", time.Time{}, false
	}
	return t.Transaction, t.PaidAt, true
}
