package payment

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// What is refused about refund candidates.
var (
	ErrCandidateDone = fault.New(fault.Conflict, "candidate_done", "这笔已经处理过了")
	ErrCandidateBusy = fault.New(fault.Conflict, "candidate_busy", "这笔已经申请退款，请在“红冲与退款”里办理或撤回")
	ErrCandidateNote = fault.New(fault.Invalid, "candidate_note", "请写明怎么处理的，1–200 个字")
)

// CandidateState is whether somebody has dealt with it.
type CandidateState string

// The states.
const (
	CandidateOpen CandidateState = "open"
	CandidateDone CandidateState = "done"
)

// Candidate is money that came through a channel and was not asked for (待退款):
// it is prepaid money of the payer until somebody decides. Amount in fen.
type Candidate struct {
	ID            id.ID
	Channel       string
	Transaction   string
	Number        string
	Order         id.ID // 0 when there is none
	Room          id.ID
	RoomLabel     string
	Payer         id.ID
	PayerName     string
	Receipt       id.ID
	ReceiptNumber string
	Amount        money.Fen
	Why           Found
	State         CandidateState
	Note          string
	DoneBy        id.ID
	DoneName      string
	DoneAt        time.Time
	At            time.Time
	Application   id.ID // the application to give it back, 0 without
}

// CandidateFilter narrows the list; an empty State is all.
type CandidateFilter struct {
	page.Request
	State CandidateState
}

// Candidates lists them, newest first.
func (s *Service) Candidates(ctx context.Context, project id.ID, f CandidateFilter) (page.List[Candidate], error) {
	list, err := candidates(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return list, fmt.Errorf("list refund candidates: %w", err)
	}
	return list, nil
}

// HandleCandidate notes how one was dealt with. Errors: fault.ErrNotFound,
// ErrCandidateDone, ErrCandidateNote.
func (s *Service) HandleCandidate(ctx context.Context, who actor.Actor, project, candidate id.ID, note string) (Candidate, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n == 0 || n > 200 {
		return Candidate{}, ErrCandidateNote.At("body.note", "1–200 个字", nil)
	}
	var c Candidate
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if c, err = lockCandidate(ctx, tx, project, candidate); err != nil {
			return err
		}
		if c.State != CandidateOpen {
			return ErrCandidateDone.Say("这笔已由%s处理：%s", c.DoneName, c.Note)
		}
		if c.Application != 0 {
			return ErrCandidateBusy
		}
		return s.handled(ctx, tx, who, project, &c, note)
	})
	if err != nil {
		return Candidate{}, fmt.Errorf("handle refund candidate: %w", err)
	}
	return c, nil
}

// handled notes the end of a candidate.
func (s *Service) handled(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c *Candidate, note string) error {
	c.State, c.Note, c.DoneBy, c.DoneName, c.DoneAt = CandidateDone, note, who.Account, who.Name, tx.Now()
	if err := updateCandidate(ctx, tx, project, c); err != nil {
		return err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.candidate_handled", Kind: "refund_candidate", Subject: c.ID,
		Summary: fmt.Sprintf("处理多收的 %s 元（%s，%s）：%s", c.Amount.Comma(), c.Why.Words(), c.Number, note), After: map[string]any{"note": note, "amount": c.Amount}})
	return nil
}
