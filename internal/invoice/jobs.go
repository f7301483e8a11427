package invoice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

// The jobs of the room. What talks to the provider runs outside of every
// transaction, so that a slow one never holds the writer.
const (
	jobIssue = "invoice.issue"
	jobFile  = "invoice.file"
)

// KindPaper marks files of this room.
const KindPaper = "invoice"

const paperSize = 5 << 20 // bytes

type task struct {
	Project id.ID `json:"project"`
	Invoice id.ID `json:"invoice"`
	Round   int   `json:"round"`
}

func (s *Service) handleJobs(q *job.Queue) {
	on := func(kind string, do func(ctx context.Context, t task) error) {
		q.Handle(kind, func(ctx context.Context, payload []byte) error {
			var t task
			if err := json.Unmarshal(payload, &t); err != nil {
				return errors.Join(job.ErrGiveUp, err)
			}
			return do(ctx, t)
		})
	}
	on(jobIssue, s.deliver)
	on(jobFile, s.fetch)
}

// deliver takes one invoice to the provider, or asks what became of it.
func (s *Service) deliver(ctx context.Context, t task) error {
	p, err := s.prepare(ctx, t)
	if err != nil || p == nil {
		return err
	}
	a, err := s.outcome(ctx, p)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("issue invoice: %w", err) // the house closes: the job comes back
	}
	return s.settle(ctx, t, a, err)
}

// fetch keeps the paper of an issued invoice.
func (s *Service) fetch(ctx context.Context, t task) error {
	v, err := s.Invoice(ctx, t.Project, t.Invoice)
	if err != nil || v.File != 0 || v.Number == "" {
		return err
	}
	seller, err := s.Seller(ctx, s.db.Reader(ctx), t.Project)
	if err != nil {
		return err
	}
	p, err := s.provider.File(ctx, seller.Account, v.requestNumber())
	if errors.Is(err, ErrNoPaper) {
		return nil // a provider that gives none
	}
	if err != nil {
		return fmt.Errorf("file of invoice: %w", err)
	}
	c, err := s.files.Put(bytes.NewReader(p.Body), paperSize)
	if err != nil {
		return fmt.Errorf("file of invoice: %w", err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := lockDoc(ctx, tx, t.Project, t.Invoice)
		if err != nil || v.File != 0 {
			return err
		}
		if v.File, err = s.files.Add(ctx, tx, t.Project, c, v.Number+"."+p.Ending, KindPaper, actor.System("开票平台")); err != nil {
			return err
		}
		return updateDoc(ctx, tx, t.Project, &v)
	})
}
