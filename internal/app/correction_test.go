package app_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/screen"
	"linli/internal/tariff"
)

// halfYear is a room of 89.50 ㎡ that was charged 223.75 a month from January
// to June at 2.50, three months of which are paid.
type halfYear struct {
	*adjustWorld
	before []billing.Charge
}

func inHalfYear(t *testing.T, fn func(w *halfYear)) {
	inAdjustWorld(t, func(a *adjustWorld) {
		w := &halfYear{adjustWorld: a}
		var building id.ID
		var err error
		w.project, building, err = w.caseWorld.project(t.Context())
		w.must(err)
		w.room, err = w.caseWorld.room(t.Context(), w.project, building, "101", "89.5", 0)
		w.must(err)
		f, err := plainFee("2.5", 20260101)
		w.must(err)
		w.must(w.charge(t.Context(), w.project, w.room, "物业服务费", f))
		for m := clock.Month(202601); m <= 202606; m++ {
			w.must(w.bill(t.Context(), w.project, m))
		}
		w.now.Set(clock.Date(20260620).Start())
		w.before = w.open()
		if len(w.before) != 6 || w.before[0].Amount != 223_75 {
			t.Fatalf("charged %+v", w.before)
		}
		_, err = w.take(t.Context(), w.project, w.room, cashier.MethodCash, 3*223_75)
		w.must(err)
		fn(w)
	})
}

// measure sets the area of a room right, in ㎡×10⁻².
func (w *adjustWorld) measure(area money.Area) {
	w.t.Helper()
	w.must(w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		r, err := w.app.Estate.Room(w.t.Context(), tx, w.project, w.room)
		if err != nil {
			return err
		}
		_, err = w.app.Estate.EditRoom(w.t.Context(), tx, w.who, w.project, w.room, estate.RoomEdit{Version: r.Version, Area: &area})
		return err
	}))
}

func (w *adjustWorld) differences(from, until clock.Month) (out []correction.Difference) {
	w.t.Helper()
	err := w.app.Correct.Differences(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, w.room-1, w.room, from, until, func(d *correction.Difference) error {
		out = append(out, *d)
		return nil
	})
	w.must(err)
	return out
}

// picks are all differences there are.
func picks(list []correction.Difference) (out []correction.Pick) {
	for i := range list {
		if d := &list[i]; d.Amount() != 0 {
			out = append(out, correction.Pick{Item: d.Item, Month: d.Month, Seen: d.Amount()})
		}
	}
	return out
}

func (w *adjustWorld) correct(list []correction.Pick) (d correction.Doc, err error) {
	err = w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		d, err = w.app.Correct.Make(w.t.Context(), tx, w.who, w.project, correction.Ask{Room: w.room, Picks: list, Reason: "实测面积与合同不符", Proof: "测绘报告 2026-18"})
		return err
	})
	return d, err
}

func (w *adjustWorld) voids(d correction.Doc) (out correction.Doc, err error) {
	err = w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		out, err = w.app.Correct.Void(w.t.Context(), tx, w.who, w.project, d.ID, "复核后面积没错", d.Version)
		return err
	})
	return out, err
}

func (w *adjustWorld) purse() money.Fen {
	w.t.Helper()
	sum, err := w.app.Payment.Total(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project)
	w.must(err)
	return sum
}

func (w *adjustWorld) explained(charge id.ID) string {
	w.t.Helper()
	e, err := w.app.Billing.Explain(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, charge)
	w.must(err)
	return strings.Join(e.Lines, "\n")
}

// unchanged holds that the charges of before are what they were.
func (w *halfYear) unchanged() {
	w.t.Helper()
	for _, c := range w.before {
		now, err := w.app.Billing.Charge(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, c.ID)
		w.must(err)
		if now.Amount != c.Amount || now.Due != c.Due || now.Quantity != c.Quantity || !now.Visible() {
			w.t.Errorf("%s was changed: %+v", c.Month, now)
		}
	}
}

