package billing_test

import (
	"context"
	"errors"
	"flag"
	"math/big"
	"os"
	"testing"
	"time"

	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"

	"pgregory.net/rapid"
)

// TestMain keeps the random test short; -rapid.checks on the command line
// makes it long.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "12"); err != nil {
		panic(err)
	}
	flag.Parse()
	os.Exit(m.Run())
}

// model is what the random test believes, kept beside the product and computed
// in another way: day by day, in fractions.
type model struct {
	w     *world
	t     *rapid.T
	rooms []estate.Room
	items []modelItem
	spare []tariff.Assignment
	runs  map[id.ID]bool
	names int
}

type modelItem struct {
	tariff.Item
	rates []modelRate
}

type modelRate struct {
	from  clock.Date
	price money.Price
}

func TestRandomLife(t *testing.T) {
	dbtest.Run(t, billingtest.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		rapid.Check(t, func(rt *rapid.T) {
			m := &model{w: newWorld(rt, d, now, rapid.IntRange(1, 5).Draw(rt, "part")), t: rt, runs: map[id.ID]bool{}}
			m.addRooms(rt)
			m.addItem(rt)
			rt.Repeat(map[string]func(*rapid.T){
				"rooms":    m.addRooms,
				"item":     m.addItem,
				"rate":     m.addRate,
				"exempt":   m.exempt,
				"run":      m.run,
				"release":  m.release,
				"withdraw": m.withdraw,
				"settle":   m.settle,
				"decide":   m.decide,
				"":         func(*rapid.T) { m.w.check() },
			})
		})
	})
}

func (m *model) addRooms(t *rapid.T) {
	if len(m.rooms) > 12 {
		t.Skip("enough rooms")
	}
	list := make([]estate.Room, rapid.IntRange(1, 4).Draw(t, "rooms"))
	for i := range list {
		list[i] = estate.Room{Area: money.Area(rapid.IntRange(3000, 20000).Draw(t, "area")), Floor: 1}
		if rapid.Bool().Draw(t, "new") {
			list[i].Handover = date(t)
		}
	}
	m.w.Rooms(list...)
	m.rooms = append(m.rooms, list...)
}

func date(t *rapid.T) clock.Date {
	return clock.Date(20260801).AddDays(rapid.IntRange(0, 150).Draw(t, "day"))
}

func (m *model) addItem(t *rapid.T) {
	if len(m.items) > 3 {
		t.Skip("enough items")
	}
	m.names++
	i := tariff.Item{
		Name: "费用" + string(rune('A'+m.names)), From: 20260101, StartMonth: rapid.IntRange(1, 12).Draw(t, "start"),
		Basis:      rapid.SampledFrom([]tariff.Basis{tariff.ByArea, tariff.Fixed, tariff.ByFormula}).Draw(t, "basis"),
		Cycle:      rapid.SampledFrom([]tariff.Cycle{"month", "month", "quarter", "year"}).Draw(t, "cycle"),
		Advance:    rapid.Bool().Draw(t, "advance"),
		FirstMonth: rapid.SampledFrom([]tariff.Habit{tariff.Actual, tariff.D30, tariff.D365, tariff.Half, tariff.Next}).Draw(t, "habit"),
		Rounding:   rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfUp, money.HalfEven, money.Up, money.Down}).Draw(t, "rounding"),
		Unit:       rapid.SampledFrom([]money.Fen{1, 1, 10, 100}).Draw(t, "unit"),
		AtPeriod:   rapid.Bool().Draw(t, "at period"), PerPeriod: rapid.Bool().Draw(t, "per period"),
	}
	if rapid.Bool().Draw(t, "late") {
		i.From = date(t)
	}
	item := modelItem{Item: m.w.Item(i, "", "")}
	m.items = append(m.items, item)
	m.price(t, &m.items[len(m.items)-1], item.From)
}

func (m *model) price(t *rapid.T, i *modelItem, from clock.Date) {
	p := money.Price(rapid.IntRange(10_000, 9_000_000).Draw(t, "price"))
	text := ""
	if i.Basis == tariff.ByFormula {
		text = "面积*单价+3"
	}
	m.w.Rate(i.ID, from, p.String(), text)
	i.rates = append(i.rates, modelRate{from, p})
}

func (m *model) addRate(t *rapid.T) {
	m.price(t, rapid.SampledFrom(indices(m.items)).Draw(t, "item")(m), date(t))
}

func indices(list []modelItem) []func(*model) *modelItem {
	out := make([]func(*model) *modelItem, len(list))
	for i := range list {
		out[i] = func(m *model) *modelItem { return &m.items[i] }
	}
	return out
}

func (m *model) exempt(t *rapid.T) {
	from := date(t)
	a := tariff.Assignment{Item: rapid.SampledFrom(indices(m.items)).Draw(t, "item")(m).ID, Scope: tariff.ToRoom,
		Target: rapid.SampledFrom(m.rooms).Draw(t, "room").ID, Exempt: true, From: from, Until: from.AddDays(rapid.IntRange(0, 60).Draw(t, "days"))}
	m.w.Assign(a)
	m.spare = append(m.spare, a)
}

