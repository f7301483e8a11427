package app_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	alipaysim "linli/internal/outside/alipay/sim"
	wechatsim "linli/internal/outside/wechat/sim"
	"linli/internal/payment"
	"linli/internal/tariff"
	"linli/internal/termination"
)

// endedWorld is an onlineWorld whose rooms owe a year at 2 % off as well
// (2,947.06), and pay by one of the channels.
type endedWorld struct {
	*onlineWorld
	at      dbtest.Place
	alipay  *alipaysim.Sim
	host    string // of Alipay
	channel string
	item    id.ID
	owing   money.Fen // of each room at first
}

// manner is what a channel does with refunds.
type manner int

const (
	fine    manner = iota
	silent         // done, and nobody tells
	lost           // done, and the answer gets lost
	slow           // not done yet, or not to be seen
	refuses        // not enough on the account, or no contract
)

func (w *endedWorld) behave(m manner) {
	if w.channel == "wechat" {
		w.sim.Misbehave(map[manner]wechatsim.Faults{silent: {Drop: true}, lost: {Drop: true, FailAfterEffect: true},
			slow: {Drop: true, RefundTakes: time.Hour}, refuses: {RefundRefused: "NOT_ENOUGH"}}[m])
		return
	}
	w.alipay.Misbehave(map[manner]alipaysim.Faults{silent: {Drop: true}, lost: {Drop: true, FailAfterEffect: true},
		slow: {Drop: true, HideRefunds: true}, refuses: {Without: "alipay.trade.refund"}}[m])
}

// byBothChannels runs f with each channel on each engine.
func byBothChannels(t *testing.T, f func(t *testing.T, w *endedWorld)) {
	t.Helper()
	books := aliBooks(t)
	for _, channel := range []string{"wechat", "alipay"} {
		t.Run(channel, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, engine db.Engine) {
				w := &endedWorld{channel: channel}
				w.onlineWorld, w.at = openOnline(t, engine)
				w.openAlipay(t, books)
				w.live(t, w.at, app.Config{Alipay: w.host})
				w.yearly(t)
				f(t, w)
				sound(t, w.app, w.project)
			})
		})
	}
}

func (w *endedWorld) openAlipay(t *testing.T, books []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "alipay.json")
	err := os.WriteFile(path, books, 0o600)
	if err == nil {
		w.alipay, err = alipaysim.Open(alipaysim.Options{Path: path, Clock: w.now, Log: slog.New(slog.DiscardHandler)})
	}
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(w.alipay.Handler())
	t.Cleanup(srv.Close)
	w.host = srv.URL
}

