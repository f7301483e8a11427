package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Collection is how much of one month's charges is paid (当期收缴): charges of
// that month only, neither older ones nor prepaid money nor late fees; what was
// dropped, withdrawn or waived is in neither number.
type Collection struct {
	Month     clock.Month
	Due, Paid money.Fen
	Rooms     int // rooms that owe or owed something
	PaidRooms int // of these, rooms that owe nothing of the month any more
}

// Collection sums one month of a project.
func (s *Service) Collection(ctx context.Context, q db.Q, project id.ID, month clock.Month) (Collection, error) {
	c, err := collection(ctx, q, project, month)
	if err != nil {
		return c, fmt.Errorf("collection of %s: %w", month, err)
	}
	return c, nil
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

// Ageing sums what is owed on a day by how long it is overdue.
func (s *Service) Ageing(ctx context.Context, q db.Q, project id.ID, on clock.Date) (Ageing, error) {
	a, err := ageing(ctx, q, project, on)
	if err != nil {
		return a, fmt.Errorf("ageing on %s: %w", on, err)
	}
	return a, nil
}
