package app_test

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"linli/internal/analytics"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/money"
	"linli/internal/screen"
	"linli/internal/termination"
)

// rateIs holds what was due and paid of the months at the end of a day.
func (w *adjustWorld) rateIs(on clock.Date, from, until clock.Month, due, paid money.Fen) {
	w.t.Helper()
	got, err := w.app.Analytics.Standing(w.t.Context(), w.project, analytics.Period{From: from, Until: until, On: on})
	w.must(err)
	if got.Current.Due != due || got.Current.Paid != paid {
		w.t.Errorf("%s: %s of %s is paid, should be %s of %s", on, got.Current.Paid.Yuan(), got.Current.Due.Yuan(), paid.Yuan(), due.Yuan())
	}
}

// homeIs holds what the home page says of one month, from memory and added up,
// and that its days and its list of charges come to it.
func (w *adjustWorld) homeIs(month clock.Month, want billing.Collection) {
	w.t.Helper()
	ctx, q := w.t.Context(), w.app.DB.Reader(w.t.Context())
	want.Month = month
	known, err := w.app.Billing.Collections(ctx, q, w.project, nil, month)
	w.must(err)
	added, err := w.app.Billing.Collection(ctx, q, w.project, nil, month)
	w.must(err)
	if known[0] != want || added != want {
		w.t.Errorf("remembered %+v, added up %+v, should be %+v", known[0], added, want)
	}
	list, err := w.app.Billing.Count(ctx, q, w.project, billing.Filter{From: month, Until: month})
	w.must(err)
	if due, paid := list.Amount-list.Waived, list.Paid-list.Waived; due != want.Due || paid != want.Paid {
		w.t.Errorf("the list comes to %s of %s, should be %s of %s", paid.Yuan(), due.Yuan(), want.Paid.Yuan(), want.Due.Yuan())
	}
	st, err := w.app.Billing.Standing(ctx, q, w.project, month.First())
	w.must(err)
	var sum money.Fen
	for _, d := range st.ThisDays {
		sum += d.Amount
	}
	if st.This != want || sum != want.Paid {
		w.t.Errorf("stands at %+v, its days come to %s, should be %+v", st.This, sum.Yuan(), want)
	}
}

// A correction that gives money back lowers what was due and what was paid of the
// month from its day on: what became prepaid is neither. The days before stay, and
// so does the day itself when the document is taken back later.
func TestRatesAfterACorrectionGaveBack(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		day := func() clock.Date { w.now.Advance(24 * time.Hour); return clock.DateOf(w.now.Now()) }
		w.homeIs(202601, billing.Collection{Due: 223_75, Paid: 223_75, Rooms: 1, PaidRooms: 1})
		paid := clock.DateOf(w.now.Now())
		w.measure(88_00)
		down := day()
		d, err := w.correct(picks(w.differences(202601, 202606)))
		w.must(err)
		w.rateIs(paid, 202601, 202604, 895_00, 671_25)
		w.rateIs(down, 202601, 202604, 880_00, 660_00)
		w.homeIs(202601, billing.Collection{Due: 220_00, Paid: 220_00, Rooms: 1, PaidRooms: 1})
		w.homeIs(202604, billing.Collection{Due: 220_00, Rooms: 1})
		later, err := w.app.Analytics.Standing(w.t.Context(), w.project, analytics.Period{From: 202606, Until: 202606, On: down})
		w.must(err)
		if a := later.Arrears; a.Paid != 660_00 || a.Due != 5*220_00 {
			t.Errorf("of older months %s of %s came in", a.Paid.Yuan(), a.Due.Yuan())
		}
		_, err = w.red(&w.before[0], false) // its receipt stands
		wantErr(t, err, billing.ErrRedPaid)
		sound(t, w.app, w.project)
		back := day()
		_, err = w.voids(d)
		w.must(err)
		w.rateIs(down, 202601, 202604, 880_00, 660_00)
		w.rateIs(back, 202601, 202604, 895_00, 671_25)
		w.homeIs(202601, billing.Collection{Due: 223_75, Paid: 223_75, Rooms: 1, PaidRooms: 1})
	})
}

// A receipt that is made void under a correction leaves nothing that was given
// back of the month: all of it is owed again, as the prepaid money is still
// there. Paid anew it is as before, and the charge cannot be taken back meanwhile.
func TestRatesWhenTheReceiptGoesUnderACorrection(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		r, err := w.take(ctx, w.project, w.room, cashier.MethodCash, 223_75)
		w.must(err)
		w.measure(88_00)
		d, err := w.correct(picks(w.differences(202604, 202604)))
		w.must(err)
		today := clock.DateOf(w.now.Now())
		w.homeIs(202604, billing.Collection{Due: 220_00, Paid: 220_00, Rooms: 1, PaidRooms: 1})
		_, err = w.app.Cashier.Void(ctx, w.who, w.project, r.ID, "收错")
		w.must(err)
		w.rateIs(today, 202604, 202604, 223_75, 0)
		w.homeIs(202604, billing.Collection{Due: 223_75, Rooms: 1})
		_, err = w.red(&w.before[3], false)
		wantErr(t, err, billing.ErrRedPaid)
		sound(t, w.app, w.project)
		_, err = w.take(ctx, w.project, w.room, cashier.MethodCash, 100_00)
		w.must(err)
		w.rateIs(today, 202604, 202604, 220_00, 96_25)
		w.homeIs(202604, billing.Collection{Due: 220_00, Paid: 96_25, Rooms: 1})
		_, err = w.voids(d)
		w.must(err)
		w.rateIs(today, 202604, 202604, 223_75, 100_00)
		if again := picks(w.differences(202604, 202604)); len(again) != 1 {
			t.Errorf("differs by %+v", again)
		}
	})
}

