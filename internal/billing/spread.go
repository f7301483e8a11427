package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Spread shows a run by building, and the lines that stand out.
type Spread struct {
	Buildings []BuildingSum // by building, they sum to the run without dropped lines
	Outliers  []Outlier     // the farthest first, at most maxOutliers
}

// BuildingSum adds up the lines of a building.
type BuildingSum struct {
	Building id.ID
	Rooms    int64
	Lines    int64
	Amount   money.Fen
}

// Outlier is a line far from what most rooms are charged for the item.
type Outlier struct {
	Charge, Room, Item id.ID
	ItemName           string
	Amount, Median     money.Fen
}

const (
	maxOutliers = 30
	minPeers    = 5 // lines of an item below which a median says nothing
	farTimes    = 3 // as many times the median, or as small a part of it
)

// Spread reads a run by building and finds what stands out: lines above three
// times, or below a third of, the median of their item. Error: fault.ErrNotFound.
func (s *Service) Spread(ctx context.Context, q db.Q, project, run id.ID) (Spread, error) {
	r, err := oneRun(ctx, q, project, run)
	if err != nil {
		return Spread{}, err
	}
	out := Spread{Buildings: []BuildingSum{}, Outliers: []Outlier{}}
	rooms, err := roomSums(ctx, q, project, &r)
	if err != nil {
		return out, err
	}
	place := map[id.ID]int{}
	err = s.estate.StreamRooms(ctx, q, project, estate.RoomFilter{}, func(b *estate.BillingRoom) error {
		sum, ok := rooms[b.ID]
		if !ok {
			return nil
		}
		i, ok := place[b.Building]
		if !ok {
			i = len(out.Buildings)
			place[b.Building] = i
			out.Buildings = append(out.Buildings, BuildingSum{Building: b.Building})
		}
		out.Buildings[i].Rooms++
		out.Buildings[i].Lines += sum.lines
		out.Buildings[i].Amount += sum.amount
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("run by building: %w", err)
	}
	out.Outliers, err = outliers(ctx, q, project, &r)
	return out, err
}

// outliers compares every item with its median.
func outliers(ctx context.Context, q db.Q, project id.ID, r *Run) ([]Outlier, error) {
	all, err := amountsOf(ctx, q, project, r)
	if err != nil {
		return nil, err
	}
	out := []Outlier{}
	for item, list := range all {
		median, ok := medianOf(list)
		if !ok {
			continue
		}
		far, err := farLines(ctx, q, project, r, item, median)
		if err != nil {
			return nil, err
		}
		out = append(out, far...)
	}
	slices.SortFunc(out, func(a, b Outlier) int {
		if d := b.distance() - a.distance(); d != 0 {
			return int(min(max(d, -1), 1))
		}
		return int(min(max(int64(a.Charge-b.Charge), -1), 1))
	})
	return out[:min(len(out), maxOutliers)], nil
}

// distance is how many hundredths of the median the amount is off.
func (o *Outlier) distance() int64 {
	return int64(max(o.Amount-o.Median, o.Median-o.Amount)) * 100 / int64(o.Median)
}

// amountCount is how many lines of an item come to an amount.
type amountCount struct {
	amount money.Fen
	lines  int64
}

// medianOf is the lower median; the list is by amount.
func medianOf(list []amountCount) (money.Fen, bool) {
	var n int64
	for _, x := range list {
		n += x.lines
	}
	if n < minPeers {
		return 0, false
	}
	at := (n - 1) / 2
	for _, x := range list {
		if at < x.lines {
			return x.amount, x.amount > 0
		}
		at -= x.lines
	}
	return 0, false
}