// F16: the area of a room turns out larger than six months were charged for.
// The bills stay; one document charges the difference of each month, due from
// today on; doing it again makes nothing.
func TestCorrectionOfALargerArea(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		w.measure(92_00)
		w.month = 202606
		w.again() // a run does not charge what is charged
		w.unchanged()
		list := w.differences(202601, 202606)
		for _, d := range list {
			if d.Was != 223_75 || d.Due != 230_00 || d.Amount() != 6_25 || !slices.Equal(d.Causes, []string{"面积 89.5 → 92 ㎡"}) {
				t.Errorf("%s: %+v", d.Month, d)
			}
		}
		if len(list) != 6 {
			t.Fatalf("%d differences", len(list))
		}
		d, err := w.correct(picks(list)[:4])
		w.must(err)
		if d.Number != "BC2026-000001" || d.Plus != 25_00 || d.Minus != 0 || len(d.Lines) != 4 || d.From != 202601 || d.Until != 202604 {
			t.Errorf("document %+v", d)
		}
		_, err = w.correct(picks(list)[:4])
		wantErr(t, err, correction.ErrMoved)
		_, err = w.correct(nil)
		wantErr(t, err, correction.ErrNone)
		_, err = w.correct(picks(w.differences(202601, 202606)))
		w.must(err)
		if left := picks(w.differences(202601, 202606)); len(left) != 0 {
			t.Errorf("still differs: %+v", left)
		}
		w.unchanged()
		for _, c := range w.wants(6_25, 6_25, 6_25, 6_25, 6_25, 6_25, 223_75, 223_75, 223_75) {
			if c.Amount == 6_25 && (c.Due < 20260620 || c.Payer != w.before[0].Payer) {
				t.Errorf("%s falls due on %s for %s", c.Month, c.Due, c.Payer)
			}
		}
		if s := w.explained(w.before[0].ID); !strings.Contains(s, "补差 BC2026-000001") || !strings.Contains(s, "另补收 6.25 元") {
			t.Errorf("the charge of before explains itself as %s", s)
		}
		s := w.explained(d.Lines[0].Made)
		for _, want := range []string{"2026-01 已收取 223.75 元", "面积 89.5 → 92 ㎡", "92 ㎡ × 2.5 元", "应补 230.00 − 223.75 = 6.25 元", "原因：实测面积与合同不符", "依据：测绘报告 2026-18"} {
			if !strings.Contains(s, want) {
				t.Errorf("the correction does not say %q: %s", want, s)
			}
		}
		w.must(w.bill(t.Context(), w.project, 202607)) // the next month is charged by the right area
		if next := w.differences(202607, 202607); len(next) != 1 || next[0].Was != 230_00 || next[0].Amount() != 0 {
			t.Errorf("the next month is %+v", next)
		}
	})
}

// What was too much is taken off what is still owed, and becomes prepaid as far
// as it was paid; undone, everything is as before, unless the money is spent.
func TestCorrectionOfASmallerArea(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		w.measure(88_00)
		d, err := w.correct(picks(w.differences(202601, 202606)))
		w.must(err)
		if d.Minus != 6*3_75 || d.Plus != 0 || w.purse() != 3*3_75 {
			t.Errorf("document %+v, prepaid %s", d, w.purse().Yuan())
		}
		w.wants(220_00, 220_00, 220_00)
		w.unchanged()
		if s := w.explained(w.before[0].ID); !strings.Contains(s, "减收 3.75 元，转入预存 3.75 元") {
			t.Errorf("a paid month explains itself as %s", s)
		}
		if s := w.explained(w.before[5].ID); !strings.Contains(s, "减收 3.75 元，抵未缴 3.75 元") {
			t.Errorf("an open month explains itself as %s", s)
		}
		sound(t, w.app, w.project)
		gone, err := w.voids(d)
		w.must(err)
		if gone.State != correction.Voided || w.purse() != 0 {
			t.Errorf("taken back %+v, prepaid %s", gone, w.purse().Yuan())
		}
		_, err = w.voids(gone)
		wantErr(t, err, correction.ErrVoided)
		w.wants(223_75, 223_75, 223_75)
		sound(t, w.app, w.project)
		again, err := w.correct(picks(w.differences(202601, 202606)))
		w.must(err)
		if again.Number != "BC2026-000002" || again.Minus != d.Minus {
			t.Errorf("after the undo %+v", again)
		}
		ctx := t.Context()
		seat, err := w.app.Cashier.Seat(ctx, w.project, w.room)
		w.must(err)
		_, err = w.app.Cashier.Receive(ctx, w.who, w.project, cashier.Taking{Room: w.room, ExpectedOwed: seat.Owed, Confirmed: true,
			Pays: []cashier.Pay{{Method: cashier.MethodPrepay, Amount: 11_25}}})
		w.must(err)
		_, err = w.voids(again)
		wantErr(t, err, correction.ErrSpent)
		w.wants(208_75, 220_00, 220_00)
	})
}

