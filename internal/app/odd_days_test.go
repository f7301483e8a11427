package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linli/internal/analytics"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
)

// oddDay runs a month, pays it and a year ahead, lets a neighbour be late and
// closes the month, all from one instant on. What must come out is computed by
// the calendar of the standard library alone.
func (w *adjustWorld) oddDay(at time.Time) {
	w.t.Helper()
	ctx, day := w.t.Context(), clock.DateOf(at)
	wrong := func(form string, args ...any) {
		w.t.Helper()
		w.t.Errorf("%s: %s", at.Format("2006-01-02 15:04:05"), fmt.Sprintf(form, args...))
	}
	w.now.Set(at)
	w.month = day.Month()
	year, month, _ := at.Date()
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, clock.Shanghai()) // of the month
	var building id.ID
	var err error
	w.project, building, err = w.caseWorld.project(ctx)
	w.must(err)
	paying, err := w.caseWorld.room(ctx, w.project, building, "101", "89.5", 0)
	w.must(err)
	late, err := w.caseWorld.room(ctx, w.project, building, "102", "89.5", 0)
	w.must(err)
	f, err := plainFee("2.5", w.month.First())
	w.must(err)
	f.dueDay = 31
	w.must(w.charge(ctx, w.project, paying, "物业服务费", f))
	w.must(w.charge(ctx, w.project, late, "邻居物业费", f))
	items, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), w.project)
	w.must(err)
	for i := range items {
		_, err = w.lateTerms(ctx, w.project, items[i].ID, w.month.First(), penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.NoCap})
		w.must(err)
	}
	w.again()
	for _, w.room = range []id.ID{paying, late} {
		if list := w.wants(223_75); list[0].Month != w.month || list[0].Due.String() != last.Format("2006-01-02") {
			wrong("charged %+v, due should be %s", list[0], last.Format("2006-01-02"))
		}
	}
	r, err := w.take(ctx, w.project, paying, cashier.MethodCash, 223_75)
	w.must(err)
	if r.Date != day || !strings.HasPrefix(r.Number, fmt.Sprintf("SJ%d-", year)) {
		wrong("receipt %s of %s", r.Number, r.Date)
	}
	w.yearAhead(paying, at, wrong)
	w.closes(last, wrong)
	w.latePays(late, last, at, wrong)
}

// yearAhead pays twelve months behind the one of the day; none of them is charged again.
func (w *adjustWorld) yearAhead(room id.ID, at time.Time, wrong func(string, ...any)) {
	w.t.Helper()
	ctx := w.t.Context()
	year, month, _ := at.Date()
	end := time.Date(year, month+12, 1, 0, 0, 0, 0, clock.Shanghai())
	q, err := w.app.Cashier.QuoteAhead(ctx, w.project, room, billing.AheadAsk{Months: 12})
	w.must(err)
	if q.Total != 12*223_75 || q.Until.String() != end.Format("2006-01") {
		wrong("twelve months ahead are %s until %s, should be %s", q.Total.Yuan(), q.Until, end.Format("2006-01"))
	}
	r, err := w.app.Cashier.Receive(ctx, w.who, w.project, cashier.Taking{Room: room, Confirmed: true, Ahead: &cashier.AheadTaking{Until: q.Until, Total: q.Total},
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: q.Total}}})
	w.must(err)
	if len(r.Lines) != 12 || r.ToPrepay != 0 {
		wrong("paid ahead by %d lines, %s prepaid", len(r.Lines), r.ToPrepay.Yuan())
	}
	before := w.month
	w.month = w.month.Add(1)
	w.now.Set(w.month.First().Start())
	w.again()
	w.month, w.room = before, room
	w.wants()
}

// latePays is 40 days behind the due day: the fee is principal × rate × days.
func (w *adjustWorld) latePays(room id.ID, due, at time.Time, wrong func(string, ...any)) {
	w.t.Helper()
	ctx := w.t.Context()
	paid := due.AddDate(0, 0, 40).Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	days := int64(time.Date(paid.Year(), paid.Month(), paid.Day(), 0, 0, 0, 0, clock.Shanghai()).Sub(due) / (24 * time.Hour))
	w.now.Set(paid)
	s, err := w.app.Cashier.Seat(ctx, w.project, room)
	w.must(err)
	want, first := money.Fen((22375*days*5+5000)/10000), money.Fen(0)
	for _, l := range s.Late {
		if l.Fee.Charge.Month == w.month {
			first = l.Left()
		}
	}
	if first != want || days < 40 {
		wrong("%d days late cost %s, should be %s", days, first.Yuan(), want.Yuan())
	}
	r, err := w.take(ctx, w.project, room, cashier.MethodCash, s.Owed+s.LateOwed)
	w.must(err)
	if r.Date != clock.DateOf(paid) || r.OwedAfter != 0 || r.ToPrepay != 0 {
		wrong("receipt of all %+v", r)
	}
	after, err := w.app.Cashier.Seat(ctx, w.project, room)
	w.must(err)
	if after.Owed != 0 || after.LateOwed != 0 {
		wrong("all is paid, and %s and %s are owed", after.Owed.Yuan(), after.LateOwed.Yuan())
	}
}

// closes the month ten minutes after its end and not before.
func (w *adjustWorld) closes(last time.Time, wrong func(string, ...any)) {
	w.t.Helper()
	ctx := w.t.Context()
	w.now.Set(last.AddDate(0, 0, 1).Add(10*time.Minute - time.Second))
	wantErr(w.t, w.app.Analytics.CloseMonth(ctx, w.who, w.project, w.month), ledger.ErrMonthRunning)
	w.now.Set(last.AddDate(0, 0, 1).Add(10 * time.Minute))
	w.must(w.app.Analytics.CloseMonth(ctx, w.who, w.project, w.month))
	p, err := w.app.Analytics.Profit(ctx, w.project, analytics.Period{From: w.month, Until: w.month, On: w.month.Last()})
	w.must(err)
	if want := 2*223_75 + 12*223_75; p.Income.Total != money.Fen(want) {
		wrong("income of the month %s, should be %s", p.Income.Total.Yuan(), money.Fen(want).Yuan())
	}
}

// Dates that calendars trip over: what is charged, paid, late and closed on them
// is what it is on any day.
func TestMoneyOnOddDays(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		for _, day := range []clock.Date{20231231, 20240131, 20240228, 20240229, 20240301, 20240430, 20241231, 20250101, 20250228, 20250831, 20261231, 20270101, 20280229, 20281231} {
			for _, at := range []time.Duration{0, 24*time.Hour - time.Second} {
				w.oddDay(day.Start().Add(at))
			}
		}
	})
}
