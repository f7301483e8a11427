package reconcile_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/ledger"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

const project = id.ID(7)

// street is a channel with a bill; scanned codes get no answer.
type street struct {
	paid map[string]bool // order numbers
	back map[string]bool // taken back
	bill []payment.BillLine
}

func (*street) Key() string  { return "alipay" }
func (*street) Name() string { return "支付宝" }
func (*street) Check(m payment.Merchant) error {
	if m.APIKey == "" {
		return payment.ErrMerchant
	}
	return nil
}
func (*street) Prepay(context.Context, payment.Merchant, payment.Order, string) (string, error) {
	return "https://qr/1", nil
}
func (c *street) Query(_ context.Context, m payment.Merchant, number string) (payment.Trade, error) {
	t := payment.Trade{Number: number, Transaction: "T" + number, Merchant: m.Account(), Amount: 250_60, Currency: "CNY", PaidAt: dbtest.Start()}
	switch {
	case c.paid[number]:
		t.State = payment.TradePaid
	case c.back[number]:
		t.State = payment.TradeClosed
	default:
		return payment.Trade{}, payment.ErrNoSuchTrade
	}
	return t, nil
}
func (*street) Close(context.Context, payment.Merchant, string) error { return nil }
func (*street) Verify(context.Context, payment.Merchant, map[string]string, []byte) (payment.Trade, error) {
	return payment.Trade{}, payment.ErrForged
}
func (c *street) Bill(_ context.Context, _ payment.Merchant, _ clock.Date, each func(payment.BillLine) error) (payment.BillTotals, error) {
	for _, l := range c.bill {
		if err := each(l); err != nil {
			return payment.BillTotals{}, err
		}
	}
	return payment.BillTotals{Lines: len(c.bill)}, nil
}
func (*street) Scan(context.Context, payment.Merchant, payment.Order, string, string) (payment.Trade, error) {
	return payment.Trade{}, errors.New("no answer")
}
func (c *street) Reverse(_ context.Context, _ payment.Merchant, number string) error {
	c.back[number] = true
	return nil
}

type house struct {
	d      *db.DB
	now    *clock.Manual
	jobs   *job.Queue
	ledger *ledger.Service
	pay    *payment.Service
	s      *reconcile.Service
	street *street
	who    actor.Actor
}

func onWire(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.Run(t, []db.Migrations{audit.Migrations(), job.Migrations(), ledger.Migrations(), payment.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		h := &house{d: d, now: now, who: actor.System("test"), jobs: job.New(d, slog.New(slog.DiscardHandler)), ledger: ledger.New(ledger.Deps{DB: d}),
			street: &street{paid: map[string]bool{}, back: map[string]bool{}}}
		log := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
		h.pay = payment.New(payment.Deps{DB: d, Audit: log, Ring: ring, Jobs: h.jobs, Reachable: func() string { return "https://wy.example.cn" }})
		h.pay.Plug(nil, h.street)
		h.s = reconcile.New(reconcile.Deps{DB: d, Audit: log, Ledger: h.ledger, Payment: h.pay, Jobs: h.jobs})
		f(t, h)
	})
}

func (h *house) merchant(name, number, key string) payment.Merchant {
	return payment.Merchant{Channel: "alipay", Name: name, Number: number, APIKey: key, Active: true}
}

func (h *house) drain(t *testing.T) {
	t.Helper()
	if err := h.jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h *house) sound(t *testing.T) {
	t.Helper()
	for _, check := range []func(context.Context, id.ID) ([]string, error){h.pay.Broken, h.s.Broken} {
		if found, err := check(t.Context(), project); err != nil || len(found) > 0 {
			t.Errorf("does not add up: %s, %v", strings.Join(found, "\n"), err)
		}
	}
}