// First too little, then too much: what is not paid of the first correction is
// taken off before anything goes back, and the first cannot be undone under it.
func TestCorrectionsOfCorrections(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		w.measure(92_00)
		first, err := w.correct(picks(w.differences(202601, 202601)))
		w.must(err)
		w.measure(88_00)
		second, err := w.correct(picks(w.differences(202601, 202601)))
		w.must(err)
		l := second.Lines[0]
		if l.Amount != -10_00 || l.Done != 6_25 || l.Credited != 6_25 || l.Returned != 3_75 || w.purse() != 3_75 {
			t.Errorf("line %+v", l)
		}
		_, err = w.voids(first)
		wantErr(t, err, correction.ErrPaid)
		_, err = w.voids(second)
		w.must(err)
		_, err = w.voids(first)
		w.must(err)
		w.wants(223_75, 223_75, 223_75)
		if list := picks(w.differences(202601, 202601)); len(list) != 1 || list[0].Seen != -3_75 {
			t.Errorf("differs by %+v", list)
		}
		list := picks(w.differences(202604, 202604)) // an open month that is waived in whole
		w.must(w.approveWaiver(t.Context(), w.project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: w.before[3].ID, Amount: 223_75, Reason: "案例"}))
		d, err := w.correct(list)
		w.must(err)
		if l := d.Lines[0]; l.Credited != 0 || l.Returned != 0 || w.purse() != 0 {
			t.Errorf("what was waived went back: %+v", l)
		}
	})
}

// Each cause by itself, and what is not corrected here and why.
func TestCorrectionCauses(t *testing.T) {
	type act func(w *halfYear, item id.ID)
	price := func(from clock.Date, p money.Price) act {
		return func(w *halfYear, item id.ID) {
			w.must(w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
				_, err := w.app.Tariff.AddRate(w.t.Context(), tx, w.who, w.project, tariff.Rate{Item: item, From: from, Price: p, SourceKind: "vote", SourceText: "业主大会决定"})
				return err
			}))
		}
	}
	for name, x := range map[string]struct {
		do     act
		amount []money.Fen // of April to June
		causes string      // of June
		why    string
	}{
		"nothing":                         {func(*halfYear, id.ID) {}, []money.Fen{0, 0, 0}, "", ""},
		"a price entered late":            {price(20260501, 2_800_000), []money.Fen{0, 26_85, 26_85}, "单价 2.5 → 2.8 元/㎡·月", ""},
		"a price from inside a month":     {price(20260616, 2_800_000), []money.Fen{0, 0, 13_43}, "单价 2.5 → 2.8 元/㎡·月", ""},
		"area and price":                  {func(w *halfYear, item id.ID) { w.measure(92_00); price(20260601, 2_000_000)(w, item) }, []money.Fen{6_25, 6_25, -39_75}, "面积 89.5 → 92 ㎡；单价 2.5 → 2 元/㎡·月", ""},
		"a discount approved late":        {func(w *halfYear, item id.ID) { w.cheaper(item, 20260601) }, []money.Fen{0, 0, -22_37}, "优惠 0.00 → 22.37 元", ""},
		"a later handover":                {func(w *halfYear, _ id.ID) { w.handedOver(20260611) }, []money.Fen{-223_75, -223_75, -74_58}, "计费天数 30 → 20", ""},
		"not charged at all any more":     {func(w *halfYear, _ id.ID) { w.handedOver(20260701) }, []money.Fen{-223_75, -223_75, -223_75}, "按今天的资料不收这项费用", ""},
		"an area that nobody knows":       {func(w *halfYear, _ id.ID) { w.measure(0) }, []money.Fen{0, 0, 0}, "", "面积"},
		"a red charge is not charged now": {func(w *halfYear, _ id.ID) { w.measure(92_00); _, err := w.red(&w.before[5], false); w.must(err) }, []money.Fen{6_25, 6_25}, "面积 89.5 → 92 ㎡", ""},
	} {
		t.Run(name, func(t *testing.T) {
			inHalfYear(t, func(w *halfYear) {
				x.do(w, w.before[0].Item)
				list, got := w.differences(202604, 202606), []money.Fen{}
				for i := range list {
					got = append(got, list[i].Amount())
				}
				if !slices.Equal(got, x.amount) {
					t.Errorf("differs by %v, should by %v", got, x.amount)
				}
				last := list[len(list)-1]
				if strings.Join(last.Causes, "；") != x.causes || (x.why == "") != (last.Why == "") || !strings.Contains(last.Why, x.why) {
					t.Errorf("because %v, %q", last.Causes, last.Why)
				}
				if p := picks(list); len(p) > 0 {
					_, err := w.correct(p)
					w.must(err)
				}
				if left := picks(w.differences(202604, 202606)); len(left) != 0 {
					t.Errorf("still differs: %+v", left)
				}
				w.must(w.spreadIs(202604, 202606))
			})
		})
	}
}

