package notify

import (
	"context"
	"encoding/json"
	"errors"

	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

// The jobs of the room. What talks to a carrier runs outside of every
// transaction, so that a slow carrier never holds the writer.
const (
	jobSend    = "notify.send"
	jobReceipt = "notify.receipt"
	jobUnread  = "notify.unread"
)

type task struct {
	Project id.ID `json:"project"`
	Message id.ID `json:"message"`
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
	on(jobSend, s.send)
	on(jobReceipt, s.receipt)
	on(jobUnread, s.unread)
}
