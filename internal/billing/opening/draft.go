package opening

import (
	"linli/internal/estate/naming"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/spool"
)

// Draft is a charge while it waits in a spool to be written.
type Draft struct {
	Item, Room, Payer id.ID
	Month             clock.Month
	Due               clock.Date
	Amount, Paid      money.Fen
	Line              int
	Lines             []string
}

// Draft is the charge without its row.
func (c *Charge) Draft(payer id.ID) *Draft {
	return &Draft{c.Item.ID, c.Room, payer, c.Month, c.Due, c.Amount, c.Paid, c.Row.Line, c.Lines()}
}

// Code names the fields of a draft for the spool.
func (d *Draft) Code(c *spool.Coder) {
	for _, v := range []*id.ID{&d.Item, &d.Room, &d.Payer} {
		spool.Int(c, v)
	}
	spool.Int(c, &d.Month)
	spool.Int(c, &d.Due)
	spool.Int(c, &d.Amount)
	spool.Int(c, &d.Paid)
	spool.Int(c, &d.Line)
	spool.List(c, &d.Lines, c.Text)
}

// Asked is what has to be known to plan some rows.
type Asked struct {
	Keys    []string // of rooms, as they may be spelled
	Periods map[Period]bool
	spelled map[[3]string][]string
}

// Period is one month of a fee item.
type Period struct {
	Item  id.ID
	Month clock.Month
}

// Taken is a period that a room is charged for.
type Taken struct {
	Period
	Room id.ID
}

// Ask tells which rooms and periods some rows name.
func Ask(rows []Row, item func(name string) (Item, bool)) Asked {
	a := Asked{Periods: map[Period]bool{}, spelled: map[[3]string][]string{}}
	for i := range rows {
		r := &rows[i]
		if _, ok := a.spelled[r.spelling()]; !ok {
			keys := naming.FullKeys(r.Building, r.Unit, r.Room)
			a.spelled[r.spelling()] = keys
			a.Keys = append(a.Keys, keys...)
		}
		it, ok := item(r.Item)
		for m := r.From.Month(); ok && m <= r.Until.Month(); m = m.Add(1) {
			a.Periods[Period{it.ID, m}] = true
		}
	}
	return a
}

func (row *Row) spelling() [3]string { return [3]string{row.Building, row.Unit, row.Room} }

// Places answers for the room of a row, by the rooms of the keys.
func (a *Asked) Places(room func(key string) (Place, bool)) func(r *Row) (Place, bool) {
	return func(r *Row) (Place, bool) {
		for _, k := range a.spelled[r.spelling()] {
			if p, ok := room(k); ok {
				return p, true
			}
		}
		return Place{}, false
	}
}
