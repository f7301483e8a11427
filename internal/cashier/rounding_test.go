package cashier_test

import (
	"context"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

func (w *world) roundTo(t *testing.T, unit money.Fen) {
	t.Helper()
	st, err := w.cashier.Setting(t.Context(), w.d.Reader(t.Context()), w.project)
	mustBe(t, err, nil)
	st.RoundTo = unit
	_, err = w.cashier.SetSetting(t.Context(), w.teller(), w.project, st)
	mustBe(t, err, nil)
}

func (w *world) account(t *testing.T, a ledger.Account) money.Fen {
	t.Helper()
	m, err := w.ledger.Balances(t.Context(), w.d.Reader(t.Context()), w.project, 0)
	mustBe(t, err, nil)
	return m[a]
}

// 抹零: shown, exact, cash only, downwards only, and only when all is paid.
func TestRoundingRefuses(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25137})
		odd := cashier.Taking{Room: w.a, Pays: cash(25100), Rounded: 37}
		_, err := w.take(t, odd)
		mustBe(t, err, cashier.ErrRoundOff)
		_, err = w.cashier.SetSetting(t.Context(), w.teller(), w.project, cashier.Setting{Policy: cashier.PolicyStatutory, RoundTo: 50})
		mustBe(t, err, cashier.ErrSetting)
		w.roundTo(t, money.OneYuan)
		card := func(n money.Fen) cashier.Pay { return cashier.Pay{Method: cashier.MethodCard, Amount: n} }
		for name, in := range map[string]cashier.Taking{
			"by card":          {Pays: []cashier.Pay{card(25100)}, Rounded: 37},
			"upwards":          {Pays: cash(25200), Rounded: -63},
			"to more than 元":   {Pays: cash(25000), Rounded: 137},
			"to 角":             {Pays: cash(25130), Rounded: 7},
			"another amount":   {Pays: cash(25099), Rounded: 38},
			"a part":           {Pays: cash(10000), Rounded: 37},
			"more than is due": {Pays: cash(26000), Rounded: 37},
			"odd by card":      {Pays: append(cash(25000), card(63)), Rounded: 37},
		} {
			in.Room, in.Confirmed = w.a, true
			if _, err := w.take(t, in); err == nil {
				t.Errorf("%s was taken", name)
			} else if name != "upwards" {
				mustBe(t, err, cashier.ErrRound)
			}
		}
		if s := w.seat(t, w.a); s.Owed != 25137 {
			t.Errorf("owes %d", s.Owed)
		}
		// Nobody has to let anything go.
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(25137)})
		if err != nil || r.Rounded != 0 || w.account(t, ledger.Allowance) != 0 {
			t.Errorf("to the fen: %+v, %v", r, err)
		}
	})
}

