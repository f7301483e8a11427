package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

// jobReconcile fetches the bill of a statement and matches it, outside of every
// transaction.
const jobReconcile = "payment.reconcile"

// statementJob names a statement and the try that it is; its fields are those
// of the jobs of orders, among which it stood.
type statementJob struct {
	Project   id.ID `json:"project"`
	Statement id.ID `json:"order"`
	Try       int   `json:"step"`
}

func (s *Service) handleJobs(q *job.Queue) {
	q.Handle(jobReconcile, func(ctx context.Context, payload []byte) error {
		var j statementJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return s.reconcile(ctx, j.Project, j.Statement, j.Try)
	})
}

func (s *Service) reconcileLater(ctx context.Context, tx *db.Tx, project, statement id.ID, try int, after time.Duration) error {
	return s.jobs.Enqueue(ctx, tx, jobReconcile, fmt.Sprintf("%s/%d/%d/%d", jobReconcile, project, statement, try), statementJob{project, statement, try}, after)
}
