package app_test

import (
	"fmt"
	"testing"

	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/estate"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/screen"
)

// desk gives the household of a twin what the counter works with beside cash: an
// order that waits for its payer, a pay code, a deposit, another one that
// somebody asks to give back, and one that shall pay what is owed.
func (w *matrixWorld) desk(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project, room := t.Context(), p.ids["project"], p.ids["room"]
	fatal := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", p.canary, err)
		}
	}
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	fatal(err)
	o, err := w.app.Cashier.OpenOrder(ctx, who, project, cashier.OrderTaking{Channel: "wechat", Room: room, Amount: 1, ExpectedOwed: seat.Owed})
	fatal(err)
	p.ids["order"] = o.ID
	_, err = w.app.Paycode.Issue(ctx, who, project, room)
	fatal(err)
	p.ids["deposit"] = w.keys(t, p, who)
	f, err := w.app.Cashier.AskRefund(ctx, who, project, cashier.RefundAsk{Kind: cashier.RefundHeld, Deposit: w.keys(t, p, who), Amount: 10_00,
		Method: cashier.MethodCash, Reason: p.canary})
	fatal(err)
	p.ids["refund"] = f.ID
	p.ids["settlement"] = w.settles(t, p, who)
	w.bills(t, p, who)
}

// bills gives the household of a twin a title and an invoice that is asked for,
// on paper already.
func (w *matrixWorld) bills(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	list, err := w.app.Invoice.Ask(ctx, who, project, invoice.Application{Receipts: []id.ID{p.ids["receipt"]}, Expected: 1_00,
		New: &invoice.Title{Party: invoice.Party{Name: p.canary}}})
	if err != nil {
		t.Fatal(err)
	}
	titles, err := w.app.Invoice.Titles(ctx, w.app.DB.Reader(ctx), project, list[0].Payer)
	if err != nil || len(titles) != 1 {
		t.Fatalf("titles %v: %v", titles, err)
	}
	if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE invoice_doc SET file_id = (SELECT file_id FROM expense_doc WHERE project_id = ? AND id = ?) WHERE project_id = ? AND id = ?",
			project, p.ids["expense"], project, list[0].ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p.ids["invoice"], p.ids["title"] = list[0].ID, titles[0].ID
}

// keys takes a deposit of 50 yuan for keys of the room of a twin.
func (w *matrixWorld) keys(t *testing.T, p *twin, who actor.Actor) id.ID {
	t.Helper()
	d, _, err := w.app.Deposit.Take(t.Context(), who, p.ids["project"], deposit.Taking{Kind: deposit.KindKeys, Room: p.ids["room"], Note: p.canary,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 50_00}}})
	if err != nil {
		t.Fatal(err)
	}
	return d.ID
}

// settles asks to pay a fen of what the household of a twin owes out of another
// deposit of it.
func (w *matrixWorld) settles(t *testing.T, p *twin, who actor.Actor) id.ID {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	seat, err := w.app.Cashier.Seat(ctx, project, p.ids["room"])
	if err != nil || len(seat.Open) == 0 {
		t.Fatalf("seat %+v, %v", seat, err)
	}
	x, err := w.app.Deposit.AskSettle(ctx, who, project, deposit.SettleAsk{Deposit: w.keys(t, p, who), Charges: []id.ID{seat.Open[0].Charge}, Settle: 1,
		Reason: p.canary, Agreed: true})
	if err != nil {
		t.Fatal(err)
	}
	return x.ID
}

// leaves plans that the room of a twin changes hands.
func (w *matrixWorld) leaves(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	x, err := w.app.Screen.HandOver(t.Context(), who, p.ids["project"], screen.HandOver{Room: p.ids["room"], Date: clock.DateOf(w.app.DB.Clock().Now()).AddDays(30),
		NewOwner: &estate.PersonInput{Name: p.canary + "新业主"}})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["transfer"] = x.ID
}

// deskBodies are requests of the counter that work in the own building.
func (w *matrixWorld) deskBodies(t *testing.T, from twin) map[string]string {
	t.Helper()
	ctx, project := t.Context(), w.a.ids["project"]
	owed, held, asked, settling := money.Fen(0), 1, 1, 1 // what an absent one is asked with
	if seat, err := w.app.Cashier.Seat(ctx, project, from.ids["room"]); err == nil {
		owed = seat.Owed
	}
	if d, err := w.app.Deposit.Deposit(ctx, project, from.ids["deposit"]); err == nil {
		held = d.Version
	}
	if f, err := w.app.Cashier.Refund(ctx, project, from.ids["refund"]); err == nil {
		asked = f.Version
	}
	if x, err := w.app.Deposit.Settlement(ctx, project, from.ids["settlement"]); err == nil {
		settling = x.Version
	}
	order := fmt.Sprintf(`{"channel":"wechat","room_id":%q,"expected_owed":%d,"amount":1}`, from.ids["room"], owed)
	return map[string]string{
		"invoice-title-add":           fmt.Sprintf(`{"payer_id":%q,"title":{"name":"周文博","company":false}}`, from.ids["person"]),
		"deposit-deduct":              fmt.Sprintf(`{"amount":1,"reason":"矩阵测试","version":%d}`, held),
		"deposit-move":                fmt.Sprintf(`{"person_id":%q,"reason":"矩阵测试","version":%d}`, from.ids["person"], held),
		"deposit-take":                fmt.Sprintf(`{"kind":"keys","room_id":%q,"pays":[{"method":"cash","amount":100}]}`, from.ids["room"]),
		"deposit-settlement-ask":      fmt.Sprintf(`{"deposit_id":%q,"charge_ids":[%q],"settle":1,"agreed":true,"reason":"矩阵测试"}`, from.ids["deposit"], from.ids["charge"]),
		"deposit-settlement-decide":   fmt.Sprintf(`{"approve":true,"version":%d}`, settling),
		"deposit-settlement-pay":      fmt.Sprintf(`{"version":%d}`, settling),
		"deposit-settlement-renew":    fmt.Sprintf(`{"version":%d}`, settling),
		"deposit-settlement-withdraw": fmt.Sprintf(`{"version":%d}`, settling),
		"order-cancel":                `{}`,
		"order-create":                order,
		"order-parts":                 order,
		"paycode-end":                 `{"reason":"矩阵测试"}`,
		"paycode-issue":               `{}`,
		"paycode-sheet":               `{}`,
		"refund-again":                fmt.Sprintf(`{"method":"transfer","version":%d}`, asked),
		"refund-ask":                  fmt.Sprintf(`{"kind":"deposit","deposit_id":%q,"amount":1,"method":"cash","reason":"矩阵测试"}`, from.ids["deposit"]),
		"refund-decide":               fmt.Sprintf(`{"approve":true,"version":%d}`, asked),
		"refund-pay":                  fmt.Sprintf(`{"version":%d}`, asked),
		"refund-withdraw":             fmt.Sprintf(`{"version":%d}`, asked),
		"transfer-room":               fmt.Sprintf(`{"new_owner":{"name":"新业主"},"date":%q}`, clock.DateOf(dbtest.Start()).AddDays(40)),
		"undo-transfer":               `{"reason":"矩阵测试"}`,
	}
}
