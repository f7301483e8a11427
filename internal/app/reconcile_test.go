package app_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// tomorrow is the next morning at an hour.
func (w *onlineWorld) tomorrow(hour time.Duration) {
	w.now.Set(clock.DateOf(w.now.Now()).AddDays(1).Start().Add(hour*time.Hour + 5*time.Minute))
}

// reconcileDue does what the server does by itself.
func (w *onlineWorld) reconcileDue(t *testing.T) []reconcile.Statement {
	t.Helper()
	if err := w.app.Reconcile.ReconcileDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	list, err := w.app.Reconcile.Statements(t.Context(), w.project, reconcile.StatementFilter{Request: page.Request{Limit: 100}})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func (w *onlineWorld) differences(t *testing.T, state reconcile.DifferenceState) map[reconcile.DifferenceKind]reconcile.Difference {
	t.Helper()
	list, err := w.app.Reconcile.Differences(t.Context(), w.project, reconcile.DifferenceFilter{Request: page.Request{Limit: 100}, State: state})
	if err != nil {
		t.Fatal(err)
	}
	out := map[reconcile.DifferenceKind]reconcile.Difference{}
	for _, d := range list.Items {
		if _, twice := out[d.Kind]; twice {
			t.Errorf("two differences %s", d.Kind)
		}
		out[d.Kind] = d
	}
	return out
}

// All callbacks of a day are lost and queries do not help: the next morning's
// books are right, and stay so whatever comes late.
func TestReconcileAfterADayWithoutCallbacks(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.sim.Misbehave(sim.Faults{Drop: true, Hide: true})
		var orders []payment.Order
		for _, room := range w.rooms[:4] {
			o := w.ask(t, room, 0)
			w.pay(t, o)
			orders = append(orders, o)
		}
		w.tomorrow(9)
		if list := w.reconcileDue(t); len(list) != 0 {
			t.Fatalf("before the bill is there: %+v", list)
		}
		for _, o := range orders {
			if w.order(t, o.ID).State == payment.OrderPaid {
				t.Fatal("something else credited the order")
			}
		}
		w.now.Advance(time.Hour)
		for range 2 {
			list := w.reconcileDue(t)
			if len(list) != 1 || list[0].State != reconcile.StatementDone || list[0].Lines != 4 || list[0].Amount != 4*onlineOwed || list[0].Open != 0 || list[0].Differences != 4 {
				t.Fatalf("statement %+v", list)
			}
			if want := int64(4 * 25060 * 6); list[0].Fee != want { // 0.60 % in 10⁻⁵ yuan
				t.Errorf("fee %d, want %d", list[0].Fee, want)
			}
		}
		w.sim.Misbehave(sim.Faults{})
		for _, o := range orders {
			header, body, address := w.overheard(t, o)
			if status := post(t, address, header, body); status != 204 {
				t.Errorf("late callback: %d", status)
			}
		}
		w.later(t, time.Hour)
		if _, err := w.app.Reconcile.Reconcile(t.Context(), w.who, w.project, "wechat", clock.DateOf(w.now.Now()).AddDays(-1)); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		for _, o := range orders {
			w.wantPaid(t, o)
		}
		w.capturedAll(t, 4)
		books, err := w.app.Ledger.Balances(t.Context(), w.app.DB.Reader(t.Context()), w.project, 0)
		if err != nil || books[ledger.FinancialCost] != 6_01 || books[ledger.Clearing] != 4*onlineOwed-6_01 {
			t.Errorf("fee as expense %d, with the channel %d, %v", books[ledger.FinancialCost], books[ledger.Clearing], err)
		}
	})
}