// run generates a month, sometimes killed on the way, and compares every new
// line with the model.
func (m *model) run(t *rapid.T) {
	month := clock.Month(202608).Add(rapid.IntRange(0, 4).Draw(t, "month"))
	before := m.charged()
	r, err := m.w.Billing.StartRun(context.Background(), m.w.Who, m.w.Project, month)
	if errors.Is(err, billing.ErrNothingDue) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "kill") {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rapid.IntRange(1, 20).Draw(t, "ms"))*time.Millisecond)
		if err := m.w.Jobs.Drain(ctx); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		cancel()
	}
	r = m.w.settled(r.ID)
	if r.State != billing.Draft && r.State != billing.Empty {
		t.Fatalf("run %+v, %s", r, m.w.jobsText())
	}
	m.runs[r.ID] = true
	after := m.charged()
	for _, c := range m.w.Lines(r.ID) {
		k := key{c.Subject, c.Item, c.Month}
		if before[k] != 0 {
			t.Fatalf("room %s is charged again for %s", c.Subject, c.Month)
		}
		if want, exact := m.owes(k); exact && want != c.Amount || want == 0 && exact {
			t.Fatalf("room %s owes %d for %s, charged %d", c.Subject, want, c.Month, c.Amount)
		}
	}
	for i := range m.items {
		for _, month := range m.months(&m.items[i], month) {
			for _, room := range m.rooms {
				k := key{room.ID, m.items[i].ID, month}
				if want, exact := m.owes(k); exact && want > 0 && after[k] == 0 {
					t.Fatalf("room %s owes %d for %s and is not charged", room.ID, want, month)
				}
			}
		}
	}
}

type key struct {
	room, item id.ID
	month      clock.Month
}

// charged reads every live charge past the room's own words.
func (m *model) charged() map[key]money.Fen {
	ctx := context.Background()
	rows, err := m.w.DB.Reader(ctx).Query(ctx, "SELECT subject_id, item_id, month, amount FROM billing_charge WHERE project_id = ? AND live = 1", m.w.Project)
	type row struct {
		key
		amount money.Fen
	}
	list, err := db.Collect(rows, err, func(s db.Scanner) (row, error) {
		var r row
		return r, s.Scan(&r.room, &r.item, &r.month, &r.amount)
	})
	if err != nil {
		m.t.Fatal(err)
	}
	out := map[key]money.Fen{}
	for _, r := range list {
		out[r.key] = r.amount
	}
	return out
}

// months are those that the run of a month bills.
func (m *model) months(i *modelItem, month clock.Month) []clock.Month {
	n := i.Cycle.Months()
	inside := month
	if !i.Advance {
		inside = month.Add(-1)
	}
	first := inside
	for (first.Number()-i.StartMonth+24)%n != 0 {
		first = first.Add(-1)
	}
	if !i.Advance && first.Add(n) != month {
		return nil
	}
	var out []clock.Month
	for k := range n {
		out = append(out, first.Add(k))
	}
	return out
}

// owes computes a month in fractions, day by day. exact is false when the
// month is a share of a period that is rounded once.
func (m *model) owes(k key) (money.Fen, bool) {
	var item *modelItem
	var room *estate.Room
	for i := range m.items {
		if m.items[i].ID == k.item {
			item = &m.items[i]
		}
	}
	for i := range m.rooms {
		if m.rooms[i].ID == k.room {
			room = &m.rooms[i]
		}
	}
	sum, count, n := new(big.Rat), 0, k.month.Days()
	var covered [32]bool
	for day := 1; day <= n; day++ {
		d := k.month.First().AddDays(day - 1)
		if d < item.From || d < room.Handover || m.spared(k, d) {
			continue
		}
		covered[day] = true
		count++
		sum.Add(sum, m.value(item, room, d))
	}
	if count == 0 {
		return 0, !item.AtPeriod
	}
	sum.Quo(sum, big.NewRat(int64(count), 1)) // mean price of the covered days
	sum.Mul(sum, part(item.FirstMonth, covered, count, n))
	if item.PerPeriod {
		sum.Quo(sum, big.NewRat(int64(item.Cycle.Months()), 1))
	}
	sum.Quo(sum, big.NewRat(int64(item.Unit), 1))
	return money.Fen(round(sum, item.Rounding)) * item.Unit, !item.AtPeriod
}

func (m *model) spared(k key, d clock.Date) bool {
	for _, a := range m.spare {
		if a.Item == k.item && a.Target == k.room && d >= a.From && d <= a.Until {
			return true
		}
	}
	return false
}

// value is a whole month's amount at the price of the day, in fen.
func (m *model) value(i *modelItem, r *estate.Room, d clock.Date) *big.Rat {
	var price money.Price
	var from clock.Date
	for _, x := range i.rates {
		if x.from <= d && x.from >= from {
			price, from = x.price, x.from
		}
	}
	v := big.NewRat(int64(price), 10_000)
	if i.Basis != tariff.Fixed {
		v.Mul(v, big.NewRat(int64(r.Area), 100))
	}
	if i.Basis == tariff.ByFormula {
		v.Add(v, big.NewRat(300, 1))
	}
	return v
}

