package meter

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// basis is what a reading of one meter and month is gauged by.
type basis struct {
	past    []Reading   // the newest two of the meter, newest first
	carry   money.Qty   // what was estimated too high of the meter that this one replaces, where it was never read
	seen    *Reading    // the newest that is no estimate, where the newest of all is one
	billed  bool        // the account was charged for the month
	used    []money.Qty // of the account in each of the months before, newest first
	already money.Qty   // of the account in the month itself
	set     Setting
}

// basis reads what a reading of a meter is gauged by.
func (s *Service) basis(ctx context.Context, q db.Q, project id.ID, m *Meter, month clock.Month) (*basis, error) {
	all, err := s.bases(ctx, q, project, m.Kind, month, []Meter{*m})
	return all[m.ID], err
}

// bases is basis for meters of a kind, in a few statements for all of them.
func (s *Service) bases(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, month clock.Month, meters []Meter) (map[id.ID]*basis, error) {
	set, err := s.Setting(ctx, q, project)
	if err != nil {
		return nil, err
	}
	used, err := usageByMonth(ctx, q, project, kind, month, set.Periods, meters)
	if err != nil {
		return nil, err
	}
	past, err := newestTwo(ctx, q, project, meters)
	if err != nil {
		return nil, err
	}
	billed := map[accountKey]bool{}
	for at, list := range used {
		if len(list) > 0 && list[0].month == month && list[0].billed {
			at.band = supply.AllDay
			billed[at] = true
		}
	}
	out := make(map[id.ID]*basis, len(meters))
	for i := range meters {
		m := &meters[i]
		b := &basis{past: past[m.ID], set: set}
		at := accountOf(m)
		b.used, b.already = before(used[at], month, set.Periods)
		at.band = supply.AllDay
		b.billed = billed[at]
		if len(b.past) == 0 && m.Replaces != 0 {
			old, err := lastReadings(ctx, q, project, m.Replaces, 1)
			if err != nil {
				return nil, err
			}
			if len(old) > 0 {
				b.carry = old[0].Carry
			}
		}
		if len(b.past) > 0 && b.past[0].Estimated {
			if b.seen, err = lastSeen(ctx, q, project, m.ID); err != nil {
				return nil, err
			}
		}
		out[m.ID] = b
	}
	return out, nil
}

// before parts what an account used, newest first, into the n months before one
// and the month itself.
func before(list []monthly, month clock.Month, n int) (used []money.Qty, already money.Qty) {
	for _, x := range list {
		if x.month == month {
			already = x.qty
		} else if len(used) < n {
			used = append(used, x.qty)
		}
	}
	return used, already
}
