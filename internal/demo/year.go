package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/shift"
)

// habit is how a household pays.
type habit int

const (
	monthly   habit = iota // within the month
	quarterly              // three months at once
	late                   // one to three months behind
	never
)

func habitOf(r *rand.Rand) habit {
	switch n := r.IntN(100); {
	case n < 64:
		return monthly
	case n < 86:
		return quarterly
	case n < 96:
		return late
	}
	return never
}

// visit is one coming to the counter.
type visit struct {
	at      time.Time
	project *project
	room    id.ID
	part    bool // pays only some of it
	more    bool // leaves something in advance
	wrong   bool // the cashier mistypes, makes the receipt void and takes it again
}

// year lives through months up to and including the last, day by day.
func (d *demo) year(ctx context.Context, first, last clock.Month) error {
	visits := []visit{}
	for _, p := range d.projects {
		visits = append(visits, d.visitsOf(p, first, last)...)
	}
	slices.SortFunc(visits, func(a, b visit) int { return a.at.Compare(b.at) })
	next := 0
	for m := first; m <= last; m = m.Add(1) {
		if m > first {
			if err := d.read(ctx, m.Add(-1)); err != nil {
				return err
			}
		}
		if err := d.bill(ctx, m, m == last); err != nil {
			return err
		}
		if err := errors.Join(d.spend(ctx, m, m == last), d.brought(ctx), d.office(ctx, m, m == last)); err != nil {
			return err
		}
		end := m.Add(1).First().Start()
		for ; next < len(visits) && visits[next].at.Before(end); next++ {
			if !visits[next].at.Before(d.until) {
				return d.evening(ctx, clock.DateOf(d.until))
			}
			if err := d.evening(ctx, clock.DateOf(visits[next].at)); err != nil {
				return err
			}
			if err := errors.Join(d.match(ctx, visits[next].at), d.calls(ctx, visits[next].at)); err != nil {
				return err
			}
			if err := d.visit(ctx, &visits[next]); err != nil {
				return fmt.Errorf("visit on %s: %w", clock.DateOf(visits[next].at), err)
			}
			if d.extra.IntN(400) == 0 && visits[next].project != d.projects[2] {
				if err := d.deposit(ctx, &visits[next]); err != nil {
					return err
				}
			}
		}
		if err := d.evening(ctx, m.Add(1).First()); err != nil {
			return err
		}
		if err := d.transfers(ctx, m); err != nil {
			return err
		}
		d.say("%s：累计收据 %d 张", m, d.receipts)
	}
	return nil
}

// set moves the clock, but never past the end of the demo: made on the morning of
// a first, it would leave what has not happened yet.
func (d *demo) set(at time.Time) {
	if at.After(d.until) {
		at = d.until
	}
	d.clock.Set(at)
}

// bill starts and releases the runs of a month in every project. In the last
// month the office tower's run is left for the visitor to review.
func (d *demo) bill(ctx context.Context, m clock.Month, last bool) error {
	for _, p := range d.projects {
		d.set(m.First().Start().Add(2 * time.Hour))
		run, err := d.app.Billing.StartRun(ctx, actor.System("自动出账"), p.id, m)
		if err != nil {
			return fmt.Errorf("start run of %s for %s: %w", p.name, m, err)
		}
		if err := d.app.Jobs.Drain(ctx); err != nil {
			return err
		}
		if last && p.leaveDraft {
			continue
		}
		d.set(m.First().Start().Add(9*time.Hour + 20*time.Minute))
		if run, err = d.app.Billing.Run(ctx, d.app.DB.Reader(ctx), p.id, run.ID); err != nil {
			return err
		}
		if _, err := d.app.Billing.Release(ctx, p.accountant, p.id, run.ID, run.Version); err != nil {
			return fmt.Errorf("release run of %s for %s: %w", p.name, m, err)
		}
		if err := d.app.Jobs.Drain(ctx); err != nil {
			return err
		}
	}
	return nil
}