// Nor does the month change its payer meanwhile: the prepaid money is of whoever
// owed it.
func TestPayerStaysUnderACorrection(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		w.now.Set(clock.Date(20260630).Start())
		r, err := w.take(ctx, w.project, w.room, cashier.MethodCash, 3*223_75)
		w.must(err)
		w.measure(88_00)
		_, err = w.correct(picks(w.differences(202606, 202606)))
		w.must(err)
		_, err = w.app.Cashier.Void(ctx, w.who, w.project, r.ID, "收错")
		w.must(err)
		_, err = w.app.Screen.HandOver(ctx, w.who, w.project, screen.HandOver{Room: w.room, Date: 20260611, NewOwner: &estate.PersonInput{Name: "新业主", Kind: estate.KindPerson}})
		w.must(err)
		w.unchanged()
	})
}

// What a correction made and the month it was made for are given back by a later
// one where the money is, and the undo knows both.
func TestRatesOfCorrectionsOfCorrections(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		w.measure(92_00)
		_, err := w.correct(picks(w.differences(202601, 202601)))
		w.must(err)
		_, err = w.take(ctx, w.project, w.room, cashier.MethodCash, 3*223_75+6_25)
		w.must(err)
		w.homeIs(202601, billing.Collection{Due: 230_00, Paid: 230_00, Rooms: 1, PaidRooms: 1})
		var docs []correction.Doc
		for _, area := range []money.Area{90_00, 4_00} { // the second takes more than the first charge was
			w.measure(area)
			d, err := w.correct(picks(w.differences(202601, 202601)))
			w.must(err)
			docs = append(docs, d)
		}
		w.homeIs(202601, billing.Collection{Due: 10_00, Paid: 10_00, Rooms: 1, PaidRooms: 1})
		sound(t, w.app, w.project)
		_, err = w.voids(docs[1])
		w.must(err)
		w.homeIs(202601, billing.Collection{Due: 225_00, Paid: 225_00, Rooms: 1, PaidRooms: 1})
		_, err = w.voids(docs[0])
		w.must(err)
		w.homeIs(202601, billing.Collection{Due: 230_00, Paid: 230_00, Rooms: 1, PaidRooms: 1})
	})
}

// A receipt of months that were paid ahead is not made void under a correction of
// them: with its money the months go, and what the correction gave back would stay.
func TestAdvanceUnderACorrectionStays(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		_, err := w.take(ctx, w.project, w.room, cashier.MethodCash, 3*223_75)
		w.must(err)
		q, err := w.app.Cashier.QuoteAhead(ctx, w.project, w.room, billing.AheadAsk{Until: 202607})
		w.must(err)
		r, err := w.app.Cashier.Receive(ctx, w.who, w.project, cashier.Taking{Room: w.room, Confirmed: true, Ahead: &cashier.AheadTaking{Until: q.Until, Total: q.Total},
			Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: q.Total}}})
		w.must(err)
		w.measure(88_00)
		d, err := w.correct(picks(w.differences(202607, 202607)))
		w.must(err)
		_, err = w.app.Cashier.Void(ctx, w.who, w.project, r.ID, "收错")
		wantErr(t, err, billing.ErrPaid)
		_, err = w.voids(d)
		w.must(err)
		_, err = w.app.Cashier.Void(ctx, w.who, w.project, r.ID, "收错")
		w.must(err)
	})
}

// What was given back before charges kept it is found by the lines of the
// documents when the program is replaced.
func TestGivenBackBeforeItWasKept(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		w.measure(88_00)
		_, err := w.correct(picks(w.differences(202601, 202602)))
		w.must(err)
		w.measure(86_00)
		gone, err := w.correct(picks(w.differences(202601, 202603)))
		w.must(err)
		_, err = w.voids(gone)
		w.must(err)
		up, err := fs.ReadFile(correction.Migrations().FS, "00003_returned.sql")
		w.must(err)
		w.must(w.app.DB.Write(ctx, func(tx *db.Tx) error {
			for _, query := range []string{"UPDATE billing_charge SET returned = 0 WHERE project_id = ?",
				"UPDATE billing_due_day SET paid = paid + waived, waived = 0 WHERE project_id = ? AND month <= 202603"} {
				if _, err := tx.Exec(ctx, query, w.project); err != nil {
					return err
				}
			}
			for query := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(string(up)), ";"), ";\n") {
				if _, err := tx.Exec(ctx, query); err != nil {
					return err
				}
			}
			return nil
		}))
		w.homeIs(202601, billing.Collection{Due: 220_00, Paid: 220_00, Rooms: 1, PaidRooms: 1})
		w.homeIs(202603, billing.Collection{Due: 223_75, Paid: 223_75, Rooms: 1, PaidRooms: 1})
	})
}

// Months that a correction has given money back of are not given back once more
// at their full amount.
func TestTerminationOfMonthsGivenBack(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx, q := t.Context(), w.app.DB.Reader(t.Context())
		run, charges, err := w.ahead(202612)
		w.must(err)
		_, sum, err := w.owed(ctx, w.project, w.room)
		w.must(err)
		_, err = w.take(ctx, w.project, w.room, cashier.MethodCash, sum)
		w.must(err)
		ends := func() error {
			_, err := w.app.Termination.Quote(ctx, q, w.project, w.room, run.ID, charges[0].Item, 0, termination.ProRata)
			return err
		}
		w.must(ends())
		w.measure(88_00)
		d, err := w.correct(picks(w.differences(202607, 202607)))
		w.must(err)
		wantErr(t, ends(), termination.ErrUnpaid)
		_, err = w.voids(d)
		w.must(err)
		w.must(ends())
	})
}