func part(h tariff.Habit, covered [32]bool, count, n int) *big.Rat {
	first, last := 0, 0
	for d, on := range covered {
		if on && first == 0 {
			first = d
		}
		if on {
			last = d
		}
	}
	switch {
	case count == n:
		return big.NewRat(1, 1)
	case h == tariff.D30:
		return big.NewRat(int64(min(count, 30)), 30)
	case h == tariff.D365:
		return big.NewRat(int64(12*count), 365)
	case h == tariff.Half && (first > 15 || last < 16):
		return big.NewRat(1, 2)
	case h == tariff.Half:
		return big.NewRat(1, 1)
	case h == tariff.Next && covered[1]:
		return big.NewRat(1, 1)
	case h == tariff.Next:
		return new(big.Rat)
	}
	return big.NewRat(int64(count), int64(n))
}

func round(x *big.Rat, mode money.Rounding) int64 {
	q, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	twice := new(big.Int).Lsh(rest, 1).Cmp(x.Denom())
	up := mode == money.HalfUp && twice >= 0 || mode == money.HalfEven && (twice > 0 || twice == 0 && q.Bit(0) == 1) ||
		mode == money.Up && rest.Sign() > 0
	if up {
		return q.Int64() + 1
	}
	return q.Int64()
}

func (m *model) pick(t *rapid.T, states ...billing.RunState) (billing.Run, bool) {
	var list []billing.Run
	for r := range m.runs {
		run := m.w.read(r)
		for _, s := range states {
			if run.State == s {
				list = append(list, run)
			}
		}
	}
	if len(list) == 0 {
		return billing.Run{}, false
	}
	least := list[0]
	for _, r := range list {
		if r.ID < least.ID {
			least = r
		}
	}
	return least, true
}

func (m *model) release(t *rapid.T) {
	if r, ok := m.pick(t, billing.Draft); ok && r.Lines > 0 {
		if r = m.w.release(r); r.State != billing.Released {
			t.Fatalf("released %+v", r)
		}
	}
}

func (m *model) withdraw(t *rapid.T) {
	r, ok := m.pick(t, billing.Draft, billing.Empty, billing.Released)
	if !ok {
		return
	}
	paid := m.w.number("SELECT COUNT(*) FROM billing_charge WHERE project_id = ? AND run_id = ? AND paid > 0", m.w.Project, r.ID)
	_, err := m.w.Billing.Withdraw(context.Background(), m.w.Who, m.w.Project, r.ID, r.Version, "出错重来")
	if paid > 0 != errors.Is(err, billing.ErrPaid) || paid == 0 && err != nil {
		t.Fatalf("withdrawing with %d paid charges: %v", paid, err)
	}
	m.w.Drain()
}

func (m *model) settle(t *rapid.T) {
	ids := make([]id.ID, len(m.rooms))
	for i := range m.rooms {
		ids[i] = m.rooms[i].ID
	}
	open := m.w.Open(ids...)
	if len(open) == 0 {
		return
	}
	c := rapid.SampledFrom(open).Draw(t, "charge")
	amount := money.Fen(rapid.Int64Range(1, int64(c.Owed())+1).Draw(t, "amount"))
	err := m.w.Settle(billing.Settlement{Charge: c.ID, Amount: amount})
	if (amount > c.Owed()) != errors.Is(err, billing.ErrOverpaid) || amount <= c.Owed() && err != nil {
		t.Fatalf("paying %d of %d: %v", amount, c.Owed(), err)
	}
	if err == nil && rapid.Bool().Draw(t, "give back") {
		err := m.w.DB.Write(context.Background(), func(tx *db.Tx) error {
			return m.w.Billing.Unsettle(context.Background(), tx, m.w.Project, []billing.Settlement{{Charge: c.ID, Amount: amount}})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (m *model) decide(t *rapid.T) {
	r, ok := m.pick(t, billing.Draft, billing.Released)
	if !ok {
		return
	}
	lines := m.w.Lines(r.ID)
	if len(lines) == 0 {
		return
	}
	c := rapid.SampledFrom(lines).Draw(t, "line")
	b, ctx, p := m.w.Billing, context.Background(), m.w.Project
	do := rapid.SampledFrom([]func() (billing.Charge, error){
		func() (billing.Charge, error) {
			return b.Correct(ctx, m.w.Who, p, r.ID, c.ID, c.Amount, 777, "核对过")
		},
		func() (billing.Charge, error) { return b.HoldLine(ctx, m.w.Who, p, r.ID, c.ID, "等一等") },
		func() (billing.Charge, error) { return b.DropLine(ctx, m.w.Who, p, r.ID, c.ID, "不收了") },
		func() (billing.Charge, error) { return b.RestoreLine(ctx, m.w.Who, p, r.ID, c.ID, "恢复") },
		func() (billing.Charge, error) { return b.ReleaseLine(ctx, m.w.Who, p, r.ID, c.ID, "发布") },
	}).Draw(t, "do")
	if _, err := do(); err != nil && !errors.Is(err, billing.ErrLineState) {
		t.Fatal(err)
	}
}
