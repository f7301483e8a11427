package notify

import (
	"context"
	"fmt"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Setting says when a project may send and how much. Minutes count from
// midnight in Shanghai; quiet hours may run over midnight.
type Setting struct {
	QuietFrom  int
	QuietUntil int
	DayLimit   int    // messages to one person a day; bills, what tells of a payment and what lies on a page are not counted
	SMSFirst   string // carrier of SMS that is asked first; the other one when it refuses
	Version    int    // 0 while nobody has set anything
}

func usualSetting() Setting {
	return Setting{QuietFrom: 20 * 60, QuietUntil: 9 * 60, DayLimit: 2, SMSFirst: Aliyun}
}

func (st *Setting) check() error {
	const day = 24 * 60
	if st.QuietFrom < 0 || st.QuietFrom >= day {
		return ErrSetting.At("body.quiet_from", "应为 00:00–23:59", st.QuietFrom)
	}
	if st.QuietUntil < 0 || st.QuietUntil >= day {
		return ErrSetting.At("body.quiet_until", "应为 00:00–23:59", st.QuietUntil)
	}
	if st.DayLimit < 1 || st.DayLimit > 20 {
		return ErrSetting.At("body.day_limit", "应为 1–20 条", st.DayLimit)
	}
	if st.SMSFirst == "" {
		st.SMSFirst = Aliyun
	}
	if st.SMSFirst != Aliyun && st.SMSFirst != Tencent {
		return ErrSetting.At("body.sms_first", "应为阿里云或腾讯云", st.SMSFirst)
	}
	return nil
}

// awake is the first instant from now on outside of the quiet hours.
func (st *Setting) awake(now time.Time) time.Time {
	midnight := clock.DateOf(now).Start()
	minute := int(now.Sub(midnight) / time.Minute)
	from, until := st.QuietFrom, st.QuietUntil
	switch {
	case from == until:
		return now
	case from < until && minute >= from && minute < until, from > until && minute < until:
		return midnight.Add(time.Duration(until) * time.Minute)
	case from > until && minute >= from:
		return clock.DateOf(now).AddDays(1).Start().Add(time.Duration(until) * time.Minute)
	}
	return now
}

// Setting reads it; what nobody has set is the usual.
func (s *Service) Setting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	st, err := oneSetting(ctx, q, project)
	if err != nil {
		return st, fmt.Errorf("read notify setting: %w", err)
	}
	return st, nil
}

// SetSetting changes it; Version must be the one that was read. Errors:
// ErrSetting, fault.ErrStale.
func (s *Service) SetSetting(ctx context.Context, who actor.Actor, project id.ID, st Setting) (Setting, error) {
	if err := st.check(); err != nil {
		return st, err
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := oneSetting(ctx, tx, project)
		if err != nil {
			return err
		}
		if before.Version != st.Version {
			return fault.ErrStale
		}
		st.Version++
		s.Record(tx, Note{Project: project, Who: who, Action: "notify.setting_changed", Kind: "notify_setting", Subject: project, Summary: "修改发送时间和条数",
			Before: before, After: st})
		return putSetting(ctx, tx, project, &st)
	})
	if err != nil {
		return st, fmt.Errorf("set notify setting: %w", err)
	}
	return st, nil
}

// Quiet reports whether a person wishes to be told nothing but bills.
func (s *Service) Quiet(ctx context.Context, q db.Q, project, person id.ID) (bool, error) {
	on, err := hasWish(ctx, q, project, person)
	if err != nil {
		return false, fmt.Errorf("read wish: %w", err)
	}
	return on, nil
}

// ActWish is the action of a changed wish in the log and in the person's history.
const ActWish = "notify.wish_set"

// wished is a wish as the log keeps it.
type wished struct{ Wish string }

func wishedOf(quiet bool) wished {
	if quiet {
		return wished{"bills_only"}
	}
	return wished{"bills_and_reminders"}
}

// SetQuiet notes or ends that wish; what is wished already changes nothing.
func (s *Service) SetQuiet(ctx context.Context, tx *db.Tx, who actor.Actor, project, person id.ID, on bool) error {
	changed, err := putWish(ctx, tx, project, person, on, who.Name)
	if err != nil {
		return fmt.Errorf("set wish: %w", err)
	}
	if !changed {
		return nil
	}
	summary := "住户要求只发账单，不发提醒"
	if !on {
		summary = "住户同意接收缴费提醒"
	}
	s.Record(tx, Note{Project: project, Who: who, Action: ActWish, Kind: "person", Subject: person, Person: person, Summary: summary, Before: wishedOf(!on), After: wishedOf(on)})
	return nil
}
