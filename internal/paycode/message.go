package paycode

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/notify"
)

// HasCodes reports whether a project has any active code.
func (s *Service) HasCodes(ctx context.Context, q db.Q, project id.ID) (bool, error) {
	yes, err := hasActive(ctx, q, project)
	if err != nil {
		return false, fmt.Errorf("ask for pay codes: %w", err)
	}
	return yes, nil
}

// Opening tells which rooms payers have a code for that opens its page: an
// active one, of a room that its payer still pays for.
func (s *Service) Opening(ctx context.Context, q db.Q, project id.ID, payers []id.ID) (map[id.ID][]id.ID, error) {
	codes, err := activeOf(ctx, q, project, payers)
	if err != nil {
		return nil, fmt.Errorf("pay codes of payers: %w", err)
	}
	rooms := make([]id.ID, len(codes))
	for i := range codes {
		rooms[i] = codes[i].Room
	}
	pays, err := s.Estate.PayersOf(ctx, q, project, rooms)
	if err != nil {
		return nil, fmt.Errorf("pay codes of payers: %w", err)
	}
	out := map[id.ID][]id.ID{}
	for _, c := range codes {
		if pays[c.Room] == c.Payer {
			out[c.Payer] = append(out[c.Payer], c.Room)
		}
	}
	return out, nil
}

// Messages are what lies on the page of a code, newest first: what was written
// to its payer about its room. Errors: ErrGone, ErrTooMany.
func (s *Service) Messages(ctx context.Context, who actor.Actor, token string) ([]notify.Entry, error) {
	q := s.DB.Reader(ctx)
	o, err := s.open(ctx, q, who, token)
	if err != nil {
		return nil, err
	}
	list, err := s.Notify.Entries(ctx, q, o.project, o.Room, o.Payer)
	if err != nil {
		return nil, fmt.Errorf("messages of pay code: %w", err)
	}
	return list, nil
}

// OpenMessage reads one of them, and notes the first time that somebody does.
// Errors: ErrGone, ErrTooMany, fault.ErrNotFound for one of another page.
func (s *Service) OpenMessage(ctx context.Context, who actor.Actor, token string, message id.ID) (notify.Entry, error) {
	o, err := s.open(ctx, s.DB.Reader(ctx), who, token)
	if err != nil {
		return notify.Entry{}, err
	}
	e, err := s.Notify.OpenEntry(ctx, o.project, o.Room, o.Payer, message)
	if err != nil {
		return e, fmt.Errorf("open message of pay code: %w", err)
	}
	return e, nil
}
