package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Collection is how much of one month's charges is paid (当期收缴): charges of
// that month only, neither older ones nor prepaid money nor late fees; what was
// dropped, withdrawn, waived or given back by a correction is in neither number.
type Collection struct {
	Month     clock.Month
	Due, Paid money.Fen
	Rooms     int // rooms that owe or owed something
	PaidRooms int // of these, rooms that owe nothing of the month any more
}

// Collection sums one month of a project, or of some of its rooms; nil is all.
func (s *Service) Collection(ctx context.Context, q db.Q, project id.ID, among []id.ID, month clock.Month) (Collection, error) {
	c := Collection{Month: month}
	err := eachAmong(among, func(some []id.ID) error { return c.add(ctx, q, project, month, some) })
	if err != nil {
		return c, fmt.Errorf("collection of %s: %w", month, err)
	}
	return c, nil
}

// Collections is Collection of several months.
func (s *Service) Collections(ctx context.Context, q db.Q, project id.ID, among []id.ID, months ...clock.Month) ([]Collection, error) {
	if among == nil {
		out, err := s.collections(ctx, q, project, months)
		if err != nil {
			return nil, fmt.Errorf("collections: %w", err)
		}
		return out, nil
	}
	out := make([]Collection, len(months))
	for i, m := range months {
		var err error
		if out[i], err = s.Collection(ctx, q, project, among, m); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// eachAmong hands rooms on in as many parts as one statement takes; nil, which
// is all, in one.
func eachAmong(rooms []id.ID, fn func(some []id.ID) error) error {
	if rooms == nil {
		return fn(nil)
	}
	for part := range slices.Chunk(rooms, maxRooms) {
		if err := fn(part); err != nil {
			return err
		}
	}
	return nil
}

// AgeBucket is what is owed for so many days after the due day.
type AgeBucket struct {
	Name   string
	Amount money.Fen
	Rooms  int
}

// Ageing is the arrears of a project by age on a day (账龄). A charge is not
// overdue on its due day itself.
type Ageing struct {
	On           clock.Date
	NotDue       AgeBucket
	Buckets      []AgeBucket // overdue, youngest first
	Overdue      money.Fen
	OverdueRooms int
}

// ages are the buckets: overdue for at least from days.
func ages() []struct {
	name string
	from int
} {
	return []struct {
		name string
		from int
	}{{"1–30 天", 1}, {"31–90 天", 31}, {"91–180 天", 91}, {"181–365 天", 181}, {"1–2 年", 366}, {"2–3 年", 731}, {"3 年以上", 1096}}
}

// Ageing sums what is owed on a day by how long it is overdue, by the project or
// by some of its rooms; nil is all.
func (s *Service) Ageing(ctx context.Context, q db.Q, project id.ID, among []id.ID, on clock.Date) (Ageing, error) {
	a := Ageing{On: on, NotDue: AgeBucket{Name: "未到期"}}
	for _, x := range ages() {
		a.Buckets = append(a.Buckets, AgeBucket{Name: x.name})
	}
	err := eachAmong(among, func(some []id.ID) error { return a.add(ctx, q, project, some) })
	if err != nil {
		return a, fmt.Errorf("ageing on %s: %w", on, err)
	}
	return a, nil
}
