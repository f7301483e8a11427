package app_test

import (
	"strings"
	"testing"
	"time"

	"linli/internal/bank"
	"linli/internal/kit/page"
	"linli/internal/ledger"
)

// What a channel has settled leaves its account and lies in the bank; the days
// and merchants of the channel are judged without it.
func TestChannelSettlementReachesTheBank(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.pay(t, w.ask(t, w.rooms[0], 0))
		w.later(t, time.Second)
		w.now.Advance(24 * time.Hour)
		text := "交易日期,贷方发生额,对方户名,交易附言,交易流水号\n" + w.now.Now().Format("2006-01-02") + ",250.00,财付通支付科技有限公司,商户结算款,JS0001\n"
		if _, err := w.app.Bank.Import(t.Context(), w.who, w.project, "明细.csv", strings.NewReader(text), int64(len(text))); err != nil {
			t.Fatal(err)
		}
		rows, err := w.app.Bank.Rows(t.Context(), w.project, bank.Filter{Request: page.Request{Limit: 10}})
		if err != nil || len(rows.Items) != 1 {
			t.Fatalf("rows %+v, %v", rows, err)
		}
		if _, err := w.app.Bank.PutAside(t.Context(), w.who, w.project, rows.Items[0].ID, bank.StateSettled, "昨天的微信收款"); err != nil {
			t.Fatal(err)
		}
		books, err := w.app.Ledger.Balances(t.Context(), w.app.DB.Reader(t.Context()), w.project, 0)
		if err != nil || books[ledger.Bank] != 250_00 || books[ledger.Clearing] != onlineOwed-250_00 {
			t.Errorf("books %v, %v", books, err)
		}
	})
}
