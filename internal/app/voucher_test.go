package app_test

import (
	"errors"
	"fmt"
	"testing"

	"linli/internal/analytics"
	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/invoice"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// Vouchers part the tax from income by the dated rate of the item: every
// voucher balances, each rate comes to the tax of the whole month, and but for
// the tax every account is what the book has.
func TestVouchersPartTheTax(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx := t.Context()
		due, amounts := []clock.Date{}, []money.Fen{}
		for m := clock.Month(202601); m <= 202603; m = m.Add(1) {
			due, amounts = append(due, m.Last()), append(amounts, 10_05)
		}
		var err error
		w.project, w.room, err = w.fixedDebts(ctx, due, amounts)
		w.must(err)
		q := w.app.DB.Reader(ctx)
		items, err := w.app.Tariff.Items(ctx, q, w.project)
		w.must(err)
		w.now.Set(clock.Date(20260320).Start())
		set := func(x analytics.Taxpayer) analytics.Taxpayer {
			t.Helper()
			got, err := w.app.Analytics.SetTaxpayer(ctx, w.who, w.project, x)
			w.must(err)
			return got
		}
		tax := func(item id.ID, from clock.Date, rate int, simple bool) {
			t.Helper()
			w.must(w.app.Invoice.SetTax(ctx, w.who, w.project, invoice.Tax{Item: item, From: from, Rate: rate, Simple: simple, Code: "3040801010000000000", Short: "企业管理服务"}))
		}
		read := func() analytics.Vouchers {
			t.Helper()
			v, err := w.app.Analytics.Vouchers(ctx, q, w.project, analytics.Period{From: 202601, Until: 202603})
			w.must(err)
			return v
		}
		for name, x := range map[string]analytics.Taxpayer{
			"no kind":             {From: 202601},
			"no month":            {Kind: analytics.General},
			"an account in use":   {From: 202601, Kind: analytics.Small, Output: "1002"},
			"one account for two": {From: 202601, Kind: analytics.General, Output: "2221", Simple: "2221"},
			"letters":             {From: 202601, Kind: analytics.Small, Output: "税"},
		} {
			if _, err := w.app.Analytics.SetTaxpayer(ctx, w.who, w.project, x); fault.As(err) == nil || fault.As(err).Code != analytics.ErrTaxpayer.Code {
				t.Errorf("%s: %v", name, err)
			}
		}
		if v := read(); len(v.Taxes) != 0 || len(v.Untaxed) != 0 || v.Months[0].Words != "不分离，收入含税" {
			t.Errorf("without a setting %+v", v)
		}
		first := set(analytics.Taxpayer{From: 202601, Kind: analytics.Small})
		_, err = w.app.Analytics.SetTaxpayer(ctx, w.who, w.project, analytics.Taxpayer{From: 202601, Kind: analytics.General})
		wantErr(t, err, fault.ErrStale)
		first.Kind, first.Output = analytics.General, ""
		set(first)
		if v := read(); len(v.Untaxed) == 0 || v.Untaxed[0].Gross == 0 || len(v.Taxes) != 0 {
			t.Errorf("without rates %+v", v.Untaxed)
		}
		for i, x := range items {
			tax(x.ID, 20250101, 600, false)
			if i == 0 {
				tax(x.ID, 20260201, 500, true)
			}
		}
		w.take2(t, 10_00)
		check := func(v analytics.Vouchers) {
			t.Helper()
			if len(v.Untaxed) != 0 || len(v.List) == 0 || len(v.Taxes) == 0 {
				t.Fatalf("vouchers %+v", v)
			}
			codes, perDay := map[string]money.Fen{}, map[string]bool{}
			for i := range v.List {
				debit, credit := v.List[i].Sides()
				if key := fmt.Sprint(v.List[i].Date.Month(), v.List[i].No); debit != credit || debit == 0 || perDay[key] {
					t.Errorf("voucher %s %d of %s: %d and %d", v.List[i].Date, v.List[i].No, v.List[i].Kind.Name(), debit, credit)
				} else {
					perDay[key] = true
				}
				for _, e := range v.List[i].Entries {
					codes[e.Code] += e.Debit - e.Credit
				}
			}
			var all analytics.TaxSum
			for _, x := range v.Taxes {
				all.Gross, all.Net, all.Tax = all.Gross+x.Gross, all.Net+x.Net, all.Tax+x.Tax
				ratedComes(t, w, v, x)
			}
			var nothing money.Fen
			comes(t, w.app.DB, w.app, w.project, "group=income&tax=1300", &nothing)
			book, err := w.app.Ledger.Balances(ctx, q, w.project, v.On)
			w.must(err)
			if all.Net+all.Tax != all.Gross || -codes["6001"] != all.Net || -(codes["22210105"]+codes["222108"]+codes["222101"]) != all.Tax || -book[ledger.Revenue] != all.Gross {
				t.Errorf("taxes %+v, codes %v, book %v", v.Taxes, codes, book)
			}
			for _, a := range []ledger.Account{ledger.Cash, ledger.Bank, ledger.Receivable, ledger.Prepaid} {
				if codes[fmt.Sprint(int(a))] != book[a] {
					t.Errorf("%s: %d in vouchers, %d in the book", a.Name(), codes[fmt.Sprint(int(a))], book[a])
				}
			}
			// By hand: every rate and month once, not a day at a time.
			by := map[string]money.Fen{}
			days, err := w.app.Ledger.Days(ctx, q, w.project, 20260101, v.On)
			w.must(err)
			for _, d := range days {
				if d.Credit == ledger.Revenue {
					by[fmt.Sprint(d.Month, d.Item)] += d.Amount
				}
				if d.Debit == ledger.Revenue {
					by[fmt.Sprint(d.Month, d.Item)] -= d.Amount
				}
			}
			var hand money.Fen
			for _, m := range []clock.Month{202601, 202602, 202603} {
				for i, x := range items {
					gross, rate := by[fmt.Sprint(m, x.ID)], money.Fen(600)
					if i == 0 && m >= 202602 {
						rate = 500
					}
					sign := money.Fen(1)
					if gross < 0 {
						gross, sign = -gross, -1
					}
					hand += sign * ((2*gross*rate + 10000 + rate) / (2 * (10000 + rate)))
				}
			}
			if hand != all.Tax {
				t.Errorf("the tax by hand is %d, in vouchers %d", hand, all.Tax)
			}
		}
		check(read())
		// A charge waived is income taken back, and its tax with it.
		before := read()
		w.must(w.waiverOf(ctx, w.project, w.room, due[2], 3_33))
		after := read()
		check(after)
		if sumTaxes(after.Taxes).Gross != sumTaxes(before.Taxes).Gross-3_33 || sumTaxes(after.Taxes).Tax >= sumTaxes(before.Taxes).Tax {
			t.Errorf("waived %+v, before %+v", after.Taxes, before.Taxes)
		}
		// A small taxpayer may not use 6 %: it is named, not guessed.
		set(analytics.Taxpayer{From: 202603, Kind: analytics.Small})
		if v := read(); len(v.Untaxed) == 0 && len(items) > 1 {
			t.Errorf("6 %% of a small taxpayer %+v", v.Taxes)
		}
		_, err = w.app.Analytics.Vouchers(ctx, q, w.project, analytics.Period{From: 202603, Until: 202601})
		if !errors.Is(err, analytics.ErrPeriod) {
			t.Errorf("a period that ends before it begins: %v", err)
		}
		sound(t, w.app, w.project)
	})
}

