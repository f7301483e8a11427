// Package deduct uses prepaid money by itself (预存自动抵扣): when a run is released,
// households that have prepaid pay what they owe by a receipt of the counter,
// where the project has said so.
// Floor 8. Uses: payment, cashier.
package deduct

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/payment"
)

// Name is who gives the receipts.
const Name = "预存自动抵扣"

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Payment *payment.Service
	Cashier *cashier.Service
	Jobs    *job.Queue
}

// Service is the room. Safe for concurrent use.
type Service struct{ Deps }

// New builds the room.
func New(d Deps) *Service {
	s := &Service{d}
	s.handleJobs(d.Jobs)
	return s
}

// Deduct pays what is owed by prepaid money, one receipt per household, each in
// a transaction of its own; a household that somebody serves meanwhile is left
// to him. Late fees are not taken: they are asked for, never taken unasked. It
// does nothing in a project that has not chosen it, and nothing the second time.
func (s *Service) Deduct(ctx context.Context, project id.ID) error {
	q := s.DB.Reader(ctx)
	set, err := s.Cashier.Setting(ctx, q, project)
	if err != nil || !set.Deduct {
		return err
	}
	rooms, err := s.Payment.PrepaidRooms(ctx, q, project)
	if err != nil {
		return err
	}
	var failed error
	for _, room := range rooms {
		err := s.ofHousehold(ctx, project, room)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("deduct prepaid money of room %s: %w", room, err))
		}
	}
	return failed
}

func (s *Service) ofHousehold(ctx context.Context, project, room id.ID) error {
	seat, err := s.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	amount := seat.Usable()
	if amount <= 0 {
		return nil
	}
	_, err = s.Cashier.Receive(ctx, actor.System(Name), project, cashier.Taking{Room: room, ExpectedOwed: seat.Owed, ExpectedPrepaid: &seat.Prepaid,
		Confirmed: true, NoLate: true, Pays: []cashier.Pay{{Method: cashier.MethodPrepay, Amount: amount}}})
	if errors.Is(err, cashier.ErrOwedChanged) || errors.Is(err, payment.ErrBalance) {
		return nil // somebody stands at the counter with it
	}
	return err
}
