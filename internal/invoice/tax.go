package invoice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// whole is a rate of one, in 1/10000.
const whole = 10000

// Tax is how a fee item is taxed for money received from a day on.
type Tax struct {
	Item   id.ID
	From   clock.Date
	Rate   int    // 1/10000; 0 is 免税
	Simple bool   // 简易计税
	Code   string // 19 digits
	Short  string // 简称 of the code
	Lease  bool   // 特定要素 06 不动产经营租赁, on an invoice of its own
}

// allowed are the rates a seller may put on an invoice: a general taxpayer
// those of the law and the simple ones, a small one those of 征收率.
func (t *Tax) allowed(small bool) bool {
	switch {
	case t.Rate == 0:
		return !t.Simple
	case small:
		return t.Simple && slices.Contains([]int{100, 300, 500}, t.Rate)
	case t.Simple:
		return slices.Contains([]int{300, 500}, t.Rate)
	}
	return slices.Contains([]int{600, 900, 1300}, t.Rate)
}

// RateName is the rate in words: 6%, 简易 3%, 免税.
func RateName(rate int, simple bool) string {
	switch {
	case rate == 0:
		return "免税"
	case simple:
		return fmt.Sprintf("简易 %d%%", rate/100)
	}
	return fmt.Sprintf("%d%%", rate/100)
}

// Split parts an amount that contains its tax: the tax is rounded half up once,
// the rest is what is without it, so that both sum to the amount.
func Split(gross money.Fen, rate int) (net, tax money.Fen, err error) {
	part, err := money.MulDiv(int64(gross), int64(rate), int64(whole+rate), money.HalfUp)
	if err != nil {
		return 0, 0, fmt.Errorf("split %d by %d: %w", int64(gross), rate, err)
	}
	return gross - money.Fen(part), money.Fen(part), nil
}

func (t *Tax) check(small bool) error {
	t.Code, t.Short = strings.TrimSpace(t.Code), strings.TrimSpace(t.Short)
	switch {
	case t.From == 0:
		return ErrTax.At("body.from", "请选择从哪天起", nil)
	case !t.allowed(small):
		who := "一般纳税人可用 13%、9%、6%、简易 5%、简易 3% 和免税"
		if small {
			who = "小规模纳税人可用征收率 5%、3%、1% 和免税"
		}
		return ErrTax.Say("%s，请重新选择", who).At("body.rate", who, t.Rate)
	case len(t.Code) != 19 || strings.Trim(t.Code, "0123456789") != "":
		return ErrTax.At("body.code", "19 位数字的税收分类编码", t.Code)
	case t.Short == "" || utf8.RuneCountInString(t.Short) > 40:
		return ErrTax.At("body.short", "编码的简称，1–40 个字", t.Short)
	}
	return nil
}

// SetTax says how a fee item is taxed from a day on; the same day again
// replaces what stood there. Invoices keep what they were asked with.
// Errors: ErrTax, ledger.ErrMonthClosed, fault.ErrNotFound.
func (s *Service) SetTax(ctx context.Context, who actor.Actor, project id.ID, t Tax) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		item, err := s.tariff.Item(ctx, tx, project, t.Item)
		if err != nil {
			return err
		}
		seller, err := oneSeller(ctx, tx, project)
		if err != nil {
			return err
		}
		if err := t.check(seller.Small); err != nil {
			return err
		}
		if err := s.mayTax(ctx, tx, project, &t); err != nil {
			return err
		}
		if err := putTax(ctx, tx, project, &t); err != nil {
			return fmt.Errorf("write tax: %w", err)
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "invoice.tax_set", Kind: "item", Subject: t.Item,
			Summary: fmt.Sprintf("%s从 %s 起税率 %s，编码 %s %s", item.Name, t.From, RateName(t.Rate, t.Simple), t.Code, t.Short),
			After:   map[string]any{"from": t.From, "rate": t.Rate, "simple": t.Simple, "code": t.Code, "short": t.Short, "lease": t.Lease}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("set tax: %w", err)
	}
	return nil
}

// mayTax refuses another rate for days of a closed month: its vouchers part the tax
// by the one that stood there. Where none stood yet they could not be exported, and
// receipts of those days have no invoice, so the first rate may begin there.
func (s *Service) mayTax(ctx context.Context, q db.Q, project id.ID, t *Tax) error {
	list, err := listTaxes(ctx, q, project)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Item == t.Item && x.From <= t.From {
			if x.Rate == t.Rate && x.Simple == t.Simple {
				return nil
			}
			return s.ledger.StillOpen(ctx, q, project, t.From.Month())
		}
	}
	return nil
}

// Taxes are all of a project, by item, the newest first.
func (s *Service) Taxes(ctx context.Context, q db.Q, project id.ID) (map[id.ID][]Tax, error) {
	list, err := listTaxes(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("list taxes: %w", err)
	}
	out := map[id.ID][]Tax{}
	for _, t := range list {
		out[t.Item] = append(out[t.Item], t)
	}
	return out, nil
}

// TaxOn is the tax of a day among those of one item, the newest first; false
// when there is none or it does not fit the seller.
func TaxOn(list []Tax, day clock.Date, small bool) (Tax, bool) {
	for _, t := range list {
		if t.From <= day {
			return t, t.allowed(small)
		}
	}
	return Tax{}, false
}