func sumTaxes(list []analytics.TaxSum) (out analytics.TaxSum) {
	for _, x := range list {
		out.Gross, out.Net, out.Tax = out.Gross+x.Gross, out.Net+x.Net, out.Tax+x.Tax
	}
	return out
}

func (w *adjustWorld) take2(t *testing.T, amount money.Fen) {
	t.Helper()
	_, err := w.take(t.Context(), w.project, w.room, cashier.MethodCash, amount)
	w.must(err)
}

// By hand: numbers begin anew each month, a rate that changes inside a month holds
// from its day on and goes to its own account, and what cannot be parted is named
// with all of it.
func TestVouchersByHand(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx, q := t.Context(), w.app.DB.Reader(t.Context())
		var err error
		w.project, w.room, err = w.fixedDebts(ctx, []clock.Date{20260131, 20260228}, []money.Fen{100_00, 100_00})
		w.must(err)
		rated, err := w.app.Tariff.Items(ctx, q, w.project)
		w.must(err)
		card, works := w.once("门禁卡"), w.once("装修费")
		tax := func(item id.ID, from clock.Date, rate int, simple bool) {
			t.Helper()
			w.must(w.app.Invoice.SetTax(ctx, w.who, w.project, invoice.Tax{Item: item, From: from, Rate: rate, Simple: simple, Code: "3040801010000000000", Short: "企业管理服务"}))
		}
		for _, i := range rated {
			tax(i.ID, 20250101, 600, false)
		}
		tax(card, 20250101, 600, false)
		tax(card, 20260216, 500, true)
		_, err = w.app.Analytics.SetTaxpayer(ctx, w.who, w.project, analytics.Taxpayer{From: 202601, Kind: analytics.General})
		w.must(err)
		for _, x := range []struct {
			on          clock.Date
			card, works money.Fen
		}{{20260210, 106_00, 10_00}, {20260220, 105_00, 20_00}} {
			w.now.Set(x.on.Start())
			_, err = w.single(w.who, card, x.card)
			w.must(err)
			_, err = w.single(w.who, works, x.works)
			w.must(err)
		}
		d, _, err := w.app.Deposit.Take(ctx, w.who, w.project, deposit.Taking{Kind: deposit.KindKeys, Room: w.room, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 50_00}}})
		w.must(err)
		_, err = w.app.Deposit.Deduct(ctx, w.who, w.project, d.ID, 5_00, "钥匙未还", d.Version)
		w.must(err)
		v, err := w.app.Analytics.Vouchers(ctx, q, w.project, analytics.Period{From: 202601, Until: 202602})
		w.must(err)
		next, codes := map[clock.Month]int{}, map[string]money.Fen{}
		for _, x := range v.List {
			next[x.Date.Month()]++
			if x.No != next[x.Date.Month()] {
				t.Errorf("voucher of %s has number %d, should be %d", x.Date, x.No, next[x.Date.Month()])
			}
			for _, e := range x.Entries {
				codes[e.Code] += e.Credit - e.Debit
			}
		}
		if next[202601] == 0 || next[202602] < 3 {
			t.Errorf("vouchers by month %v", next)
		}
		if codes["22210105"] != 5_66+5_66+6_00 || codes["222108"] != 5_00 {
			t.Errorf("tax on the accounts %v", codes)
		}
		if len(v.Untaxed) != 1 || v.Untaxed[0].Item != works || v.Untaxed[0].Gross != 30_00 || v.Untaxed[0].From != 20260210 {
			t.Errorf("cannot be parted: %+v", v.Untaxed)
		}
		// The rate of this item changes inside a month.
		for _, x := range v.Taxes {
			ratedComes(t, w, v, x)
		}
		if len(v.Taxes) < 2 {
			t.Errorf("rates %+v", v.Taxes)
		}
		if v.Whole != 5_00 {
			t.Errorf("income without an item is %s", v.Whole.Yuan())
		}
	})
}

// ratedComes sees that the income of a rate leads to the postings that come to it.
func ratedComes(t *testing.T, w *adjustWorld, v analytics.Vouchers, x analytics.TaxSum) {
	t.Helper()
	rate := fmt.Sprint(x.Rate)
	if x.Simple {
		rate += "s"
	}
	comes(t, w.app.DB, w.app, w.project, fmt.Sprintf("group=income&tax=%s&from=%s&until=%s", rate, v.From.First(), v.Until.Last()), &x.Gross)
}
