package dunning

import (
	"context"
	"encoding/json"
	"errors"

	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

// The jobs of the room.
const (
	jobPush   = "dunning.push"
	jobRemind = "dunning.remind"
)

type pushTask struct {
	Project id.ID `json:"project"`
	Run     id.ID `json:"run"`
	After   id.ID `json:"after"` // payers up to here have been told
}

func (s *Service) handleJobs(q *job.Queue) {
	q.Handle(jobPush, func(ctx context.Context, payload []byte) error {
		var t pushTask
		if err := json.Unmarshal(payload, &t); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return s.push(ctx, t)
	})
	q.Handle(jobRemind, func(ctx context.Context, payload []byte) error {
		var t pushTask
		if err := json.Unmarshal(payload, &t); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return s.remind(ctx, t.Project)
	})
}