// Every kind of difference is found, offered its remedies, and dealt with once.
// (B34, B35)
func TestReconcileDifferences(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		orders := w.spoiledDay(t)
		w.tomorrow(10)
		list := w.reconcileDue(t)
		if len(list) != 1 || list[0].Lines != 7 || list[0].Differences != 6 || list[0].Open != 5 || list[0].Refunds != 10_00 {
			t.Fatalf("statements %+v", list)
		}
		if done := w.differences(t, reconcile.DifferenceDone)[reconcile.KindUncredited]; done.Remedy != reconcile.RemedyCredit || done.Order != orders[5].ID {
			t.Errorf("not credited: %+v", done)
		}
		odd := w.differences(t, reconcile.DifferenceOpen)
		for kind, want := range map[reconcile.DifferenceKind][2]int64{reconcile.KindAmount: {99_00, int64(onlineOwed)}, reconcile.KindMissing: {0, int64(onlineOwed)},
			reconcile.KindUnknown: {88_00, 0}, reconcile.KindRefund: {10_00, 0}, reconcile.KindFee: {500_000, 25060 * 6}} {
			if d, ok := odd[kind]; !ok || d.There != want[0] || d.Here != want[1] {
				t.Errorf("%s: %+v, want %v", kind, d, want)
			}
		}
		w.settleAll(t, odd)
		if c := w.candidates(t); len(c) != 1 || c[0].Amount != 88_00 || c[0].Why != payment.FoundUnknown {
			t.Errorf("candidates %+v", c)
		}
		if _, err := w.app.Reconcile.Reconcile(t.Context(), w.who, w.project, "wechat", list[0].Day); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		if again := w.reconcileDue(t); len(again) != 1 || again[0].Lines != 7 || again[0].Open != 0 || again[0].Hash != list[0].Hash {
			t.Errorf("fetched again: %+v", again)
		}
		w.caught(t)
	})
}

// spoiledDay is one payment for each thing that can go wrong, and one that
// fits.
func (w *onlineWorld) spoiledDay(t *testing.T) []payment.Order {
	t.Helper()
	var orders []payment.Order
	for n, room := range w.rooms {
		o := w.ask(t, room, 0)
		if n == 5 {
			w.sim.Misbehave(sim.Faults{Drop: true, Hide: true})
		}
		w.pay(t, o)
		w.sim.Deliver(t.Context())
		if n < 5 {
			w.later(t, time.Second)
		}
		orders = append(orders, o)
	}
	fee := int64(5_0000)
	for _, a := range []sim.Alteration{{Number: orders[1].Number, Total: 99_00}, {Number: orders[2].Number, Forget: true}, {Number: orders[3].Number, Refund: 10_00},
		{Number: orders[4].Number, Fee: &fee}, {Bare: true, Merchant: w.cred.Number, Number: "PAPER-0001", Total: 88_00}} {
		if err := w.sim.Alter(a); err != nil {
			t.Fatal(err)
		}
	}
	return orders
}

func (w *onlineWorld) settleAll(t *testing.T, odd map[reconcile.DifferenceKind]reconcile.Difference) {
	t.Helper()
	for kind, d := range odd {
		if _, err := w.app.Reconcile.Settle(t.Context(), w.who, w.project, d.ID, "nonsense", "x"); !errors.Is(err, reconcile.ErrRemedy) {
			t.Errorf("%s: a remedy that is none: %v", kind, err)
		}
		if kind != reconcile.KindUncredited {
			if _, err := w.app.Reconcile.Settle(t.Context(), w.who, w.project, d.ID, reconcile.RemedyCredit, ""); !errors.Is(err, reconcile.ErrRemedy) {
				t.Errorf("%s credited: %v", kind, err)
			}
		}
		remedy, note := kind.Remedies()[0], "已和微信核对"
		if remedy == reconcile.RemedyHold || remedy == reconcile.RemedyReturned {
			if _, err := w.app.Reconcile.Settle(t.Context(), w.who, w.project, d.ID, remedy, " "); !errors.Is(err, reconcile.ErrRemedyNote) {
				t.Errorf("%s without a note: %v", kind, err)
			}
		}
		if got, err := w.app.Reconcile.Settle(t.Context(), w.who, w.project, d.ID, remedy, note); err != nil || got.State != reconcile.DifferenceDone || got.DoneName != w.who.Name {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
		if _, err := w.app.Reconcile.Settle(t.Context(), w.who, w.project, d.ID, remedy, note); !errors.Is(err, reconcile.ErrDifferenceDone) {
			t.Errorf("%s twice: %v", kind, err)
		}
	}
}

// caught changes the stored bill and captures by hand; the doctor names it.
func (w *onlineWorld) caught(t *testing.T) {
	t.Helper()
	for name, change := range map[string]string{
		"line of a bill":   "UPDATE payment_bill_line SET amount = amount + %s WHERE project_id = ? AND number = 'PAPER-0001'",
		"day of a capture": "UPDATE payment_capture SET day = day + %s WHERE project_id = ? AND transaction_id = (SELECT MIN(transaction_id) FROM payment_capture c WHERE c.project_id = payment_capture.project_id)",
	} {
		for _, by := range []string{"1", "(-1)"} {
			err := w.app.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), strings.Replace(change, "%s", by, 1), w.project)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			found, err := w.app.Reconcile.Broken(t.Context(), w.project)
			if err != nil || (by == "1") != (len(found) > 0) {
				t.Errorf("%s changed by %s: %v, %v", name, by, found, err)
			}
		}
	}
}

