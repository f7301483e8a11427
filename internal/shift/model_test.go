package shift_test

import (
	"context"
	"errors"
	"flag"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/shift"
)

// model is what the counter should be: debts and wallets of two households,
// and the receipts given so far.
type model struct {
	owed     map[id.ID]money.Fen // by household, named by one of its rooms
	prepaid  map[id.ID]money.Fen
	receipts []given
	numbers  map[int]int64 // receipts given by year
	drawer   money.Fen     // what the last closing left
	unit     money.Fen     // to what cash is rounded down, 0 for not
}

type given struct {
	house   id.ID
	receipt cashier.Receipt
	void    bool
	settled money.Fen
	prepaid money.Fen // net into the wallet
	handed  bool      // its shift is closed
	red     bool      // it takes back
	back    bool      // taken back as a whole
	given   money.Fen // given back of it
}

// TestModel plays random counters: any mixture of partial payments, chosen
// charges, overpayments, prepaid money, voids, stale windows and days that
// pass, against the model, on both engines.
func TestModel(t *testing.T) {
	fewer(t)
	run(t, func(t *testing.T, w *world) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			w.now.Set(dbtest.Start())
			w.found(rt, "小区"+id.ID(n).String())
			m := &model{owed: map[id.ID]money.Fen{}, prepaid: map[id.ID]money.Fen{}, numbers: map[int]int64{}}
			m.billed(rt, w)
			m.rounds(rt, w)
			rt.Repeat(map[string]func(*rapid.T){
				"receive":  func(rt *rapid.T) { m.receive(rt, w) },
				"round":    func(rt *rapid.T) { m.round(rt, w) },
				"stale":    func(rt *rapid.T) { m.stale(rt, w) },
				"rollback": func(rt *rapid.T) { m.rollback(rt, w) },
				"void":     func(rt *rapid.T) { m.void(rt, w) },
				"red":      func(rt *rapid.T) { m.red(rt, w) },
				"refund":   func(rt *rapid.T) { m.refund(rt, w) },
				"next day": func(rt *rapid.T) { m.nextDay(w.now) },
				"close":    func(rt *rapid.T) { m.close(rt, w) },
				"":         func(rt *rapid.T) { m.compare(rt, w) },
			})
			w.sound(rt)
		})
	})
}

// fewer plays 30 games instead of the usual 100: a game here costs a project,
// its runs and some 30 commands.
func fewer(t *testing.T) { games(t, "30") }

// games plays n games, unless another number was asked for.
func games(t *testing.T, n string) {
	f := flag.Lookup("rapid.checks")
	if f == nil || f.Value.String() != f.DefValue {
		return
	}
	if err := flag.Set("rapid.checks", n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := flag.Set("rapid.checks", f.DefValue); err != nil {
			t.Error(err)
		}
	})
}

func (m *model) houses(w *world) []id.ID { return []id.ID{w.a, w.c, w.dd} }

func (m *model) billed(rt *rapid.T, w *world) {
	list := []due{}
	for i, room := range []id.ID{w.a, w.b, w.c, w.dd} {
		amount := money.Fen(rapid.Int64Range(1, 40_000).Draw(rt, "amount"))
		for month := 0; month < rapid.IntRange(0, 2).Draw(rt, "months"); month++ {
			list = append(list, due{room, "费用" + string(rune('甲'+i)), clock.Month(202610).Add(month), amount})
			house := room
			if room == w.b {
				house = w.a
			}
			m.owed[house] += amount
		}
	}
	if len(list) > 0 {
		w.bill(rt, list...)
	}
}

// draw makes a taking; the pays fit the wallet half of the time.
func (m *model) draw(rt *rapid.T, w *world, house id.ID) (cashier.Taking, *cashier.Seat) {
	room := house
	if house == w.a && rapid.Bool().Draw(rt, "other room") {
		room = w.b
	}
	seat := w.seat(rt, room)
	in := cashier.Taking{Room: room, ExpectedOwed: seat.Owed, ExpectedPrepaid: &seat.Prepaid, Confirmed: rapid.IntRange(0, 4).Draw(rt, "confirmed") > 0}
	for _, o := range seat.Open {
		if rapid.IntRange(0, 3).Draw(rt, "choose") == 0 {
			in.Charges = append(in.Charges, o.Charge)
		}
	}
	for range rapid.IntRange(1, 3).Draw(rt, "pays") {
		method := rapid.SampledFrom([]cashier.Method{cashier.MethodCash, cashier.MethodCash, cashier.MethodCard, cashier.MethodTransfer, cashier.MethodPrepay}).Draw(rt, "method")
		most := int64(max(seat.Owed, 1)) + 3000
		if method == cashier.MethodPrepay && seat.Prepaid > 0 && rapid.Bool().Draw(rt, "within") {
			most = int64(seat.Prepaid)
		}
		in.Pays = append(in.Pays, cashier.Pay{Method: method, Amount: money.Fen(rapid.Int64Range(1, most).Draw(rt, "amount"))})
	}
	return in, seat
}

