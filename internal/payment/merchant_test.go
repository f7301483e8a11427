package payment_test

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
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/ledger"
	"linli/internal/payment"
)

// wire is a channel that verifies what begins with the key of the merchant.
type wire struct{}

func (wire) Key() string  { return "wechat" }
func (wire) Name() string { return "微信支付" }
func (wire) Check(m payment.Merchant) error {
	if m.APIKey == "" {
		return payment.ErrMerchant
	}
	return nil
}
func (wire) Prepay(context.Context, payment.Merchant, payment.Order, string) (string, error) {
	return "weixin://code", nil
}
func (wire) Query(context.Context, payment.Merchant, string) (payment.Trade, error) {
	return payment.Trade{}, payment.ErrNoSuchTrade
}
func (wire) Close(context.Context, payment.Merchant, string) error { return nil }
func (wire) Verify(_ context.Context, m payment.Merchant, _ map[string]string, body []byte) (payment.Trade, error) {
	head, account, _ := strings.Cut(string(body), " ")
	if head != m.APIKey {
		return payment.Trade{}, payment.ErrForged
	}
	return payment.Trade{Number: "L7_1", Transaction: "4200", Merchant: account, State: payment.TradePaid, Amount: 100, Currency: "CNY", PaidAt: dbtest.Start()}, nil
}
func (wire) Bill(context.Context, payment.Merchant, clock.Date, func(payment.BillLine) error) (payment.BillTotals, error) {
	return payment.BillTotals{}, payment.ErrNoBill
}

type house struct {
	d      *db.DB
	now    *clock.Manual
	ledger *ledger.Service
	s      *payment.Service
	who    actor.Actor
}

func onWire(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.Run(t, []db.Migrations{audit.Migrations(), job.Migrations(), ledger.Migrations(), payment.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		jobs := job.New(d, slog.New(slog.DiscardHandler))
		h := &house{d: d, now: now, who: actor.System("test"), ledger: ledger.New(ledger.Deps{DB: d})}
		h.s = payment.New(payment.Deps{DB: d, Audit: audit.New(audit.Deps{DB: d, Key: ring.AuditKey()}), Ring: ring, Jobs: jobs,
			Reachable: func() string { return "https://wy.example.cn" }})
		h.s.Plug(nil, wire{})
		f(t, h)
	})
}

func (h *house) merchant(name, number, key string) payment.Merchant {
	return payment.Merchant{Channel: "wechat", Name: name, Number: number, APIKey: key, Active: true}
}

// A project has several merchants of a channel; items that are bound to one go
// there, everything else and what belongs to a stopped one goes to the default.
func TestSeveralMerchants(t *testing.T) {
	onWire(t, func(t *testing.T, h *house) {
		ctx, q := t.Context(), h.d.Reader(t.Context())
		first, err := h.s.SetMerchant(ctx, h.who, project, h.merchant("物业费商户", "1900000101", "a"))
		if err != nil || !first.Default || first.Version != 1 {
			t.Fatalf("first %+v, %v", first, err)
		}
		second, err := h.s.AddMerchant(ctx, h.who, project, h.merchant("停车费商户", "1900000102", "b"))
		if err != nil || second.Default || second.ID == first.ID || second.Token == first.Token {
			t.Fatalf("second %+v, %v", second, err)
		}
		if _, err := h.s.AddMerchant(ctx, h.who, project, h.merchant("又一个", "1900000102", "c")); !errors.Is(err, payment.ErrMerchantTwice) {
			t.Errorf("the same number twice: %v", err)
		}
		sub := h.merchant("特约", "1900000102", "c")
		sub.SubNumber, sub.Mode, sub.AppSecret, sub.Rate = "1900000103", payment.ModeCertificate, "secret", 6000
		third, err := h.s.AddMerchant(ctx, h.who, project, sub)
		if err != nil || third.Account() != "1900000103" {
			t.Fatalf("third %+v, %v", third, err)
		}
		read, err := h.s.MerchantByID(ctx, q, project, third.ID)
		if err != nil || read != third {
			t.Errorf("read %+v, want %+v, %v", read, third, err)
		}
		if m, err := h.s.MerchantByID(ctx, q, project+1, third.ID); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("another project read %+v, %v", m, err)
		}
		if err := h.s.BindItems(ctx, h.who, project, first.ID, []id.ID{5}); !errors.Is(err, payment.ErrMerchantDefault) {
			t.Errorf("bound to the default: %v", err)
		}
		bind := func(m payment.Merchant, items ...id.ID) {
			t.Helper()
			if err := h.s.BindItems(ctx, h.who, project, m.ID, items); err != nil {
				t.Fatal(err)
			}
		}
		want := func(why string, of map[id.ID]payment.Merchant) {
			t.Helper()
			r, err := h.s.Routing(ctx, h.d.Reader(ctx), project, "wechat")
			if err != nil {
				t.Fatal(err)
			}
			for item, m := range of {
				if got := r.Of(item); got.ID != m.ID || got.Account != m.Account() {
					t.Errorf("%s: item %d goes to %s", why, item, got.Name)
				}
			}
		}
		bind(second, 5, 6)
		bind(third, 6, 7)
		want("bound", map[id.ID]payment.Merchant{4: first, 5: second, 6: third, 7: third})
		third.Active = false
		if third, err = h.s.SetMerchant(ctx, h.who, project, third); err != nil {
			t.Fatal(err)
		}
		want("stopped", map[id.ID]payment.Merchant{5: second, 6: first})
		if _, err := h.s.MakeDefault(ctx, h.who, project, third.ID); !errors.Is(err, payment.ErrMerchantStopped) {
			t.Errorf("a stopped default: %v", err)
		}
		if second, err = h.s.MakeDefault(ctx, h.who, project, second.ID); err != nil || !second.Default {
			t.Fatalf("default %+v, %v", second, err)
		}
		want("another default", map[id.ID]payment.Merchant{4: second, 5: second, 6: second})
		if _, err := h.s.SetMerchant(ctx, h.who, project, first); !errors.Is(err, fault.ErrStale) {
			t.Errorf("the old default as it was read before: %v", err)
		}
	})
}

// A notice counts only at the address of the merchant it is about.
// (B36)
func TestNoticeOfAnotherMerchant(t *testing.T) {
	onWire(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		first, err := h.s.SetMerchant(ctx, h.who, project, h.merchant("物业费商户", "1900000101", "a"))
		if err != nil {
			t.Fatal(err)
		}
		second, err := h.s.AddMerchant(ctx, h.who, project, h.merchant("停车费商户", "1900000102", "b"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			why, token, body string
			want             error
		}{
			{"of the first at the address of the second", second.Token, "a 1900000101", payment.ErrNotice},
			{"signed for the second about the first", second.Token, "b 1900000101", payment.ErrNotice},
			{"of the second at the address of the first", first.Token, "b 1900000102", payment.ErrNotice},
			{"at an address of nobody", first.Token[:len(first.Token)-1], "a 1900000101", fault.ErrNotFound},
			{"where it belongs", second.Token, "b 1900000102", nil},
		} {
			if err := h.s.TakeNotice(ctx, "wechat", c.token, nil, []byte(c.body)); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.why, err)
			}
		}
	})
}
