package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/tariff"
)

// Review is what people look at before release: the run equals the period
// before plus the causes, to the fen.
type Review struct {
	Run
	LastAmount money.Fen
	Causes     []CauseSum
	Items      []ItemSum
	ToRelease  money.Fen // without held lines
	RoomsBill  int64     // rooms that get a bill when it is released now
	Due        clock.Date
}

// CauseSum is one cause of the difference over all items.
type CauseSum struct {
	Cause  Cause
	Lines  int64
	Amount money.Fen
	Note   string
}

// ItemSum is one item now and one period before.
type ItemSum struct {
	Item   id.ID
	Name   string
	Lines  int64
	Amount money.Fen
	Last   money.Fen
	causes [causes]sumCell
}

// Review reads a run with its explanation. Error: fault.ErrNotFound.
func (s *Service) Review(ctx context.Context, q db.Q, project, run id.ID) (Review, error) {
	r, err := s.Run(ctx, q, project, run)
	if err != nil {
		return Review{}, err
	}
	v := Review{Run: r, Causes: []CauseSum{}}
	if v.Items, err = itemSums(ctx, q, project, run); err != nil {
		return Review{}, err
	}
	var total [causes]sumCell
	for _, it := range v.Items {
		v.LastAmount += it.Last
		for c, cell := range it.causes {
			total[c].lines += cell.lines
			total[c].amount += cell.amount
		}
	}
	for c := PriceChanged; c < causes; c++ {
		if total[c].lines > 0 {
			v.Causes = append(v.Causes, CauseSum{Cause: c, Lines: total[c].lines, Amount: total[c].amount})
		}
	}
	if err := s.notes(ctx, q, project, &v); err != nil {
		return Review{}, err
	}
	unbilled, err := roomsHeld(ctx, q, project, &r)
	if err != nil {
		return Review{}, err
	}
	v.ToRelease, v.RoomsBill = r.Amount-r.HeldAmount, r.Rooms-unbilled
	v.Due, err = lastDue(ctx, q, project, &r)
	return v, err
}

// notes words the price changes: 物业服务费 2.2 → 2.35 元/㎡·月，2026-11-01 起.
func (s *Service) notes(ctx context.Context, q db.Q, project id.ID, v *Review) error {
	for i := range v.Causes {
		if v.Causes[i].Cause != PriceChanged {
			continue
		}
		for _, sum := range v.Items {
			if sum.causes[PriceChanged].lines == 0 {
				continue
			}
			item, err := s.tariff.Item(ctx, q, project, sum.Item)
			if err != nil {
				return err
			}
			rates, err := s.tariff.Rates(ctx, q, project, sum.Item)
			if err != nil {
				return err
			}
			n := item.Cycle.Months()
			now, before := tariff.RateOn(rates, v.Month.Last()), tariff.RateOn(rates, v.Month.Add(-n).Last())
			if now == nil || before == nil || now.ID == before.ID {
				continue
			}
			if v.Causes[i].Note != "" {
				v.Causes[i].Note += "；"
			}
			v.Causes[i].Note += fmt.Sprintf("%s %s → %s %s，%s 起", item.Name, before.Price, now.Price, item.PriceUnit(), now.From)
		}
	}
	return nil
}

// Look is a line or a gap that a person should look at.
type Look struct {
	ID     id.ID
	Fault  bool  // could not be computed; else a big change
	Charge id.ID // 0 for faults
	Room   id.ID // 0 when the item is at fault for all rooms
	Item   id.ID
	Name   string
	Month  clock.Month
	Reason string
	Last   money.Fen
	Amount money.Fen
	Hold   Hold

	Metered bool // of an item by usage
}

// LineFilter narrows the lines of a run.
type LineFilter struct {
	page.Request
	Item id.ID
	Room id.ID
	Hold Hold // AnyHold for all
}

// AnyHold asks for lines whatever their Hold.
const AnyHold Hold = -1

// Lines lists the lines of a run, also held and dropped ones, by room.
// Error: fault.ErrNotFound.
func (s *Service) Lines(ctx context.Context, q db.Q, project, run id.ID, f LineFilter) (page.List[Charge], error) {
	var after id.ID
	if _, err := page.Decode(f.Cursor, &after); err != nil {
		return page.List[Charge]{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	r, err := oneRun(ctx, q, project, run)
	if err != nil {
		return page.List[Charge]{}, err
	}
	rows, err := linesOf(ctx, q, project, &r, f.Item, f.Room, after, int(f.Hold), f.Limit+1)
	if err != nil {
		return page.List[Charge]{}, err
	}
	return page.Cut(rows, f.Limit, func(c Charge) []any { return []any{c.ID} }), nil
}

// Looks lists what to look at in a run: what could not be computed and the
// biggest changes. Error: fault.ErrNotFound.
func (s *Service) Looks(ctx context.Context, q db.Q, project, run id.ID, p page.Request) (page.List[Look], error) {
	var after id.ID
	if _, err := page.Decode(p.Cursor, &after); err != nil {
		return page.List[Look]{}, err
	}
	if p.Limit <= 0 {
		p.Limit = 50
	}
	if _, err := oneRun(ctx, q, project, run); err != nil {
		return page.List[Look]{}, err
	}
	rows, err := looksOf(ctx, q, project, run, after, p.Limit+1)
	if err != nil {
		return page.List[Look]{}, err
	}
	return page.Cut(rows, p.Limit, func(l Look) []any { return []any{l.ID} }), nil
}
