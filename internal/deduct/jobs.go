package deduct

import (
	"context"
	"encoding/json"
	"errors"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

const jobDeduct = "deduct.prepaid"

type task struct {
	Project id.ID
	Run     id.ID
}

// ReleaseTold asks for the deduction behind a released run, in its transaction.
func (s *Service) ReleaseTold(ctx context.Context, tx *db.Tx, project, run id.ID) error {
	return s.Jobs.Enqueue(ctx, tx, jobDeduct, jobDeduct+"/"+run.String(), task{project, run}, 0)
}

func (s *Service) handleJobs(q *job.Queue) {
	q.Handle(jobDeduct, func(ctx context.Context, payload []byte) error {
		var t task
		if err := json.Unmarshal(payload, &t); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return s.Deduct(ctx, t.Project)
	})
}
