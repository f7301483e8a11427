package careplan

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Result is how somebody was found.
type Result string

// The results.
const (
	Fine   Result = "fine"   // 一切正常
	Follow Result = "follow" // 需要跟进
	Missed Result = "missed" // 没见到人
)

// Name says it, empty for what is no result.
func (r Result) Name() string {
	return map[Result]string{Fine: "一切正常", Follow: "需要跟进", Missed: "没见到人"}[r]
}

// Visit is one visit of somebody, or of a room, by a plan.
type Visit struct {
	ID        id.ID
	Plan      id.ID
	Subject   id.ID // who or which room bears the tag
	Room      id.ID // where; the subject itself when the tag is on rooms
	Building  id.ID
	Day       clock.Date
	Result    Result
	Note      string
	Newest    bool // of those that were not withdrawn, by day
	Follow    bool // of the newest: since 需要跟进 nobody was found 一切正常
	By        id.ID
	ByName    string
	At        time.Time
	Withdrawn time.Time
	Reason    string // why it was withdrawn
}

// due is the day of the next visit by a plan: of a visit that found all well a
// whole cycle later, else on the next day.
func (p *Plan) due(last *Visit, since clock.Date) clock.Date {
	switch {
	case last == nil:
		return max(p.Begins, since)
	case last.Result == Fine:
		return max(p.Begins, last.Day.AddDays(p.Days))
	}
	return max(p.Begins, last.Day.AddDays(1))
}

func (v *Visit) check(p *Plan, today clock.Date) error {
	if v.Note = strings.TrimSpace(v.Note); utf8.RuneCountInString(v.Note) > 400 {
		return ErrVisit.At("body.note", "最多 400 个字", nil)
	}
	if v.Result.Name() == "" {
		return ErrVisit.At("body.result", "不在可选范围内", string(v.Result))
	}
	if v.Result == Follow && v.Note == "" {
		return ErrVisit.At("body.note", "请写明要跟进什么", nil)
	}
	if v.Day == 0 {
		v.Day = today
	}
	if v.Day > today {
		return ErrVisit.At("body.day", "不能晚于今天", v.Day.String())
	}
	if v.Day < p.Begins {
		return ErrVisit.At("body.day", "不能早于计划开始的 "+p.Begins.String(), v.Day.String())
	}
	return nil
}

// Record keeps a visit of somebody whom the plan is about now. Errors: ErrVisit,
// ErrEnded, ErrNobody, fault.ErrNotFound.
func (s *Service) Record(ctx context.Context, who actor.Actor, project id.ID, v Visit) (Visit, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := s.locked(ctx, tx, project, v.Plan)
		if err != nil {
			return err
		}
		if !p.Active {
			return ErrEnded
		}
		rows, err := s.bearing(ctx, tx, project, []Plan{p}, []id.ID{v.Subject}, who.Within(PermVisit, project))
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrNobody
		}
		if err := v.check(&p, clock.DateOf(tx.Now())); err != nil {
			return err
		}
		v.ID, v.Room, v.Building, v.By, v.ByName, v.At = tx.NewID(), rows[0].Room, rows[0].building, who.Account, who.Name, tx.Now()
		if err := insertVisit(ctx, tx, project, &v); err != nil {
			return err
		}
		if err := settle(ctx, tx, project, v.Plan, v.Subject); err != nil {
			return err
		}
		s.record(tx, who, project, "careplan.visited", p.ID, fmt.Sprintf("登记走访 %s %s：%s，%s", rows[0].Label, rows[0].Name, p.Name, v.Result.Name()), nil, v)
		v, err = oneVisit(ctx, tx, project, v.ID)
		return err
	})
	return v, err
}

// Withdraw takes back a visit that was recorded wrongly; only who recorded it
// may, on that day. Errors: ErrVisit, ErrNotOwn, ErrWithdrawn, fault.ErrNotFound.
func (s *Service) Withdraw(ctx context.Context, who actor.Actor, project, visit id.ID, reason string) (v Visit, err error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return v, ErrVisit.At("body.reason", "请写明原因，2–200 个字", nil)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if v, err = oneVisit(ctx, tx, project, visit); err != nil {
			return err
		}
		if !who.Within(PermVisit, project).Has(v.Building) {
			return fault.ErrNotFound
		}
		p, err := s.locked(ctx, tx, project, v.Plan)
		if err != nil {
			return err
		}
		if v, err = oneVisit(ctx, tx, project, visit); err != nil {
			return err
		}
		before := v
		switch {
		case !v.Withdrawn.IsZero():
			return ErrWithdrawn
		case !v.own(who, tx.Now()):
			return ErrNotOwn
		}
		v.Withdrawn, v.Reason = tx.Now(), reason
		if err := withdrawVisit(ctx, tx, project, &v); err != nil {
			return err
		}
		if err := settle(ctx, tx, project, v.Plan, v.Subject); err != nil {
			return err
		}
		s.record(tx, who, project, "careplan.visit_withdrawn", p.ID, fmt.Sprintf("撤回 %s 的走访：%s，%s", v.Day, p.Name, reason), before, v)
		v, err = oneVisit(ctx, tx, project, visit)
		return err
	})
	return v, err
}

// own reports whether somebody may still withdraw a visit.
func (v *Visit) own(who actor.Actor, now time.Time) bool {
	return v.Withdrawn.IsZero() && v.By == who.Account && clock.DateOf(v.At) == clock.DateOf(now)
}