// A bill that is late, refused or not the one that was signed is fetched again
// by itself; nothing of it is believed.
func TestReconcileWaitsForTheBill(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.sim.Misbehave(sim.Faults{Drop: true, Hide: true})
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		day := clock.DateOf(w.now.Now())
		if _, err := w.app.Reconcile.Reconcile(t.Context(), w.who, w.project, "wechat", day); !errors.Is(err, reconcile.ErrDayOpen) {
			t.Errorf("today: %v", err)
		}
		if _, err := w.app.Reconcile.Reconcile(t.Context(), w.who, w.project, "wechat", day.AddDays(-100)); !errors.Is(err, reconcile.ErrDayGone) {
			t.Errorf("long ago: %v", err)
		}
		w.tomorrow(10)
		for _, f := range []sim.Faults{{Hide: true, Drop: true, Busy: true}, {Hide: true, Drop: true, TamperBills: true}} {
			w.sim.Misbehave(f)
			list := w.reconcileDue(t)
			if len(list) != 1 || list[0].State != reconcile.StatementWaiting || list[0].Reason == "" || list[0].Lines != 0 {
				t.Fatalf("%+v: %+v", f, list)
			}
			if w.order(t, o.ID).State == payment.OrderPaid {
				t.Fatal("a bill that was changed is believed")
			}
			w.now.Advance(31 * time.Minute)
		}
		w.sim.Misbehave(sim.Faults{Drop: true, Hide: true})
		list := w.reconcileDue(t)
		if len(list) != 1 || list[0].State != reconcile.StatementDone || list[0].Open != 0 || list[0].Reason != "" {
			t.Fatalf("at last: %+v", list)
		}
		w.wantPaid(t, o)
		w.tomorrow(11)
		if list = w.reconcileDue(t); len(list) != 2 || list[0].State != reconcile.StatementDone || list[0].Lines != 0 || list[0].Differences != 0 {
			t.Errorf("a day without payments: %+v", list)
		}
	})
}

// Two projects with one merchant: each keeps its own lines, and what nobody
// asked for is the older one's.
func TestReconcileSharedMerchant(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		w.later(t, time.Second)
		if err := w.sim.Alter(sim.Alteration{Bare: true, Merchant: w.cred.Number, Number: "PAPER-0001", Total: 88_00}); err != nil {
			t.Fatal(err)
		}
		var other id.ID
		err := w.app.DB.Write(t.Context(), func(tx *db.Tx) error {
			p, err := w.app.Estate.CreateProject(t.Context(), tx, w.who, estate.Project{Name: "春江花园", Kind: estate.KindResidential})
			other = p.ID
			return err
		})
		if err == nil {
			_, err = w.app.Payment.SetMerchant(t.Context(), w.who, other, merchantOf(w.cred))
		}
		if err != nil {
			t.Fatal(err)
		}
		w.tomorrow(10)
		day := clock.DateOf(w.now.Now()).AddDays(-1)
		var got []reconcile.Statement
		for _, project := range []id.ID{w.project, other} {
			st, err := w.app.Reconcile.Reconcile(t.Context(), w.who, project, "wechat", day)
			if err != nil {
				t.Fatal(err)
			}
			w.drain(t)
			if st, err = w.app.Reconcile.Statement(t.Context(), project, st.ID); err != nil {
				t.Fatal(err)
			}
			got = append(got, st)
		}
		if a, b := got[0], got[1]; !slices.Equal([]int64{a.Lines, a.Others, a.Open, b.Lines, b.Others, b.Open}, []int64{2, 0, 1, 0, 2, 0}) {
			t.Errorf("%+v", got)
		}
		sound(t, w.app, other)
	})
}
