package correction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
)

const jobBatch = "correction.batch"

type batchJob struct{ Project, Batch id.ID }

func (s *Service) handleJobs() {
	s.jobs.Handle(jobBatch, func(ctx context.Context, payload []byte) error {
		var j batchJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return errors.Join(job.ErrGiveUp, fmt.Errorf("read job of corrections: %w", err))
		}
		return s.work(ctx, j.Project, j.Batch)
	})
	s.jobs.GaveUp(jobBatch, func(ctx context.Context, payload []byte, _ error) error {
		var j batchJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return nil // never was a batch
		}
		return s.conclude(ctx, j.Project, j.Batch, "系统出错，没有办成，请联系管理员后再试")
	})
}

func (s *Service) enqueue(ctx context.Context, tx *db.Tx, project, batch id.ID) error {
	return s.jobs.Enqueue(ctx, tx, jobBatch, jobBatch+"/"+batch.String(), batchJob{project, batch}, 0)
}

// work goes through the rooms that wait, one transaction each, so that a kill
// resumes and nobody waits for long.
func (s *Service) work(ctx context.Context, project, batch id.ID) error {
	b, err := oneBatch(ctx, s.db.Reader(ctx), project, batch)
	if err != nil {
		return err
	}
	for i := range b.Rooms {
		r := &b.Rooms[i]
		if r.State != RoomWaiting && r.State != RoomVoiding {
			continue
		}
		if err := s.step(ctx, project, &b, r); err != nil {
			return fmt.Errorf("correct room %s: %w", r.Room, err)
		}
	}
	return s.conclude(ctx, project, batch, "")
}

// step does one room; what is refused stands beside it.
func (s *Service) step(ctx context.Context, project id.ID, b *Batch, r *BatchRoom) error {
	do, failed := s.makeRoom, RoomRefused
	if r.State == RoomVoiding {
		do, failed = s.voidRoom, RoomKept
	}
	from := r.State
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := lockBatchRoom(ctx, tx, project, b.ID, r.No)
		if err != nil || now != from {
			return err
		}
		if err := do(ctx, tx, project, b, r); err != nil {
			return err
		}
		return settleRoom(ctx, tx, project, b.ID, r)
	})
	said := fault.As(err)
	if said == nil || said.Kind == fault.Internal {
		return err
	}
	r.State, r.Problem = failed, said.Text
	if failed == RoomRefused {
		r.Doc = 0
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := lockBatchRoom(ctx, tx, project, b.ID, r.No)
		if err != nil || now != from {
			return err
		}
		return settleRoom(ctx, tx, project, b.ID, r)
	})
}

// acting is the person behind a batch; that he may was asked when it began.
func acting(account id.ID, name string) actor.Actor {
	who := actor.System(name)
	who.Account = account
	return who
}

// makeRoom corrects all that differs in the months, if it is what was shown.
func (s *Service) makeRoom(ctx context.Context, tx *db.Tx, project id.ID, b *Batch, r *BatchRoom) error {
	if err := s.lockRoom(ctx, tx, project, r.Room, b.From, b.Until); err != nil {
		return err
	}
	var picked []*Difference
	var plus, minus money.Fen
	err := s.Differences(ctx, tx, project, r.Room-1, r.Room, b.From, b.Until, func(d *Difference) error {
		switch amount := d.Amount(); {
		case amount > 0:
			plus += amount
		case amount < 0:
			minus -= amount
		default:
			return nil
		}
		picked = append(picked, d)
		return nil
	})
	if err != nil {
		return err
	}
	if plus != r.Plus || minus != r.Minus || len(picked) == 0 {
		return ErrMoved
	}
	d, err := s.makeOf(ctx, tx, acting(b.By, b.ByName), project, &Ask{Room: r.Room, Reason: b.Reason, Proof: b.Proof}, picked)
	r.State, r.Doc = RoomMade, d.ID
	return err
}

// voidRoom takes the document of a room back, unless somebody has done so.
func (s *Service) voidRoom(ctx context.Context, tx *db.Tx, project id.ID, b *Batch, r *BatchRoom) error {
	d, err := oneDoc(ctx, tx, project, r.Doc)
	if err != nil {
		return err
	}
	if d.State == Made {
		_, err = s.Void(ctx, tx, acting(b.VoidBy, b.VoidName), project, d.ID, b.VoidReason, d.Version)
	}
	r.State, r.Problem = RoomVoided, ""
	return err
}

// conclude ends a step of a batch; problem is told of the rooms that nobody got to.
func (s *Service) conclude(ctx context.Context, project, batch id.ID, problem string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		b, err := lockBatch(ctx, tx, project, batch)
		if err != nil || b.State != BatchMaking && b.State != BatchVoiding {
			return err
		}
		if problem != "" {
			if err := moveRooms(ctx, tx, project, batch, RoomRefused, problem, RoomWaiting); err != nil {
				return err
			}
			if err := moveRooms(ctx, tx, project, batch, RoomKept, problem, RoomVoiding); err != nil {
				return err
			}
		}
		if b, err = oneBatch(ctx, tx, project, batch); err != nil || b.Counts[RoomWaiting]+b.Counts[RoomVoiding] > 0 {
			return err
		}
		if was := b.State; was == BatchVoiding && b.Counts[RoomKept] == 0 {
			b.State = BatchVoided
		} else {
			b.State = BatchMade
		}
		b.Version++
		if err := updateBatch(ctx, tx, project, &b); err != nil {
			return err
		}
		return job.End(ctx, tx)
	})
}
