package cashier_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// Every grouping sums to the receipts of the period, and each row leads to the
// receipts it is made of.
func TestStatistics(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.bill(t, due{w.a, "物业服务费", 202611, 25380}, due{w.b, "车位管理费", 202611, 6000}, due{w.c, "电梯费", 202611, 10000})
		w.takeAs(t, w.teller(), w.a, cashier.Pay{Method: cashier.MethodCash, Amount: 30000}, cashier.Pay{Method: cashier.MethodCard, Amount: 5000})
		gone := w.takeAs(t, w.teller(), w.c, cashier.Pay{Method: cashier.MethodCash, Amount: 700})
		_, err := w.cashier.Void(ctx, w.teller(), w.project, gone.ID, "收错")
		mustBe(t, err, nil)
		w.now.Advance(24 * time.Hour)
		w.takeAs(t, w.second(), w.c, cashier.Pay{Method: cashier.MethodTransfer, Amount: 10500})
		w.bill(t, due{w.c, "公摊能耗费", 202612, 400})
		w.takeAs(t, w.second(), w.c, cashier.Pay{Method: cashier.MethodPrepay, Amount: 400})

		for by, want := range map[cashier.StatBy]string{
			cashier.ByDay:     "2026-11-21 1 35000 35000; 2026-11-22 2 10900 10500",
			cashier.ByCashier: "李雪梅 1 35000 35000; 孙涛 2 10900 10500",
			cashier.ByMethod:  "现金 1 30000 30000; 转账 1 10500 10500; 刷卡 1 5000 5000; 预存抵扣 1 400 400",
			cashier.ByItem:    "物业服务费 1 25380 25380; 电梯费 1 10000 10000; 车位管理费 1 6000 6000; 公摊能耗费 1 400 400; 存入预存 2 4120 4120",
		} {
			st, err := w.cashier.Statistics(ctx, w.project, cashier.StatFilter{By: by})
			mustBe(t, err, nil)
			rows, sum := []string{}, money.Fen(0)
			for _, r := range st.Rows {
				rows, sum = append(rows, fmt.Sprintf("%s %d %d %d", r.Name, r.Receipts, r.Amount, r.Income())), sum+r.Amount
			}
			if got := strings.Join(rows, "; "); got != want {
				t.Errorf("by %s: %s", by, got)
			}
			if st.Total.Receipts != 3 || st.Total.Amount != 45900 || sum != 45900 || st.Total.Income() != 45500 {
				t.Errorf("by %s: total %+v, rows sum to %d", by, st.Total, sum)
			}
			w.drill(t, &st)
			var b bytes.Buffer
			mustBe(t, sheet.WriteXLSX(&b, []sheet.Sheet{st.Sheet()}), nil)
			table, last := st.Sheet(), []sheet.Value{}
			mustBe(t, table.Rows(func(row []sheet.Value) error { last = row; return nil }), nil)
			came := slices.IndexFunc(table.Columns, func(c sheet.Column) bool { return c.Title == "收进（元）" })
			if wide := by == cashier.ByDay || by == cashier.ByCashier; wide != (came >= 0) || wide && last[came] != sheet.Decimal("455.00") {
				t.Errorf("by %s: the sheet says %v came in", by, last)
			}
		}
		st, err := w.cashier.Statistics(ctx, w.project, cashier.StatFilter{By: cashier.ByDay, From: 20261122, Cashier: 11})
		if err != nil || len(st.Rows) != 0 || st.Total.Amount != 0 {
			t.Errorf("nothing was taken, and %+v, %v", st, err)
		}
		_, err = w.cashier.Statistics(ctx, w.project, cashier.StatFilter{From: 20261122, Until: 20261121})
		mustBe(t, err, cashier.ErrPeriod)
	})
}

// drill asks for the receipts of each row.
func (w *world) drill(t *testing.T, st *cashier.Statistics) {
	t.Helper()
	for _, r := range st.Rows {
		f := cashier.Filter{From: st.From, Until: st.Until, State: cashier.StateValid}
		switch st.By {
		case cashier.ByDay:
			mustBe(t, f.From.UnmarshalText([]byte(r.Key)), nil)
			f.Until = f.From
		case cashier.ByCashier:
			if f.Cashier = 11; r.Name == "孙涛" {
				f.Cashier = 22
			}
		case cashier.ByMethod:
			f.Method = cashier.Method(r.Key)
		case cashier.ByItem:
			if r.Key == "prepay" {
				continue
			}
			mustBe(t, f.Item.UnmarshalText([]byte(r.Key)), nil)
		}
		list, err := w.cashier.Receipts(t.Context(), w.project, f)
		if err != nil || len(list.Items) != r.Receipts {
			t.Errorf("%s %s leads to %d receipts, not %d: %v", st.By, r.Name, len(list.Items), r.Receipts, err)
		}
	}
}
