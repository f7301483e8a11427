package app_test

import (
	"strings"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/dunning"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/notify"
)

// takes takes cash at the counter and answers the receipt, or why there is none.
func (w *messageWorld) takes(t *testing.T, room id.ID, amount, owed money.Fen) (cashier.Receipt, error) {
	t.Helper()
	return w.app.Cashier.Receive(t.Context(), w.who, w.project, cashier.Taking{Room: room, ExpectedOwed: owed, Confirmed: true,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}})
}

// Who has paid reads of it on his page, written in the transaction of the
// receipt; a payment that is refused tells nobody (promise 11).
func TestEveryPaidBillHasItsNotice(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		w.clockTo(t, clock.DateOf(w.now.Now()), 10)
		w.mailAccount(t)
		mine, other := w.code(t, w.rooms[0]), w.code(t, w.rooms[1])
		w.release(t)
		if _, err := w.takes(t, w.rooms[0], 100_00, 1); err == nil {
			t.Fatal("taken though another amount is owed")
		}
		w.says(t, notify.KindPaid, "")
		r, err := w.takes(t, w.rooms[0], 100_00, 250_60)
		if err != nil {
			t.Fatal(err)
		}
		w.says(t, notify.KindPaid, "王秀英 inbox sent") // before any job has run
		list := w.onPage(t, mine)
		if len(list) != 2 || list[0].Title != "已收到 100.00 元" || !strings.HasPrefix(list[0].Body, "您1栋101缴纳的 100.00 元已收到（现金），收据号 "+r.Number+"。") {
			t.Errorf("on the page %+v", list)
		}
		if got := w.onPage(t, other); len(got) != 1 {
			t.Errorf("on the page of the neighbour %+v", got)
		}
		if m, _ := w.opens(t, mine, list[0].ID); m == nil {
			t.Fatal("not opened")
		}
		told, err := w.app.Notify.Messages(t.Context(), w.app.DB.Reader(t.Context()), w.project, notify.Filter{Kind: notify.KindPaid})
		if err == nil {
			_, err = w.app.Notify.Resend(t.Context(), w.who, w.project, told.Items[0].ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		w.says(t, notify.KindPaid, "王秀英 inbox sent") // again, and unread
		if got := w.onPage(t, mine); len(got) != 2 {
			t.Errorf("sent again it lies there %d times", len(got)-1)
		}
		sound(t, w.app, w.project)
	})
}

// Prepaid money that pays by itself is told, too; the mail only where the
// project wants it, and also to those who want no reminders.
func TestPaidNoticeOfADeductionGoesByMail(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		ctx := t.Context()
		w.clockTo(t, clock.DateOf(w.now.Now()), 10)
		w.mailAccount(t)
		if _, err := w.takes(t, w.rooms[0], 300_00, 0); err != nil {
			t.Fatal(err)
		}
		w.says(t, notify.KindPaid, "") // nobody has a page, and mail is not chosen
		sc, err := w.app.Dunning.Schedule(ctx, w.app.DB.Reader(ctx), w.project)
		if err == nil {
			sc.PaidAway, sc.Push, sc.Inbox = true, false, dunning.InboxOff
			_, err = w.app.Dunning.SetSchedule(ctx, w.who, w.project, sc)
		}
		set, serr := w.app.Cashier.Setting(ctx, w.app.DB.Reader(ctx), w.project)
		if err != nil || serr != nil {
			t.Fatal(err, serr)
		}
		set.Deduct = true
		if _, err := w.app.Cashier.SetSetting(ctx, w.who, w.project, set); err != nil {
			t.Fatal(err)
		}
		w.quiet(t)
		w.release(t)
		w.after(t, time.Minute)
		w.says(t, notify.KindPaid, "王秀英 mail sent")
		mails := w.mail.Mails()
		if len(mails) != 1 || !strings.Contains(mails[0].Body, "您1栋101缴纳的 250.60 元已收到（预存抵扣）") || strings.Contains(mails[0].Body, "不必理会") {
			t.Errorf("mails %+v", mails)
		}
	})
}

// quiet notes that the first household wants bills only.
func (w *messageWorld) quiet(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	seat, err := w.app.Cashier.Seat(ctx, w.project, w.rooms[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := w.app.DB.Write(ctx, func(tx *db.Tx) error { return w.app.Notify.SetQuiet(ctx, tx, w.who, w.project, seat.Payer, true) }); err != nil {
		t.Fatal(err)
	}
}