func (w *halfYear) cheaper(item id.ID, since clock.Date) {
	w.must(w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		d, err := w.app.Tariff.AskDiscount(w.t.Context(), tx, w.who, w.project, tariff.Discount{Item: item, Scope: tariff.ToRoom, Target: w.room, Kind: tariff.Percent, Keep: 9000,
			Since: since, Reason: "业委会约定"})
		if err != nil {
			return err
		}
		_, err = w.app.Tariff.Decide(w.t.Context(), tx, w.who, w.project, d.ID, true, "", d.Version)
		return err
	}))
}

func (w *halfYear) handedOver(on clock.Date) {
	w.must(w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		r, err := w.app.Estate.Room(w.t.Context(), tx, w.project, w.room)
		if err != nil {
			return err
		}
		_, err = w.app.Estate.EditRoom(w.t.Context(), tx, w.who, w.project, w.room, estate.RoomEdit{Version: r.Version, Handover: &on})
		return err
	}))
}

// spreadIs holds that the list of the project finds no room that differs.
func (w *halfYear) spreadIs(from, until clock.Month) error {
	x, err := w.app.Correct.Spread(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, from, until)
	if err == nil && (x.Rooms != 0 || len(x.Named) != 0) {
		err = fmt.Errorf("the project still differs: %+v", x)
	}
	return err
}

// A line that a person corrected in the review keeps what the person decided,
// and months that were paid ahead keep the price of their day.
func TestCorrectionKeepsWhatWasAgreed(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		item := w.before[0].Item
		_, charges, err := w.ahead(202608)
		w.must(err)
		if len(charges) != 2 {
			t.Fatalf("paid ahead %+v", charges)
		}
		w.now.Set(clock.Date(20260710).Start())
		w.must(w.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.app.Tariff.AddRate(ctx, tx, w.who, w.project, tariff.Rate{Item: item, From: 20260601, Price: 3_000_000, SourceKind: "vote", SourceText: "业主大会决定"})
			return err
		}))
		list := w.differences(202606, 202608)
		if len(list) != 3 || list[0].Amount() != 44_75 || list[1].Why == "" || list[1].Amount() != 0 || list[2].Why == "" {
			t.Errorf("differences %+v", list)
		}
		_, err = w.correct([]correction.Pick{{Item: item, Month: 202607, Seen: 44_75}})
		wantErr(t, err, correction.ErrMoved)
		x, err := w.app.Correct.Spread(ctx, w.app.DB.Reader(ctx), w.project, 202601, 202608)
		w.must(err)
		if x.Rooms != 1 || x.Plus != 44_75 || x.Minus != 0 || len(x.Named) != 1 || x.Named[0].Months != 1 || x.Named[0].Room != w.room {
			t.Errorf("the project differs by %+v", x)
		}
		err = w.app.Correct.Differences(ctx, w.app.DB.Reader(ctx), w.project, 0, w.room, 202601, 202609, nil)
		wantErr(t, err, correction.ErrMonths)
	})
}

