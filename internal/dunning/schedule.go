package dunning

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Schedule says what a project sends by itself: the bill when a run is
// released, and reminders so many days after the due day (before it when
// negative, 0 on the day).
type Schedule struct {
	Push       bool
	Steps      []int
	Inbox      string // whether messages lie on the page of the pay code as well: off, beside, first
	InboxHours int    // with first: when SMS or mail follows what nobody has opened
	PaidAway   bool   // whoever has paid is told by SMS or mail as well as on the page
	Version    int    // 0 while nobody has set anything
}

const usualHours = 24

func usualSchedule() Schedule {
	return Schedule{Push: true, Steps: []int{-3, 0, 7, 15}, Inbox: InboxBeside, InboxHours: usualHours}
}

func (sc *Schedule) check() error {
	slices.Sort(sc.Steps)
	if len(sc.Steps) > 8 || len(slices.Compact(slices.Clone(sc.Steps))) != len(sc.Steps) {
		return ErrSetting.At("body.steps", "最多 8 次，不能重复", nil)
	}
	for _, n := range sc.Steps {
		if n < -30 || n > 365 {
			return ErrSetting.At("body.steps", "应在到期前 30 天到到期后 365 天之间", n)
		}
	}
	if sc.Inbox == "" {
		sc.Inbox = InboxBeside
	}
	if sc.InboxHours == 0 {
		sc.InboxHours = usualHours
	}
	if !slices.Contains([]string{InboxOff, InboxBeside, InboxFirst}, sc.Inbox) {
		return ErrSetting.At("body.inbox", "应为不用、同时发或先发站内消息", sc.Inbox)
	}
	if sc.InboxHours < 1 || sc.InboxHours > 168 {
		return ErrSetting.At("body.inbox_hours", "应为 1–168 小时", sc.InboxHours)
	}
	return nil
}

// Schedule reads it; what nobody has set is the usual.
func (s *Service) Schedule(ctx context.Context, q db.Q, project id.ID) (Schedule, error) {
	sc, err := oneSchedule(ctx, q, project)
	if err != nil {
		return sc, fmt.Errorf("read schedule of reminders: %w", err)
	}
	return sc, nil
}

// SetSchedule changes it; Version must be the one that was read. Errors:
// ErrSetting, fault.ErrStale.
func (s *Service) SetSchedule(ctx context.Context, who actor.Actor, project id.ID, sc Schedule) (Schedule, error) {
	if err := sc.check(); err != nil {
		return sc, err
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := oneSchedule(ctx, tx, project)
		if err != nil {
			return err
		}
		if before.Version != sc.Version {
			return fault.ErrStale
		}
		sc.Version++
		s.Audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "dunning.schedule_changed", Kind: "setting", Subject: project,
			Summary: "修改账单推送和提醒的日程", Before: before, After: sc})
		if err := putSchedule(ctx, tx, project, &sc); err != nil {
			return err
		}
		// What is due by the new schedule goes at once.
		return s.Jobs.Enqueue(ctx, tx, jobRemind, fmt.Sprintf("%s/%s/%d", jobRemind, project, sc.Version), pushTask{Project: project}, 0)
	})
	if err != nil {
		return sc, fmt.Errorf("set schedule of reminders: %w", err)
	}
	return sc, nil
}