func (m *model) receive(rt *rapid.T, w *world) {
	house := rapid.SampledFrom(m.houses(w)).Draw(rt, "house")
	in, seat := m.draw(rt, w, house)
	r, err := w.cashier.Receive(context.Background(), w.teller(), w.project, in)
	var chosen, sum, prepay money.Fen
	for _, o := range seat.Open {
		if len(in.Charges) == 0 || slices.Contains(in.Charges, o.Charge) {
			chosen += o.Left
		}
	}
	for _, p := range in.Pays {
		if sum += p.Amount; p.Method == cashier.MethodPrepay {
			prepay += p.Amount
		}
	}
	settled := min(sum, chosen)
	fits := prepay <= settled && prepay <= seat.Prepaid && (in.Confirmed || (chosen > 0 && sum <= 3*chosen))
	if (err == nil) != fits {
		rt.Fatalf("receive %+v of seat owing %d (chosen %d) with %d: %v", in, seat.Owed, chosen, seat.Prepaid, err)
	}
	if err != nil {
		if fault.As(err) == nil {
			rt.Fatalf("receive: %v", err)
		}
		return
	}
	m.numbers[r.Date.Year()]++
	if r.Seq != m.numbers[r.Date.Year()] || r.Amount != sum || r.ToPrepay != sum-settled || r.PrepaidUsed != prepay {
		rt.Fatalf("receipt %+v of %+v; numbers %v", r, in, m.numbers)
	}
	m.owed[house] -= settled
	m.prepaid[house] += r.ToPrepay - prepay
	m.receipts = append(m.receipts, given{house: house, receipt: r, settled: settled, prepaid: r.ToPrepay - prepay})
}

// rounds lets cash be rounded down to 角 or 元, or not.
func (m *model) rounds(rt *rapid.T, w *world) {
	m.unit = rapid.SampledFrom([]money.Fen{0, money.OneJiao, money.OneYuan}).Draw(rt, "round to")
	_, err := w.cashier.SetSetting(context.Background(), boss(), w.project, cashier.Setting{Policy: cashier.PolicyStatutory, Choice: true, RoundTo: m.unit})
	if err != nil {
		rt.Fatalf("setting: %v", err)
	}
}

// round pays all that a household owes in whole units, a part of it by card.
func (m *model) round(rt *rapid.T, w *world) {
	house := rapid.SampledFrom(m.houses(w)).Draw(rt, "house")
	seat := w.seat(rt, house)
	card := money.Fen(rapid.Int64Range(0, int64(seat.Owed)).Draw(rt, "card"))
	in := cashier.Taking{Room: house, ExpectedOwed: seat.Owed, Confirmed: true}
	if card > 0 {
		in.Pays = append(in.Pays, cashier.Pay{Method: cashier.MethodCard, Amount: card})
	}
	due := seat.Owed - card
	if m.unit != 0 {
		in.Rounded = due % m.unit
	}
	if in.Rounded == 0 || due == in.Rounded {
		return
	}
	in.Pays = append(in.Pays, cashier.Pay{Method: cashier.MethodCash, Amount: due - in.Rounded})
	r, err := w.cashier.Receive(context.Background(), w.teller(), w.project, in)
	if err != nil || r.Amount != seat.Owed-in.Rounded || r.Rounded != in.Rounded || r.ToPrepay != 0 {
		rt.Fatalf("round %+v of %d: %+v, %v", in, seat.Owed, r, err)
	}
	m.numbers[r.Date.Year()]++
	m.owed[house] = 0
	m.receipts = append(m.receipts, given{house: house, receipt: r, settled: seat.Owed})
}

// stale is a window that shows another debt or another wallet.
func (m *model) stale(rt *rapid.T, w *world) {
	in, _ := m.draw(rt, w, rapid.SampledFrom(m.houses(w)).Draw(rt, "house"))
	in.Confirmed = true
	if rapid.Bool().Draw(rt, "wallet") {
		wrong := *in.ExpectedPrepaid + 1
		in.ExpectedPrepaid = &wrong
	} else {
		in.ExpectedOwed++
	}
	if _, err := w.cashier.Receive(context.Background(), w.teller(), w.project, in); !errors.Is(err, cashier.ErrOwedChanged) {
		rt.Fatalf("stale window: %v", err)
	}
}