func (w *halfYear) ahead(until clock.Month) (run billing.Run, charges []billing.Charge, err error) {
	err = w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		run, charges, err = w.app.Billing.ChargeAhead(w.t.Context(), tx, w.who, w.project, w.room, billing.AheadAsk{Until: until})
		return err
	})
	return run, charges, err
}

// A month that two owners share is corrected for both by their days.
func TestCorrectionOfSeveralPayers(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		w.now.Set(clock.Date(20260630).Start())
		_, err := w.app.Screen.HandOver(ctx, w.who, w.project, screen.HandOver{Room: w.room, Date: 20260611, NewOwner: &estate.PersonInput{Name: "新业主", Kind: estate.KindPerson}})
		w.must(err)
		w.measure(92_00)
		list := w.differences(202606, 202606)
		if len(list) != 1 || list[0].Was != 223_75 || list[0].Amount() != 6_25 {
			t.Fatalf("differences %+v", list)
		}
		d, err := w.correct(picks(list))
		w.must(err)
		if len(d.Lines) != 2 || d.Lines[0].Amount+d.Lines[1].Amount != 6_25 || d.Lines[0].Amount != 2_09 || d.Lines[0].Payer == d.Lines[1].Payer {
			t.Errorf("lines %+v", d.Lines)
		}
		if left := picks(w.differences(202606, 202606)); len(left) != 0 {
			t.Errorf("still differs: %+v", left)
		}
	})
}

// Two clerks correct the same months at the same moment: one of them does.
func TestCorrectionAtTheSameTime(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		w.measure(92_00)
		list := picks(w.differences(202601, 202606))
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() { _, errs[i] = w.correct(list) })
		}
		wg.Wait()
		n := 0
		for _, err := range errs {
			if err == nil {
				n++
			} else if !errors.Is(err, correction.ErrMoved) {
				t.Error(err)
			}
		}
		if n != 1 {
			t.Errorf("%d documents", n)
		}
	})
}

// Whatever was billed, corrected, paid and undone: what was charged and its
// corrections come to what a run would charge a room that had been right from
// the beginning.
func TestCorrectionsComeToAFreshRun(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		for n := range uint64(12) {
			w.comesToFresh(rand.New(rand.NewPCG(16, n)))
		}
	})
}

func (w *adjustWorld) comesToFresh(r *rand.Rand) {
	w.t.Helper()
	ctx := w.t.Context()
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	f := fee{basis: tariff.ByArea, cycle: tariff.Cycle(one("month", "month", "quarter")), from: 20260101, unit: []money.Fen{1, 10, 100}[r.IntN(3)], habit: tariff.Actual,
		atPeriod: r.IntN(2) == 0, rates: []tariff.Rate{{From: 20260101, Price: money.Price(1_000_000 + r.IntN(3_000_000))}}}
	area := func() money.Area { return money.Area(3000 + r.IntN(15000)) }
	house := func() {
		var building id.ID
		var err error
		w.project, building, err = w.caseWorld.project(ctx)
		w.must(err)
		w.room, err = w.home(ctx, w.project, estate.Room{Building: building, Name: "101", Area: area()}, 1)
		w.must(err)
		w.must(w.charge(ctx, w.project, w.room, "物业服务费", f))
	}
	bill := func() {
		for m := clock.Month(202601); m <= 202603; m++ {
			w.must(w.bill(ctx, w.project, m))
		}
		w.now.Set(clock.Date(20260320).Start())
	}
	house()
	bill()
	charged := w.open()
	last := area()
	for step := range 3 {
		last = area()
		w.measure(last)
		if _, sum, err := w.owed(ctx, w.project, w.room); err == nil && sum > 0 && r.IntN(2) == 0 {
			_, err := w.take(ctx, w.project, w.room, cashier.MethodCash, 1+money.Fen(r.IntN(int(sum))))
			w.must(err)
		}
		if step == 1 {
			f.rates = append(f.rates, tariff.Rate{From: []clock.Date{20260201, 20260216}[r.IntN(2)], Price: money.Price(1_000_000 + r.IntN(3_000_000))})
			w.must(w.app.DB.Write(ctx, func(tx *db.Tx) error {
				x := f.rates[1]
				x.Item, x.SourceKind, x.SourceText = charged[0].Item, "contract", "补充协议"
				_, err := w.app.Tariff.AddRate(ctx, tx, w.who, w.project, x)
				return err
			}))
		}
		list := picks(w.differences(202601, 202603))
		if step < 2 {
			list = list[:r.IntN(len(list)+1)]
		}
		if len(list) == 0 {
			continue
		}
		d, err := w.correct(list)
		w.must(err)
		if step == 0 && r.IntN(2) == 0 {
			if _, err := w.voids(d); err != nil && !errors.Is(err, correction.ErrPaid) && !errors.Is(err, correction.ErrSpent) {
				w.t.Error(err)
			}
		}
	}
	got := map[clock.Month]money.Fen{}
	for _, d := range w.differences(202601, 202603) {
		if got[d.Month] = d.Was + d.Done; d.Amount() != 0 || d.Why != "" {
			w.t.Errorf("%s still differs: %+v", d.Month, d)
		}
	}
	sound(w.t, w.app, w.project)
	house()
	w.measure(last)
	bill()
	want := map[clock.Month]money.Fen{}
	for _, c := range w.open() {
		want[c.Month] += c.Amount
	}
	if !maps.Equal(got, want) {
		w.t.Errorf("%+v: corrected to %v, a fresh run charges %v", f, got, want)
	}
}

