package payment

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// ErrCandidateNotAsked is answered when the money stands in another application.
var ErrCandidateNotAsked = fault.New(fault.Conflict, "candidate_not_asked", "这笔待退款不在这张申请里")

// Candidate reads one. Error: fault.ErrNotFound.
func (s *Service) Candidate(ctx context.Context, q db.Q, project, candidate id.ID) (Candidate, error) {
	c, err := oneCandidate(ctx, q, project, candidate)
	if err != nil {
		return c, fmt.Errorf("read refund candidate: %w", err)
	}
	return c, nil
}

// ClaimCandidate lets one application give the money back; while it stands
// nobody else deals with the candidate. Errors: fault.ErrNotFound,
// ErrCandidateDone, ErrCandidateBusy.
func (s *Service) ClaimCandidate(ctx context.Context, tx *db.Tx, project, candidate, application id.ID) (Candidate, error) {
	c, err := lockCandidate(ctx, tx, project, candidate)
	if err != nil {
		return c, err
	}
	switch {
	case c.State != CandidateOpen:
		return c, ErrCandidateDone.Say("这笔已由%s处理：%s", c.DoneName, c.Note)
	case c.Application != 0 && c.Application != application:
		return c, ErrCandidateBusy
	}
	c.Application = application
	return c, updateCandidate(ctx, tx, project, &c)
}

// ReleaseCandidate takes the claim of an application back.
func (s *Service) ReleaseCandidate(ctx context.Context, tx *db.Tx, project, candidate, application id.ID) error {
	c, err := lockCandidate(ctx, tx, project, candidate)
	if err != nil {
		return err
	}
	if c.Application != application {
		return ErrCandidateNotAsked
	}
	c.Application = 0
	return updateCandidate(ctx, tx, project, &c)
}

// EndCandidate notes that the money of a candidate was given back.
func (s *Service) EndCandidate(ctx context.Context, tx *db.Tx, who actor.Actor, project, candidate id.ID, note string) error {
	c, err := lockCandidate(ctx, tx, project, candidate)
	if err != nil || c.State != CandidateOpen {
		return err
	}
	return s.handled(ctx, tx, who, project, &c, note)
}