// The charges are settled, the money is what came in, the rest is booked beside
// it by a posting of its own; void and red take both back.
func TestRounding(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.teller()
		w.roundTo(t, money.OneYuan)
		w.bill(t, due{w.a, "物业服务费", 202611, 25117}, due{w.a, "公摊能耗费", 202611, 20})
		taking := cashier.Taking{Room: w.a, Pays: cash(25100), Tendered: 30000, Rounded: 37}
		r, err := w.take(t, taking)
		mustBe(t, err, nil)
		if r.Amount != 25100 || r.Income() != 25100 || r.Rounded != 37 || r.OwedAfter != 0 || r.ToPrepay != 0 || r.Change != 4900 || w.seat(t, w.a).Owed != 0 {
			t.Errorf("rounded %+v", r)
		}
		if w.account(t, ledger.Cash) != 25100 || w.account(t, ledger.Allowance) != 37 {
			t.Errorf("cash %d, let go %d", w.account(t, ledger.Cash), w.account(t, ledger.Allowance))
		}
		for _, paper := range []cashier.Paper{cashier.Paper80, cashier.PaperA4, cashier.Paper241} {
			b, err := w.cashier.View(ctx, w.project, r.ID, paper)
			mustBe(t, err, nil)
			if text := plain(string(b)); !strings.Contains(text, "抹零") || !strings.Contains(text, "-0.37") || !strings.Contains(text, "应收 251.37，实收 251.00") || !strings.Contains(text, "贰佰伍拾壹元整") {
				t.Errorf("%s: %s", paper, text)
			}
		}
		for by, want := range map[cashier.StatBy]money.Fen{cashier.ByItem: 25100, cashier.ByMethod: 25100, cashier.ByDay: 25100} {
			st, err := w.cashier.Statistics(ctx, w.project, cashier.StatFilter{By: by})
			mustBe(t, err, nil)
			var sum money.Fen
			for _, x := range st.Rows {
				sum += x.Amount
			}
			if sum != want || st.Total.Amount != want {
				t.Errorf("by %s: rows %d, total %d", by, sum, st.Total.Amount)
			}
		}
		w.sound(t)
		_, err = w.cashier.Void(ctx, me, w.project, r.ID, "收错")
		mustBe(t, err, nil)
		if w.seat(t, w.a).Owed != 25137 || w.account(t, ledger.Allowance) != 0 || w.account(t, ledger.Cash) != 0 {
			t.Errorf("void: owes %d, let go %d", w.seat(t, w.a).Owed, w.account(t, ledger.Allowance))
		}
		w.sound(t)
		r, err = w.take(t, taking)
		mustBe(t, err, nil)
		w.close(me)
		_, minus, err := w.giveBack(t, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: r.ID, Reason: "收错房屋"})
		mustBe(t, err, nil)
		if minus.Amount != -25100 || minus.Rounded != -37 || w.seat(t, w.a).Owed != 25137 || w.account(t, ledger.Allowance) != 0 || w.account(t, ledger.Cash) != 0 {
			t.Errorf("red %+v: owes %d", minus, w.seat(t, w.a).Owed)
		}
		w.sound(t)
	})
}

// Only money is given back in parts, and only money is invoiced: what was let
// go falls on the last lines and stays with them.
func TestRoundingAndParts(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.roundTo(t, money.OneYuan)
		w.bill(t, due{w.a, "物业服务费", 202611, 25117}, due{w.a, "公摊能耗费", 202611, 20})
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(25100), Rounded: 37})
		mustBe(t, err, nil)
		kept := func() (sum money.Fen) {
			k, err := w.cashier.Kept(ctx, w.d.Reader(ctx), w.project, []id.ID{r.ID})
			mustBe(t, err, nil)
			for _, amount := range k[0].Lines {
				if amount < 0 {
					t.Errorf("kept %+v", k[0].Lines)
				}
				sum += amount
			}
			return sum
		}
		if kept() != 25100 {
			t.Errorf("%d may be invoiced", kept())
		}
		_, _, err = w.giveBack(t, part(r.ID, 25101))
		mustBe(t, err, cashier.ErrRefundMuch)
		for _, back := range []money.Fen{10000, 15100} {
			_, minus, err := w.giveBack(t, part(r.ID, back))
			mustBe(t, err, nil)
			if minus.Amount != -back || minus.Rounded != 0 {
				t.Errorf("given back %+v", minus)
			}
			w.sound(t)
		}
		if kept() != 0 || w.seat(t, w.a).Owed != 25100 || w.account(t, ledger.Cash) != 0 || w.account(t, ledger.Allowance) != 37 {
			t.Errorf("kept %d, owes %d, cash %d, let go %d", kept(), w.seat(t, w.a).Owed, w.account(t, ledger.Cash), w.account(t, ledger.Allowance))
		}
	})
}

// A receipt whose rounding was changed by hand is named.
func TestRoundingChangedByHand(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.roundTo(t, money.OneJiao)
		w.bill(t, due{w.a, "物业服务费", 202611, 25137})
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(25130), Rounded: 7})
		mustBe(t, err, nil)
		set := func(fen int) {
			w.write(t, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE cashier_receipt SET rounded = ? WHERE project_id = ? AND id = ?", fen, w.project, r.ID)
				return err
			})
		}
		set(8)
		list, err := w.cashier.Broken(ctx, w.project)
		mustBe(t, err, nil)
		if said := strings.Join(list, "\n"); !strings.Contains(said, "明细合计") || !strings.Contains(said, "主营业务收入—折让") || !strings.Contains(said, r.Number) {
			t.Errorf("said: %s", said)
		}
		set(7)
	})
}