// Before the button is pressed it is said whose prepaid money grows and who owes
// less: those who owed the months, whoever owns the room today; and so it comes.
func TestCorrectionSaysBeforeWhoGetsIt(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx, q := t.Context(), w.app.DB.Reader(t.Context())
		old := w.before[0].Payer
		h, err := w.app.Screen.HandOver(ctx, w.who, w.project, screen.HandOver{Room: w.room, Date: 20260616, NewOwner: &estate.PersonInput{Name: "新业主", Kind: estate.KindPerson}})
		w.must(err)
		w.measure(88_00)
		type share struct{ credited, returned money.Fen }
		foretold := map[id.ID]share{}
		list, err := w.app.Correct.OfRoom(ctx, q, w.project, w.room, 202601, 202606)
		w.must(err)
		var chosen []correction.Pick
		for _, d := range list {
			chosen = append(chosen, correction.Pick{Item: d.Item, Month: d.Month, Seen: d.Amount()})
			var sum money.Fen
			for _, e := range d.Effects {
				x := foretold[e.Payer]
				foretold[e.Payer] = share{x.credited + e.Credited, x.returned + e.Returned}
				sum += e.More - e.Credited - e.Returned
				if e.PayerName == "" || e.PayerName == "新业主" != (e.Payer != old) {
					t.Errorf("%s: %+v", d.Month, e)
				}
			}
			if sum != d.Amount() {
				t.Errorf("%s differs by %d, said %d", d.Month, d.Amount(), sum)
			}
		}
		if len(foretold) != 2 || foretold[old].returned != 11_25 {
			t.Fatalf("said %+v of %+v", foretold, h)
		}
		doc, err := w.correct(chosen)
		w.must(err)
		for _, l := range doc.Lines {
			x := foretold[l.Payer]
			foretold[l.Payer] = share{x.credited - l.Credited, x.returned - l.Returned}
		}
		for payer, x := range foretold {
			if x != (share{}) {
				t.Errorf("%s: said, but did not come %+v", payer, x)
			}
		}
		// A correction of a correction: what it made is taken off before the charge.
		w.measure(92_00)
		_, err = w.correct(picks(w.differences(202605, 202605)))
		w.must(err)
		w.measure(89_50)
		again, err := w.app.Correct.OfRoom(ctx, q, w.project, w.room, 202605, 202605)
		w.must(err)
		if e := again[0].Effects; len(e) != 1 || e[0].Credited != 6_25 || e[0].Returned != 0 {
			t.Errorf("of a correction it says %+v", e)
		}
	})
}
