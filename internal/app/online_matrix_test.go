package app_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"linli/internal/bank"
	"linli/internal/card"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/page"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// online gives a twin a merchant, an order that waits and money nobody asked
// for.
func (w *matrixWorld) online(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	s, err := openWechat(t.TempDir(), w.app.DB.Clock())
	if err != nil {
		t.Fatal(err)
	}
	cred, err := s.Enrol(wechatShop)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.app.Payment.SetMerchant(ctx, who, project, merchantOf(cred)); err != nil {
		t.Fatal(err)
	}
	if cred, err = s.Enrol(wechatBranch); err != nil {
		t.Fatal(err)
	}
	second := merchantOf(cred)
	second.Name = p.canary + "商户"
	if second, err = w.app.Payment.AddMerchant(ctx, who, project, second); err != nil {
		t.Fatal(err)
	}
	p.ids["merchant"] = second.ID
	if cred, err = s.Enrol(wechatShop); err != nil {
		t.Fatal(err)
	}
	seat, err := w.app.Cashier.Seat(ctx, project, p.ids["room"])
	if err != nil {
		t.Fatal(err)
	}
	o, err := w.app.Cashier.OpenOrder(ctx, who, project, cashier.OrderTaking{Channel: "wechat", Room: p.ids["room"], Amount: 1, ExpectedOwed: seat.Owed})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["order"] = o.ID
	if err := w.app.Payment.Apply(ctx, project, "wechat", payment.Trade{Number: p.canary + "-1", Transaction: p.canary, Merchant: cred.Number,
		State: payment.TradePaid, Amount: 1, Currency: "CNY", PaidAt: w.app.DB.Clock().Now()}); err != nil {
		t.Fatal(err)
	}
	list, err := w.app.Payment.Candidates(ctx, project, payment.CandidateFilter{Request: page.Request{Limit: 1}})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("candidates %+v, %v", list, err)
	}
	p.ids["candidate"] = list.Items[0].ID
	w.statement(t, p, who, cred.Number)
}

// statement gives a twin a reconciled day with money that no order asked for.
func (w *matrixWorld) statement(t *testing.T, p *twin, who actor.Actor, merchant string) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	day := clock.DateOf(w.app.DB.Clock().Now()).AddDays(-2)
	st, err := w.app.Reconcile.Reconcile(ctx, who, project, "wechat", day)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.app.Reconcile.Match(ctx, project, st.ID, func(_ context.Context, each func(payment.BillLine) error) (payment.BillTotals, error) {
		return payment.BillTotals{}, each(payment.BillLine{Transaction: p.canary + "-2", Number: "L" + strconv.FormatInt(int64(project), 36) + "-" + p.canary, Merchant: merchant, State: payment.BillPaid,
			Words: "SUCCESS", Currency: "CNY", Amount: 1, Settled: 1, At: day.Start()})
	}); err != nil {
		t.Fatal(err)
	}
	odd, err := w.app.Reconcile.Differences(ctx, project, reconcile.DifferenceFilter{Request: page.Request{Limit: 1}})
	if err != nil || len(odd.Items) != 1 {
		t.Fatalf("differences %+v, %v", odd, err)
	}
	p.ids["statement"], p.ids["difference"] = st.ID, odd.Items[0].ID
	text := "交易日期,收入金额,对方户名\n2026-01-05,1.00," + p.canary + "\n"
	if _, err := w.app.Bank.Import(ctx, who, project, p.canary+".csv", strings.NewReader(text), int64(len(text))); err != nil {
		t.Fatal(err)
	}
	rows, err := w.app.Bank.Rows(ctx, project, bank.Filter{Request: page.Request{Limit: 1}})
	if err != nil || len(rows.Items) != 1 {
		t.Fatalf("bank rows %+v, %v", rows, err)
	}
	p.ids["bank_row"] = rows.Items[0].ID
	w.cards(t, p, who)
}

// cards gives a twin a day of an acquirer's file with a sale that nobody took.
func (w *matrixWorld) cards(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	text := "终端号,参考号,交易金额,交易类型,交易日期\n" + p.canary + ",1,1.00,消费,2026-01-05\n"
	if _, err := w.app.Card.Import(ctx, who, project, p.canary+".csv", strings.NewReader(text), int64(len(text))); err != nil {
		t.Fatal(err)
	}
	days, err := w.app.Card.Days(ctx, project, card.DayFilter{Request: page.Request{Limit: 1}})
	if err != nil || len(days.Items) != 1 {
		t.Fatalf("card days %+v, %v", days, err)
	}
	odd, err := w.app.Card.Differences(ctx, project, card.Filter{Request: page.Request{Limit: 1}})
	if err != nil || len(odd.Items) != 1 {
		t.Fatalf("card differences %+v, %v", odd, err)
	}
	p.ids["card_day"], p.ids["card_difference"] = days.Items[0].ID, odd.Items[0].ID
}

// cardBodies are requests about differences of cards.
func cardBodies(from twin) map[string]string {
	return map[string]string{
		"card-difference-receive": fmt.Sprintf(`{"room_id":%q,"expected_owed":0}`, from.ids["room"]),
		"card-difference-settle":  `{"remedy":"hold","note":"矩阵测试"}`,
	}
}