// yearly charges every room a year at once.
func (w *endedWorld) yearly(t *testing.T) {
	t.Helper()
	ctx, month := t.Context(), clock.MonthOf(w.now.Now())
	c, err := w.alipay.Enrol(pid)
	if err == nil {
		_, err = w.app.Payment.SetMerchant(ctx, w.who, w.project, payment.Merchant{Channel: "alipay", Number: c.Number, App: c.App, PlatformKey: c.PlatformKey,
			PrivateKey: c.PrivateKey, Active: true})
	}
	if err == nil {
		err = w.app.DB.Write(ctx, func(tx *db.Tx) error { return w.yearlyItem(ctx, tx, month) })
	}
	var run billing.Run
	if err == nil {
		run, err = w.app.Billing.StartRun(ctx, w.who, w.project, month)
	}
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err == nil {
		run, err = w.app.Billing.Run(ctx, w.app.DB.Reader(ctx), w.project, run.ID)
	}
	if err == nil {
		_, err = w.app.Billing.Release(ctx, w.who, w.project, run.ID, run.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	if w.owing, _ = w.owed(t, w.rooms[0]); w.owing != onlineOwed+2947_06 {
		t.Fatalf("owes %d", w.owing)
	}
}

func (w *endedWorld) yearlyItem(ctx context.Context, tx *db.Tx, month clock.Month) error {
	item, err := w.app.Tariff.CreateItem(ctx, tx, w.who, w.project, tariff.Item{Name: "车位管理费", Basis: tariff.Fixed, Cycle: "year", Advance: true,
		StartMonth: month.Number(), From: month.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
	if err != nil {
		return err
	}
	w.item = item.ID
	rate := tariff.Rate{Item: item.ID, From: month.First(), Price: 250_600_000, SourceKind: "contract", SourceText: "合同"}
	if _, err := w.app.Tariff.AddRate(ctx, tx, w.who, w.project, rate); err != nil {
		return err
	}
	if _, err := w.app.Tariff.Assign(ctx, tx, w.who, w.project, tariff.Assignment{Item: item.ID, Scope: tariff.ToProject, From: month.First()}); err != nil {
		return err
	}
	asked, err := w.app.Tariff.AskDiscount(ctx, tx, w.who, w.project, tariff.Discount{Item: item.ID, Scope: tariff.ToProject, Kind: tariff.Ahead, Keep: 9800,
		Months: 12, Since: month.First(), From: month.First(), Reason: "一次缴全年"})
	if err == nil {
		_, err = w.app.Tariff.Decide(ctx, tx, clerk(8), w.project, asked.ID, true, "", asked.Version)
	}
	return err
}

// paid has a room pay all it owes, or an amount, through the channel, and
// answers the receipt.
func (w *endedWorld) paid(t *testing.T, room id.ID, amount money.Fen) id.ID {
	t.Helper()
	owed, _ := w.owed(t, room)
	if amount == 0 {
		amount = owed
	}
	w.behave(fine)
	o, err := w.app.Cashier.OpenOrder(t.Context(), w.who, w.project, cashier.OrderTaking{Channel: w.channel, Room: room, Amount: amount, ExpectedOwed: owed, Confirmed: true})
	if err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	if o = w.order(t, o.ID); w.channel == "wechat" {
		err = w.sim.Pay(o.Code)
	} else {
		err = w.alipay.Pay(o.Code)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.passes(t, time.Second)
	if o = w.order(t, o.ID); o.Receipt == 0 {
		t.Fatalf("order %+v", o)
	}
	return o.Receipt
}

// passes lets time go by; notices come and jobs run.
func (w *endedWorld) passes(t *testing.T, d time.Duration) {
	t.Helper()
	w.now.Advance(d)
	w.sim.Deliver(t.Context())
	w.alipay.Deliver(t.Context())
	w.drain(t)
}

// asks is for five of the twelve months served, the rest by the channel.
func (w *endedWorld) asks(t *testing.T, room id.ID) termination.Ask {
	t.Helper()
	ctx, q := t.Context(), w.app.DB.Reader(t.Context())
	list, err := w.app.Termination.Periods(ctx, q, w.project, room)
	if err != nil || len(list) != 1 {
		t.Fatalf("periods %+v, %v", list, err)
	}
	in := termination.Ask{Room: room, Run: list[0].Run, Item: list[0].Item, Used: 5, Policy: termination.Reprice, Original: true, Method: cashier.MethodCash, Reason: "车位转让"}
	quote, err := w.app.Termination.Quote(ctx, q, w.project, room, in.Run, in.Item, in.Used, in.Policy)
	if err != nil || quote.Back.Refund != 1694_06 {
		t.Fatalf("quote %+v, %v", quote, err)
	}
	in.Seen = quote.Back.Refund
	return in
}

// ended asks and approves; the channel is asked at once.
func (w *endedWorld) ended(t *testing.T, room id.ID, how manner) termination.Doc {
	t.Helper()
	d, err := w.app.Termination.Ask(t.Context(), clerk(7), w.project, w.asks(t, room))
	if err != nil {
		t.Fatal(err)
	}
	return w.approved(t, d, how)
}

func (w *endedWorld) approved(t *testing.T, d termination.Doc, how manner) termination.Doc {
	t.Helper()
	w.behave(how)
	d, err := w.app.Termination.Decide(t.Context(), clerk(8), w.project, d.ID, true, "", d.Version)
	if err != nil || d.State != termination.Approved || d.Number == "" {
		t.Fatalf("approved %+v, %v", d, err)
	}
	w.drain(t)
	return d
}

// stands checks a document and, once it is approved, its refunds part by part.
func (w *endedWorld) stands(t *testing.T, doc id.ID, want termination.State, refunds ...cashier.RefundState) termination.Doc {
	t.Helper()
	d, err := w.app.Termination.Doc(t.Context(), w.app.DB.Reader(t.Context()), w.project, doc)
	if err != nil || d.State != want || len(refunds) > 0 && len(d.Parts) != len(refunds) {
		t.Fatalf("document %+v, %v, want %s", d, err, want)
	}
	for i := range refunds {
		if f := w.refund(t, d.Parts[i].Refund); f.State != refunds[i] || (f.Red != 0) != (refunds[i] == cashier.RefundPaid) {
			t.Fatalf("refund %+v, want %s", f, refunds[i])
		}
	}
	return d
}

// books holds the clearing account against the channel's own books, and what a
// room still has paid ahead against months.
func (w *endedWorld) books(t *testing.T, gone money.Fen, times int) {
	t.Helper()
	captured, _ := w.sim.Captured(w.cred.Number)
	back, n := w.sim.GivenBack(w.cred.Number)
	if w.channel == "alipay" {
		captured, _ = w.alipay.Captured(pid)
		back, n = w.alipay.GivenBack(pid)
	}
	sum := sumOf(t, w.app.DB, "SELECT CAST(COALESCE(SUM(CASE WHEN debit = 1012 THEN amount ELSE -amount END), 0) AS BIGINT) FROM ledger_posting WHERE project_id = ? AND (debit = 1012 OR credit = 1012)", w.project)
	if money.Fen(back) != gone || n != times || money.Fen(captured-back) != sum {
		t.Errorf("the channel gave back %d in %d of %d, should be %d in %d; the book says %d is there", back, n, captured, gone, times, sum)
	}
}

// months is how many of the year a room still is charged for.
func (w *endedWorld) months(t *testing.T, room id.ID) (n int) {
	t.Helper()
	list, err := w.app.Billing.Charges(t.Context(), w.app.DB.Reader(t.Context()), w.project, billing.Filter{Rooms: []id.ID{room}, Item: w.item})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Items)
}

// goneBack checks a room whose seven months went back, once.
func (w *endedWorld) goneBack(t *testing.T, room id.ID) {
	t.Helper()
	if owed, prepaid := w.owed(t, room); owed != 0 || prepaid != 0 || w.months(t, room) != 6 { // five and what is kept
		t.Errorf("owes %d, has %d, is charged %d months", owed, prepaid, w.months(t, room))
	}
}

// Months go back by the channel that took the money: told of, asked for after an
// answer got lost and the server began anew, and late; each is booked once, and
// while money is on its way nothing else can be done with the document.
func TestTerminationByTheChannel(t *testing.T) {
	t.Parallel()
	byBothChannels(t, func(t *testing.T, w *endedWorld) {
		ctx := t.Context()
		for _, room := range w.rooms[:3] {
			w.paid(t, room, 0)
		}
		told := w.ended(t, w.rooms[0], fine)
		w.passes(t, 2*time.Second)
		told = w.stands(t, told.ID, termination.Done, cashier.RefundPaid)
		w.goneBack(t, w.rooms[0])
		red, err := w.app.Cashier.Receipt(ctx, w.app.DB.Reader(ctx), w.project, w.refund(t, told.Parts[0].Refund).Red)
		if err != nil || red.Amount != -1694_06 || len(red.Lines) != 8 || red.Pays[0].Method != cashier.Method(w.channel) {
			t.Errorf("red receipt %+v, %v", red, err)
		}

		unheard := w.ended(t, w.rooms[1], lost)
		w.stands(t, unheard.ID, termination.Approved, cashier.RefundSent)
		w.app.Close()
		w.live(t, w.at, app.Config{Alipay: w.host})
		w.behave(silent)
		w.passes(t, 10*time.Second)
		w.stands(t, unheard.ID, termination.Done, cashier.RefundPaid)
		w.goneBack(t, w.rooms[1])
		w.books(t, 2*1694_06, 2)

		late := w.ended(t, w.rooms[2], slow)
		w.passes(t, time.Minute)
		late = w.stands(t, late.ID, termination.Approved, cashier.RefundSent)
		_, err = w.app.Termination.Renew(ctx, clerk(7), w.project, late.ID, 1694_06, late.Version)
		wantErr(t, err, termination.ErrOnWay)
		f := w.refund(t, late.Parts[0].Refund)
		_, err = w.app.Cashier.WithdrawRefund(ctx, clerk(7), w.project, f.ID, f.Version)
		wantErr(t, err, cashier.ErrRefundState)
		_, err = w.app.Cashier.AskRefund(ctx, clerk(7), w.project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: f.Receipt, Amount: w.owing - 1694_05, Original: true, Reason: "再退"})
		wantErr(t, err, cashier.ErrRefundMuch)
		w.behave(fine)
		w.passes(t, 3*time.Hour)
		w.stands(t, late.ID, termination.Done, cashier.RefundPaid)
		w.goneBack(t, w.rooms[2])
		w.passes(t, 30*time.Hour)
		w.books(t, 3*1694_06, 3)
	})
}

// A channel that refuses leaves everything as it was: it is asked once more, or
// the document is computed anew, or the money goes back by hand; each needs a
// second person, and no fen goes back twice.
func TestTerminationRefusedByTheChannel(t *testing.T) {
	t.Parallel()
	byBothChannels(t, func(t *testing.T, w *endedWorld) {
		ctx := t.Context()
		for _, room := range w.rooms[:3] {
			w.paid(t, room, 0)
		}
		docs := []termination.Doc{}
		for _, room := range w.rooms[:3] {
			d := w.ended(t, room, refuses)
			w.passes(t, 10*time.Second)
			docs = append(docs, w.stands(t, d.ID, termination.Approved, cashier.RefundFailed))
			if owed, _ := w.owed(t, room); owed != 0 || w.months(t, room) != 12 {
				t.Errorf("refused, and owes %d for %d months", owed, w.months(t, room))
			}
		}
		w.books(t, 0, 0)
		w.behave(fine)

		f := w.refund(t, docs[0].Parts[0].Refund)
		f, err := w.app.Cashier.AskAgain(ctx, clerk(7), w.project, f.ID, cashier.Again{Original: true}, f.Version)
		if err == nil {
			_, err = w.app.Cashier.DecideRefund(ctx, clerk(8), w.project, f.ID, true, "", f.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.passes(t, time.Second)
		w.drain(t)
		w.passes(t, 10*time.Second)
		w.stands(t, docs[0].ID, termination.Done, cashier.RefundPaid)
		w.goneBack(t, w.rooms[0])

		anew, err := w.app.Termination.Renew(ctx, clerk(8), w.project, docs[1].ID, 1694_06, docs[1].Version)
		if err != nil || anew.State != termination.Asked || anew.ID == docs[1].ID || anew.Number != "" {
			t.Fatalf("anew %+v, %v", anew, err)
		}
		w.stands(t, docs[1].ID, termination.Withdrawn, cashier.RefundTaken)
		_, err = w.app.Termination.Decide(ctx, clerk(8), w.project, anew.ID, true, "", anew.Version)
		wantErr(t, err, termination.ErrOwn)
		if anew, err = w.app.Termination.Decide(ctx, clerk(7), w.project, anew.ID, true, "", anew.Version); err != nil {
			t.Fatal(err)
		}
		w.passes(t, time.Second)
		w.passes(t, 10*time.Second)
		w.stands(t, anew.ID, termination.Done, cashier.RefundPaid)
		w.goneBack(t, w.rooms[1])
		w.books(t, 2*1694_06, 2)

		f = w.refund(t, docs[2].Parts[0].Refund)
		f, err = w.app.Cashier.AskAgain(ctx, clerk(7), w.project, f.ID, cashier.Again{Method: cashier.MethodTransfer, Account: "尾号 3306"}, f.Version)
		if err == nil {
			f, err = w.app.Cashier.DecideRefund(ctx, clerk(8), w.project, f.ID, true, "", f.Version)
		}
		if err == nil {
			_, _, err = w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.stands(t, docs[2].ID, termination.Done, cashier.RefundPaid)
		w.goneBack(t, w.rooms[2])
		w.passes(t, 30*time.Hour)
		w.books(t, 2*1694_06, 2)
	})
}

// A year paid by the channel and in cash goes back both ways; when something
// changes before it is approved, it is computed anew in one step.
func TestTerminationByTheChannelAndInCash(t *testing.T) {
	t.Parallel()
	byBothChannels(t, func(t *testing.T, w *endedWorld) {
		ctx, room := t.Context(), w.rooms[0]
		w.paid(t, room, 1500_00)
		rest, _ := w.owed(t, room)
		cash, err := w.app.Cashier.Receive(ctx, w.who, w.project, cashier.Taking{Room: room, ExpectedOwed: rest, Confirmed: true, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: rest}}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, w.asks(t, room))
		if err != nil || len(d.Parts) != 2 {
			t.Fatalf("asked %+v, %v", d, err)
		}
		if _, err := w.app.Cashier.Void(ctx, w.who, w.project, cash.ID, "收错"); err != nil {
			t.Fatal(err)
		}
		_, err = w.app.Termination.Renew(ctx, clerk(7), w.project, d.ID, 1694_06, d.Version)
		wantErr(t, err, termination.ErrUnpaid)
		w.stands(t, d.ID, termination.Asked)
		w.paid(t, room, 0) // the rest by the channel as well
		_, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version)
		wantErr(t, err, termination.ErrChanged)
		_, err = w.app.Termination.Renew(ctx, clerk(8), w.project, d.ID, 1694_07, d.Version)
		wantErr(t, err, termination.ErrChanged)
		anew, err := w.app.Termination.Renew(ctx, clerk(7), w.project, d.ID, 1694_06, d.Version)
		if err != nil || len(anew.Parts) != 2 || anew.Reason != d.Reason {
			t.Fatalf("anew %+v, %v", anew, err)
		}
		anew = w.approved(t, anew, fine)
		if _, err := w.app.Termination.Renew(ctx, clerk(7), w.project, d.ID, 1694_06, d.Version+1); !errors.Is(err, termination.ErrState) {
			t.Errorf("a withdrawn one anew: %v", err)
		}
		w.passes(t, time.Second)
		w.passes(t, 10*time.Second)
		w.stands(t, anew.ID, termination.Done, cashier.RefundPaid, cashier.RefundPaid)
		w.goneBack(t, room)
		w.books(t, 1694_06, 2)
	})
}
