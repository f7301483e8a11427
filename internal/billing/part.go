package billing

import (
	"context"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// part is a stretch of rooms of a run: the unit of SQL work and of a
// transaction.
type part struct {
	No        int
	After     id.ID // exclusive
	Upto      id.ID // inclusive
	Generated bool
	Released  bool
	Withdrawn bool
	First     id.ID // smallest charge, 0 without charges
	Last      id.ID
}

// work is one computed part, ready to be written.
type work struct {
	part   part
	plain  []line // without detail
	full   []line // with detail
	faults []look
	comparer
	rooms  int
	amount money.Fen
	source int64 // kind of source of the full lines, 0 for rooms
}

// history is what is already known of one item and month of a part, in the
// order of rooms; the cursors move along with the stream of rooms.
type history struct {
	charged []id.ID // rooms that already have a live charge
	prior   []prior // charges of the period before
	month   clock.Month
	i, j    int
}

// charged reports whether the room already has its charge.
func (h *history) has(room id.ID) bool {
	for h.i < len(h.charged) && h.charged[h.i] < room {
		h.i++
	}
	return h.i < len(h.charged) && h.charged[h.i] == room
}

// before gives the prior charge of the room, and those of rooms that were
// passed by because they are not there any more.
func (h *history) before(room id.ID, gone func(*prior)) *prior {
	for h.j < len(h.prior) && h.prior[h.j].room < room {
		gone(&h.prior[h.j])
		h.j++
	}
	if h.j < len(h.prior) && h.prior[h.j].room == room {
		h.j++
		return &h.prior[h.j-1]
	}
	return nil
}

// preparer computes parts of one run.
type preparer struct {
	s       *Service
	project id.ID
	plan    *tariff.Plan
}

// prepare reads a part's rooms and computes their lines. It writes nothing and
// stands outside the transaction, so that the next part is computed while this
// one is written.
func (p *preparer) prepare(ctx context.Context, pt part) (*work, error) {
	q := p.s.db.Reader(ctx)
	own, err := p.s.tariff.RoomAssignments(ctx, q, p.project, pt.After, pt.Upto)
	if err != nil {
		return nil, err
	}
	past := make([][]history, len(p.plan.Items))
	for i, it := range p.plan.Items {
		past[i] = make([]history, len(it.Months))
		for j := range it.Months {
			month := it.Months[j].Month
			past[i][j].month = month
			if past[i][j].charged, err = chargedRooms(ctx, q, p.project, it.ID, month, pt); err != nil {
				return nil, err
			}
			if past[i][j].prior, err = priorCharges(ctx, q, p.project, it.ID, month.Add(-it.Cycle.Months()), pt); err != nil {
				return nil, err
			}
		}
	}
	usage, unread, err := p.usages(ctx, q, pt)
	if err != nil {
		return nil, err
	}
	w := &work{part: pt}
	w.sums = make([][causes]sumCell, len(p.plan.Items))
	changes, err := p.payerChanges(ctx, q, pt)
	if err != nil {
		return nil, err
	}
	room := roomWork{w: w, plan: p.plan, past: past, own: own, calc: calculator{plan: p.plan, usage: usage}, changes: changes}
	err = p.s.estate.StreamRooms(ctx, q, p.project, estate.RoomFilter{After: pt.After, Upto: pt.Upto}, func(r *estate.BillingRoom) error {
		room.do(r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("stream rooms: %w", err)
	}
	room.finish()
	if pt.No == 1 {
		for _, f := range append(unread, p.plan.Faults...) {
			w.faults = append(w.faults, look{kind: lookFault, line: -1, item: f.Item, month: int32(f.Month), reason: f.Reason})
		}
	}
	return w, nil
}

// payerChanges are the changes of hands that the plan's months have seen.
func (p *preparer) payerChanges(ctx context.Context, q db.Q, pt part) (map[id.ID][]estate.PayerChange, error) {
	first := p.plan.Month
	for _, it := range p.plan.Items {
		first = min(first, it.Months[0].Month)
	}
	list, err := p.s.estate.PayerChanges(ctx, q, p.project, pt.After, pt.Upto, first.First())
	if err != nil {
		return nil, err
	}
	out := map[id.ID][]estate.PayerChange{}
	for _, c := range list {
		out[c.Room] = append(out[c.Room], c)
	}
	return out, nil
}

// roomWork takes the rooms of a part one after the other.
type roomWork struct {
	w      *work
	plan   *tariff.Plan
	past   [][]history
	own    []tariff.Assignment // of the part's rooms, by room
	at     int
	calc   calculator
	mine   []tariff.Assignment
	lines  []line
	billed bool

	changes map[id.ID][]estate.PayerChange // of rooms that changed hands
}

func (x *roomWork) do(r *estate.BillingRoom) {
	for x.at < len(x.own) && x.own[x.at].Target < r.ID {
		x.at++
	}
	x.calc.enter(r)
	x.billed = false
	for i, it := range x.plan.Items {
		x.item(i, it, r)
	}
	if x.billed {
		x.w.rooms++
	}
}

func (x *roomWork) item(i int, it *tariff.PlanItem, r *estate.BillingRoom) {
	x.mine, x.lines = x.mine[:0], x.lines[:0]
	for k := x.at; k < len(x.own) && x.own[k].Target == r.ID; k++ {
		if x.own[k].Item == it.ID {
			x.mine = append(x.mine, x.own[k])
		}
	}
	err := x.calc.lines(it, x.mine, func(l line) { x.lines = append(x.lines, l) })
	missing := false
	for j := range x.past[i] {
		h := &x.past[i][j]
		charged := h.has(r.ID)
		before := h.before(r.ID, func(p *prior) { x.w.compare(it, nil, -1, p, Ended) })
		if charged {
			continue
		}
		missing = true
		var now *line
		for k := range x.lines {
			if x.lines[k].month == h.month {
				now = &x.lines[k]
			}
		}
		at, gone := -1, Ended
		switch {
		case err != nil:
			gone = NotComputed
		case now != nil && now.amount == 0:
			now, gone = nil, DiscountCause
		}
		if now != nil && err == nil {
			at = x.keepAll(it, j, r, now)
			x.billed = true
		}
		x.w.compare(it, now, at, before, gone)
	}
	if err != nil && missing {
		x.w.faults = append(x.w.faults, look{kind: lookFault, line: -1, room: r.ID, item: it.ID, month: int32(x.plan.Month), reason: Reason(err)})
	}
}

// keepAll keeps a line, cut among the payers of its month when the room changed
// hands, and gives the number of the first.
func (x *roomWork) keepAll(it *tariff.PlanItem, month int, r *estate.BillingRoom, l *line) int {
	changes := x.changes[r.ID]
	if len(changes) == 0 {
		return x.w.keep(l)
	}
	at := -1
	for _, seg := range l.segments(it.Months[month].Covered(r, x.mine), changes) {
		if n := x.w.keep(&seg); at < 0 {
			at = n
		}
	}
	return at
}

// keep stores a line in its list. The number it gives tells the lists apart:
// even for plain, odd for full.
func (w *work) keep(l *line) int {
	w.amount += l.amount
	if l.detail == nil {
		w.plain = append(w.plain, *l)
		return 2 * (len(w.plain) - 1)
	}
	w.full = append(w.full, *l)
	return 2*(len(w.full)-1) + 1
}

// finish accounts for prior charges behind the last room and keeps only the
// biggest changes.
func (x *roomWork) finish() {
	const behind = id.ID(1<<63 - 1)
	for i, it := range x.plan.Items {
		for j := range x.past[i] {
			x.past[i][j].before(behind, func(p *prior) { x.w.compare(it, nil, -1, p, Ended) })
		}
	}
	x.w.trim()
}

// lineIndex turns keep's number into the position among all lines written:
// plain ones first.
func (w *work) lineIndex(at int) int {
	if at%2 == 0 {
		return at / 2
	}
	return len(w.plain) + at/2
}

// groups sorts the plain lines by what they have in common, keeping the order
// of rooms inside a group, and hands out ids in the order of writing, so that
// the primary key only grows: ids[i] belongs to line i, first the plain ones,
// then the full ones.
func (w *work) groups(inOrder []id.ID) (groups [][]int32, ids []id.ID) {
	type alike struct {
		item   int
		month  clock.Month
		rate   id.ID
		price  money.Price
		factor Factor
	}
	place := map[alike]int{}
	for i := range w.plain {
		l := &w.plain[i]
		key := alike{l.item, l.month, l.rate, l.price, l.factor}
		g, ok := place[key]
		if !ok {
			g = len(groups)
			place[key] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], int32(i))
	}
	ids = make([]id.ID, len(inOrder))
	next := 0
	for _, g := range groups {
		for _, i := range g {
			ids[i] = inOrder[next]
			next++
		}
	}
	copy(ids[next:], inOrder[next:])
	return groups, ids
}