// rollback is a receipt whose transaction does not come to its end.
func (m *model) rollback(rt *rapid.T, w *world) {
	in, _ := m.draw(rt, w, rapid.SampledFrom(m.houses(w)).Draw(rt, "house"))
	lost := errors.New("lost")
	err := w.d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := w.cashier.Receive(db.Join(context.Background(), tx), w.teller(), w.project, in)
		return errors.Join(lost, err)
	})
	if !errors.Is(err, lost) {
		rt.Fatalf("rollback: %v", err)
	}
}

func (m *model) void(rt *rapid.T, w *world) {
	if len(m.receipts) == 0 {
		rt.Skip("no receipts")
	}
	g := &m.receipts[rapid.IntRange(0, len(m.receipts)-1).Draw(rt, "receipt")]
	_, err := w.cashier.Void(context.Background(), w.teller(), w.project, g.receipt.ID, "随机")
	left := m.prepaid[g.house] - g.prepaid
	switch {
	case g.red || g.back || g.given > 0:
		if !errors.Is(err, cashier.ErrRedOfRed) && !errors.Is(err, cashier.ErrReversed) && !errors.Is(err, cashier.ErrRedPart) {
			rt.Fatalf("void of what was given back: %v", err)
		}
	case g.void:
		if !errors.Is(err, cashier.ErrVoided) {
			rt.Fatalf("void again: %v", err)
		}
	case g.handed:
		if !errors.Is(err, cashier.ErrHandedOver) {
			rt.Fatalf("void after the closing: %v", err)
		}
	case errors.Is(err, cashier.ErrPrepaidGone):
		// With two rooms the wallet of one may be short while both together
		// are not; with one room it is exact.
		if left >= 0 && g.house != w.a {
			rt.Fatalf("void refused although %d would be left", left)
		}
	case err != nil:
		rt.Fatalf("void: %v", err)
	default:
		if left < 0 {
			rt.Fatalf("void took the wallet to %d", left)
		}
		g.void = true
		m.owed[g.house] += g.settled
		m.prepaid[g.house] = left
	}
}

func (m *model) nextDay(now *clock.Manual) {
	now.Set(clock.DateOf(now.Now()).AddDays(1).Start())
}

// close ends the shift: it holds exactly what was taken since the last
// closing, and leaves a part of the cash for the next.
func (m *model) close(rt *rapid.T, w *world) {
	ctx := context.Background()
	open, kept, err := w.shift.CurrentShift(ctx, w.teller(), w.project)
	if err != nil || kept != m.drawer && open == nil {
		rt.Fatalf("current shift %v, kept %d, should be %d: %v", open, kept, m.drawer, err)
	}
	if open == nil {
		return
	}
	due, income := m.drawer, money.Fen(0)
	for i := range m.receipts {
		g := &m.receipts[i]
		if g.handed {
			continue
		}
		if g.handed = true; g.void {
			continue
		}
		for _, p := range g.receipt.Pays {
			if p.Method == cashier.MethodCash {
				due += p.Amount
			}
		}
		income += g.receipt.Income()
	}
	counted := max(due, 0)
	if due >= 0 {
		counted += money.Fen(rapid.Int64Range(-min(int64(due), 500), 500).Draw(rt, "wrong"))
	}
	sh, err := w.shift.CountShift(ctx, w.teller(), w.project, open.ID, &counted, nil)
	if err != nil || sh.Counts[0].Expected != due {
		rt.Fatalf("count %+v, should expect %d: %v", sh, due, err)
	}
	in := shift.Closing{Count: 1, Handed: money.Fen(rapid.Int64Range(0, int64(counted)).Draw(rt, "handed"))}
	if counted != due {
		if _, err := w.shift.CloseShift(ctx, w.teller(), w.project, open.ID, in); !errors.Is(err, shift.ErrDifference) {
			rt.Fatalf("difference without reason: %v", err)
		}
		in.Reason = "点错零钱"
	}
	sh, err = w.shift.CloseShift(ctx, w.teller(), w.project, open.ID, in)
	if err != nil || sh.Income() != income || sh.Difference() != counted-due || sh.Kept() != counted-in.Handed {
		rt.Fatalf("closed %+v, should hold %d: %v", sh, income, err)
	}
	m.drawer = sh.Kept()
}

func (m *model) compare(rt *rapid.T, w *world) {
	for _, house := range m.houses(w) {
		seat := w.seat(rt, house)
		if seat.Owed != m.owed[house] || seat.Prepaid != m.prepaid[house] {
			rt.Fatalf("household owes %d and has %d prepaid, should be %d and %d", seat.Owed, seat.Prepaid, m.owed[house], m.prepaid[house])
		}
	}
}
