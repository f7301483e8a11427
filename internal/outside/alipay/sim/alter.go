package sim

import (
	"time"

	"linli/internal/outside/rehearsal"
)

// Alteration is what happens to the books beside the gateway: what people do on
// the platform's own pages, and what goes wrong there. Amounts in fen.
type Alteration struct {
	Number   string `json:"number"`   // 商户订单号; empty is every order, for AgeDays
	Total    int64  `json:"total"`    // the bill tells this amount
	Fee      *int64 `json:"fee"`      // the bill tells this fee
	Forget   bool   `json:"forget"`   // the bill does not tell of it
	Refund   int64  `json:"refund"`   // given back on the platform's own page
	Finish   bool   `json:"finish"`   // the time for refunds is over
	Bare     bool   `json:"bare"`     // paid by a code that no API made, as this number
	AgeDays  int    `json:"age_days"` // it was all so many days ago
	Merchant string `json:"merchant"` // seller of Bare
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
		t.age(a.AgeDays)
		if a.Number == "" {
			continue
		}
		t.Billed, t.Fee, t.Forgotten = a.Total, a.Fee, a.Forget
		if a.Finish && t.State == statePaid {
			t.State = stateFinished
			s.plan(t, "")
		}
		if a.Refund > 0 {
			if err := s.giveBack(t, a.Refund, "R"+rehearsal.Digits(15)); err != nil {
				return err
			}
		}
	}
	if !hit {
		return refuse("ACQ.TRADE_NOT_EXIST", "交易不存在")
	}
	return s.saved()
}

func (t *trade) age(days int) {
	t.At = t.At.AddDate(0, 0, -days)
	if t.paid() {
		t.PaidAt = t.PaidAt.AddDate(0, 0, -days)
	}
	if !t.ClosedAt.IsZero() {
		t.ClosedAt = t.ClosedAt.AddDate(0, 0, -days)
	}
	for i := range t.Refunds {
		t.Refunds[i].At = t.Refunds[i].At.AddDate(0, 0, -days)
	}
}

// giveBack refunds a part of a trade, or all that is left; the caller holds
// the lock. A trade of which nothing is left is closed.
func (s *Sim) giveBack(t *trade, amount int64, number string) error {
	if t.State == stateFinished {
		return refuse("ACQ.TRADE_HAS_FINISHED", "交易已完结")
	}
	if t.State != statePaid {
		return refuse("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
	}
	if amount <= 0 || t.refunded()+amount > t.Total {
		return refuse("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
	}
	now := s.o.Clock.Now()
	t.Refunds = append(t.Refunds, refund{Number: number, Amount: amount, At: now})
	if t.refunded() == t.Total {
		t.State, t.ClosedAt = stateClosed, now
	}
	s.plan(t, number)
	return nil
}

// bare is money for the seller that no order of his asked for, as from a
// printed code of the platform; the caller holds the lock.
func (s *Sim) bare(a *Alteration) error {
	m, ok := s.appOf(a.Merchant)
	if !ok || a.Total <= 0 {
		return refuse("ACQ.INVALID_PARAMETER", "没有这个商户，或金额不正确")
	}
	now := s.o.Clock.Now()
	s.books.Trades[m.Number+"/"+a.Number] = &trade{App: m.App, Seller: m.Number, Number: a.Number, Subject: "收款码", Total: a.Total, State: statePaid,
		Transaction: s.number(now), Payer: "2088" + rehearsal.Digits(12), At: now, PaidAt: now}
	return s.saved()
}

// Told is what the books say of a paid order: the number of its trade and when
// it was paid.
func (s *Sim) Told(seller, number string) (transaction string, at time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.books.Trades[seller+"/"+number]
	if !ok || !t.paid() {
		return "", time.Time{}, false
	}
	return t.Transaction, t.PaidAt, true
}