// evening closes the shifts that were opened before the given day, each on its
// own day at a quarter to six: the drawer is counted and all but the small
// change is handed in.
func (d *demo) evening(ctx context.Context, today clock.Date) error {
	const change = 500 * money.OneYuan
	for _, p := range d.projects {
		sh, _, err := d.app.Shift.CurrentShift(ctx, p.cashier, p.id)
		if err != nil {
			return fmt.Errorf("shift of %s: %w", p.name, err)
		}
		if sh == nil || sh.OpenedOn >= today {
			continue
		}
		d.clock.Set(sh.OpenedOn.Start().Add(17*time.Hour + 45*time.Minute))
		in, counted := shift.Closing{Count: 1}, sh.Imprest+p.drawer
		if d.r.IntN(50) == 0 && counted > change {
			counted, in.Reason = counted-10*money.OneYuan, "找零时多给了 10 元，已自行补足登记"
		}
		in.Handed = max(counted-change, 0)
		if _, err := d.app.Shift.CountShift(ctx, p.cashier, p.id, sh.ID, &counted, nil); err != nil {
			return fmt.Errorf("count shift of %s on %s: %w", p.name, sh.OpenedOn, err)
		}
		if _, err := d.app.Shift.CloseShift(ctx, p.cashier, p.id, sh.ID, in); err != nil {
			return fmt.Errorf("close shift of %s on %s: %w", p.name, sh.OpenedOn, err)
		}
		p.handed, p.drawer = p.handed+in.Handed, 0
	}
	return nil
}

// visitsOf draws when each room's payer comes.
func (d *demo) visitsOf(p *project, first, last clock.Month) []visit {
	var out []visit
	for _, room := range p.rooms {
		h, hour := habitOf(d.r), time.Duration(9+d.r.IntN(8))*time.Hour
		offset := d.r.IntN(3)
		for m := first; m <= last; m = m.Add(1) {
			day := 2 + d.r.IntN(24)
			switch h {
			case never:
				continue
			case quarterly:
				if (m.Number()+offset)%3 != 0 {
					continue
				}
			case late:
				if d.r.IntN(3) != 0 {
					continue
				}
			}
			at := m.First().AddDays(day - 1).Start().Add(hour + time.Duration(d.r.IntN(3600))*time.Second)
			out = append(out, visit{at: at, project: p, room: room, part: d.r.IntN(40) == 0, more: d.r.IntN(60) == 0, wrong: d.r.IntN(150) == 0})
		}
	}
	return out
}

// visit takes the money as the counter does: look, then take what is owed.
func (d *demo) visit(ctx context.Context, v *visit) error {
	d.clock.Set(v.at)
	seat, err := d.app.Cashier.Seat(ctx, v.project.id, v.room)
	if err != nil || seat.Owed == 0 {
		return err
	}
	amount := seat.Owed
	if v.part {
		amount = seat.Owed / 2 / money.OneYuan * money.OneYuan
	}
	if v.more {
		amount += 200 * money.OneYuan
	}
	if amount <= 0 {
		return nil
	}
	if channel := d.byPhone(v); channel != "" {
		return d.scan(ctx, v, seat, amount, channel)
	}
	r, err := d.take(ctx, v, seat, amount)
	if err != nil || !v.wrong {
		return err
	}
	d.clock.Advance(4 * time.Minute)
	v.project.drawer -= d.cash
	if _, err := d.app.Cashier.Void(ctx, v.project.cashier, v.project.id, r, pick(d.r, []string{"付款方式选错，重新收", "住户要求分开付", "金额输错，重新收"})); err != nil {
		return fmt.Errorf("void: %w", err)
	}
	d.clock.Advance(time.Minute)
	if seat, err = d.app.Cashier.Seat(ctx, v.project.id, v.room); err != nil {
		return err
	}
	_, err = d.take(ctx, v, seat, amount)
	return err
}

func (d *demo) take(ctx context.Context, v *visit, seat *cashier.Seat, amount money.Fen) (id.ID, error) {
	pay := cashier.Pay{Method: cashier.MethodCash, Amount: amount}
	in := cashier.Taking{Room: v.room, ExpectedOwed: seat.Owed, Confirmed: true}
	switch n := d.r.IntN(10); {
	case n < 4:
		in.Tendered = (amount + 99_99) / 100_00 * 100_00
	default:
		pay.Method, pay.Reference = cashier.MethodTransfer, fmt.Sprintf("工行 %06d", d.r.IntN(1e6))
	}
	in.Pays = []cashier.Pay{pay}
	r, err := d.app.Cashier.Receive(ctx, v.project.cashier, v.project.id, in)
	if err != nil {
		return 0, fmt.Errorf("receive at %s: %w", seat.Room.Label, err)
	}
	d.receipts++
	d.cash = 0
	if pay.Method == cashier.MethodCash {
		d.cash = amount
	}
	v.project.drawer += d.cash
	return r.ID, nil
}
