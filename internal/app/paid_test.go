package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/dunning"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/notify"
	"linli/internal/shift"
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

// Who was told of a payment is told as well when its receipt is void, and of what
// is given back of it, in the same transaction; what is refused tells nobody.
func TestWhatIsTakenBackIsTold(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		ctx := t.Context()
		w.clockTo(t, clock.DateOf(w.now.Now()), 10)
		mine, other := w.code(t, w.rooms[0]), w.code(t, w.rooms[1])
		w.release(t)
		void, err := w.takes(t, w.rooms[0], 100_00, 250_60)
		if err == nil {
			void, err = w.app.Cashier.Void(ctx, w.who, w.project, void.ID, "收错了")
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.app.Cashier.Void(ctx, w.who, w.project, void.ID, "再来"); err == nil {
			t.Fatal("void twice")
		}
		r, err := w.takes(t, w.rooms[0], 300_00, 250_60)
		if err != nil {
			t.Fatal(err)
		}
		w.givenBack(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 60_00, Method: cashier.MethodCash})
		whole, err := w.takes(t, w.rooms[0], 10_60, 10_60)
		if err != nil {
			t.Fatal(err)
		}
		w.shiftOver(t)
		w.givenBack(t, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: whole.ID})
		w.says(t, notify.KindBack, "王秀英 inbox sent, 王秀英 inbox sent, 王秀英 inbox sent")
		list := w.onPage(t, mine)
		var titles []string
		for _, m := range list[:len(list)-1] {
			titles = append(titles, m.Title)
		}
		slices.Sort(titles)
		want := []string{"已收到 10.60 元", "已收到 100.00 元", "已收到 300.00 元", "收据 " + void.Number + " 已作废：100.00 元", "收据 " + r.Number + " 已红冲退款：60.00 元", "收据 " + whole.Number + " 已红冲退款：10.60 元"}
		if !slices.Equal(titles, want) {
			t.Errorf("on the page %q, should be %q", titles, want)
		}
		for _, m := range list {
			if strings.Contains(m.Title, "作废") && !strings.HasPrefix(m.Body, "您1栋101的收据 "+void.Number+" 已作废，100.00 元不再算已收。还要缴多少，看账单。\n\n对金额有疑问，请联系") {
				t.Errorf("of the void one: %s", m.Body)
			}
		}
		if got := w.onPage(t, other); len(got) != 1 {
			t.Errorf("on the page of the neighbour %+v", got)
		}
		sound(t, w.app, w.project)
	})
}

// Prepaid money that is paid out tells its payer, when it goes and not before; no
// receipt that he holds is void by it. Whoever wants bills alone hears of it, too.
func TestPrepaidMoneyPaidOutIsTold(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		ctx := t.Context()
		w.clockTo(t, clock.DateOf(w.now.Now()), 10)
		mine := w.code(t, w.rooms[0])
		if _, err := w.takes(t, w.rooms[0], 80_00, 0); err != nil {
			t.Fatal(err)
		}
		w.quiet(t)
		ask := cashier.RefundAsk{Kind: cashier.RefundPrepaid, Room: w.rooms[0], Amount: 30_00, Method: cashier.MethodTransfer, Reason: "退"}
		f, err := w.app.Cashier.AskRefund(ctx, w.who, w.project, ask)
		if err == nil {
			_, err = w.app.Cashier.DecideRefund(ctx, actor.Actor{Account: 12, Name: "程颐"}, w.project, f.ID, false, "户名不对", f.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.says(t, notify.KindReturned, "")
		w.givenBack(t, ask)
		w.says(t, notify.KindReturned, "王秀英 inbox sent")
		w.says(t, notify.KindBack, "")
		list, err := w.app.Cashier.Receipts(ctx, w.project, cashier.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		said := w.onPage(t, mine)
		i := slices.IndexFunc(said, func(e pageMessage) bool { return strings.HasPrefix(e.Title, "预存") })
		if i < 0 || said[i].Title != "预存已退还 30.00 元" || !strings.HasPrefix(said[i].Body, "您1栋101的预存已退还 30.00 元（转账），红字收据号 "+list.Items[0].Number+"。\n\n对金额有疑问，请联系") {
			t.Errorf("on the page %+v", said)
		}
		sound(t, w.app, w.project)
	})
}

// givenBack asks for money, approves and pays it out.
func (w *messageWorld) givenBack(t *testing.T, in cashier.RefundAsk) {
	t.Helper()
	in.Reason = "退"
	f, err := w.app.Cashier.AskRefund(t.Context(), w.who, w.project, in)
	if err == nil {
		f, err = w.app.Cashier.DecideRefund(t.Context(), actor.Actor{Account: 12, Name: "程颐"}, w.project, f.ID, true, "", f.Version)
	}
	if err == nil {
		_, _, err = w.app.Cashier.PayRefund(t.Context(), w.who, w.project, f.ID, f.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// shiftOver closes the shift of the cashier.
func (w *messageWorld) shiftOver(t *testing.T) {
	t.Helper()
	open, _, err := w.app.Shift.CurrentShift(t.Context(), w.who, w.project)
	if err != nil {
		t.Fatal(err)
	}
	none := money.Fen(0)
	sh, err := w.app.Shift.CountShift(t.Context(), w.who, w.project, open.ID, &none, nil)
	if err == nil {
		_, err = w.app.Shift.CloseShift(t.Context(), w.who, w.project, open.ID, shift.Closing{Count: len(sh.Counts), Reason: "短"})
	}
	if err != nil {
		t.Fatal(err)
	}
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
