package cashier_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/tariff"
)

// costs charges room A for what it cost to collect.
func (w *world) costs(t *testing.T, item id.ID, due clock.Date, amount money.Fen) billing.Charge {
	t.Helper()
	var c billing.Charge
	w.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = w.billing.ChargeSingle(ctx, tx, actor.System("test"), w.project, billing.Single{Room: w.a, Item: item, Month: clock.DateOf(tx.Now()).Month(), Due: due,
			Amount: amount, Lines: []string{"单笔收费 DB2026-000001：300.00 元"}})
		return err
	})
	return c
}

func (w *world) costsItem(t *testing.T, name string) id.ID {
	t.Helper()
	var i tariff.Item
	w.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = w.tariff.CreateItem(ctx, tx, actor.System("test"), w.project, tariff.Item{Name: name, Basis: tariff.Costs, Cycle: "month", Advance: true, StartMonth: 1,
			From: 20200101, Unit: 1, FirstMonth: tariff.Actual})
		return err
	})
	return i.ID
}

// paidLines are the lines of a receipt as name and fen, in their order.
func paidLines(r *cashier.Receipt) string {
	out := make([]string, len(r.Lines))
	for i, l := range r.Lines {
		out[i] = fmt.Sprint(l.ItemName, " ", int64(l.Amount))
	}
	return strings.Join(out, ", ")
}

// Costs, then late fees, then principal: a payment that does not reach for all
// goes this way, again and again (民法典 561).
func TestCostsComeFirst(t *testing.T) {
	for _, c := range []struct {
		policy cashier.Policy
		takes  []money.Fen
		want   []string
	}{
		{cashier.PolicyStatutory, []money.Fen{200_00, 105_00, 100_00, 905_00},
			[]string{"律师费 20000", "律师费 10000, 物业服务费违约金 500", "物业服务费违约金 500, 物业服务费 9500", "物业服务费 90500"}},
		{cashier.PolicyOldest, []money.Fen{310_00, 990_00, 10_00},
			[]string{"律师费 30000, 物业服务费 1000", "物业服务费 99000", "物业服务费违约金 1000"}},
	} {
		t.Run(string(c.policy), func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				if _, err := w.cashier.SetSetting(t.Context(), w.teller(), w.project, cashier.Setting{Policy: c.policy, Choice: true}); err != nil {
					t.Fatal(err)
				}
				late := w.lateWorld(t, penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal})
				w.now.Set(late.Due.AddDays(20).Start())
				w.costs(t, w.costsItem(t, "律师费"), 0, 300_00)
				for i, amount := range c.takes {
					r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(amount)})
					if err != nil {
						t.Fatal(err)
					}
					if got := paidLines(&r); got != c.want[i] {
						t.Errorf("payment %d of %d: %s, want %s", i+1, amount, got, c.want[i])
					}
					if i == 0 && !strings.HasPrefix(r.Lines[0].How, "实现债权的费用，到期后先于违约金和本金抵扣") {
						t.Errorf("the receipt says %q", r.Lines[0].How)
					}
				}
				if s := w.seat(t, w.a); s.Owed != 0 || s.LateOwed != 0 {
					t.Errorf("owed %d, late %d", s.Owed, s.LateOwed)
				}
			})
		})
	}
}

// What is not due goes behind what is (民法典 560), costs no less; and what the
// payer names, he pays: among that, costs come first.
func TestCostsNotDueAndChosen(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		late := w.lateWorld(t, penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal})
		w.now.Set(late.Due.AddDays(20).Start())
		today, item := clock.DateOf(w.now.Now()), w.costsItem(t, "诉讼费")
		later := w.costs(t, item, today.AddDays(10), 300_00)
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(100_00)})
		if err != nil || paidLines(&r) != "物业服务费违约金 1000, 物业服务费 9000" {
			t.Fatalf("costs that are not due: %s, %v", paidLines(&r), err)
		}
		now := w.costs(t, item, today, 50_00)
		if r, err = w.take(t, cashier.Taking{Room: w.a, Charges: []id.ID{late.ID, now.ID}, Pays: cash(60_00)}); err != nil || paidLines(&r) != "诉讼费 5000, 物业服务费 1000" {
			t.Errorf("chosen: %s, %v", paidLines(&r), err)
		}
		w.now.Set(later.Due.Start())
		if r, err = w.take(t, cashier.Taking{Room: w.a, Pays: cash(300_00)}); err != nil || paidLines(&r) != "诉讼费 30000" {
			t.Errorf("due by now: %s, %v", paidLines(&r), err)
		}
		err = w.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.late.AddTerms(t.Context(), tx, actor.System("test"), w.project, latefee.Terms{Item: item, From: 20200101, Source: "合同",
				Terms: penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal}})
			return err
		})
		mustBe(t, err, latefee.ErrTerms)
	})
}
