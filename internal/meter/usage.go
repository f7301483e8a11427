package meter

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// Read is one reading as a charge remembers it.
type Read struct {
	Number     string
	Band       supply.Band
	Previous   money.Qty
	Value      money.Qty
	Multiplier money.Qty
	Usage      money.Qty
	Rolled     bool
	Estimated  bool
}

// Usage is what one room used of a kind in a month, over all its meters.
type Usage struct {
	Room    id.ID
	Bands   []supply.BandUse
	Reads   []Read
	IDs     []id.ID // of the readings
	Review  bool    // some of it waits for review
	Missing bool    // a meter that hangs was not read
	years   []yearly
}

// yearly is a quantity that counts towards a tariff year from a month on.
type yearly struct {
	month clock.Month
	qty   money.Qty
}

// Total is the quantity of all bands.
func (u *Usage) Total() money.Qty { return supply.Total(u.Bands) }

// Before is what the account used from a month on, before this one.
func (u *Usage) Before(from clock.Month) money.Qty {
	var sum money.Qty
	for _, y := range u.years {
		if y.month >= from {
			sum += y.qty
		}
	}
	return sum
}

// Fault says why the usage cannot be charged, or nil.
func (u *Usage) Fault() error {
	if u.Review {
		return ErrNeedsReview
	}
	if u.Missing {
		return ErrNoReading
	}
	return nil
}

// Usages reads what the rooms with after < id ≤ upto used of a kind from the month
// since up to a month, in which they are to be read, for rooms that have a meter
// of it: two statements whatever the number of rooms. from is the first month of
// the accumulator; since or later for none.
func (s *Service) Usages(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, since, month, from clock.Month, after, upto id.ID) (map[id.ID]*Usage, error) {
	out, err := usagesOf(ctx, q, project, kind, since, month, after, upto)
	if err != nil || from >= since {
		return out, err
	}
	return out, addBefore(ctx, q, project, kind, since, from, after, upto, out)
}

// AnyRead tells whether anybody has read a meter of the kind for a month.
func (s *Service) AnyRead(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, month clock.Month) (bool, error) {
	return anyRead(ctx, q, project, kind, month)
}

// MeterUsage is what single meters used in a month, by meter; those that were
// not read or wait for review are left out.
func (s *Service) MeterUsage(ctx context.Context, q db.Q, project id.ID, month clock.Month, meters []id.ID) (map[id.ID]money.Qty, error) {
	return meterUsage(ctx, q, project, month, meters)
}

// Charge marks readings as charged by a run, so that nobody changes them; several
// fees may be charged by the same reading, and the first run's mark stays. Error:
// ErrMoved when one of them changed since it was read.
func (s *Service) Charge(ctx context.Context, tx *db.Tx, project, run id.ID, readings []id.ID) error {
	return chargeReadings(ctx, tx, project, run, readings)
}

// Free takes the mark of a run off the readings of some rooms, of one kind of
// meter or of all.
func (s *Service) Free(ctx context.Context, tx *db.Tx, project, run, after, upto id.ID, kind supply.Kind) error {
	return freeReadings(ctx, tx, project, run, after, upto, kind)
}

// Hold puts the mark of a run back on what a room used from a month to another,
// because a charge by the same readings stands when Free has given them back.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, project, run, room id.ID, kind supply.Kind, since, month clock.Month) error {
	return holdReadings(ctx, tx, project, run, room, kind, since, month)
}
