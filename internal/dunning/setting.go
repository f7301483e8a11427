package dunning

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Setting is what stands on the letters of a project beside the figures.
type Setting struct {
	DeadlineDays int    // a reasonable period to pay (民法典 944, second paragraph)
	Contact      string // who to ask, with a phone number
	Objection    string // where and how to object
	Account      string // bank account for transfers
	Extra        string // one more paragraph
	Version      int    // 0 while nobody has set anything
}

func usualSetting() Setting {
	return Setting{DeadlineDays: 15, Objection: "请到服务中心或打服务中心电话说明，我们 3 个工作日内书面答复，核查期间不再催缴，算错的当场更正。有困难可以申请分期。"}
}

func (st *Setting) check() error {
	if st.DeadlineDays < 3 || st.DeadlineDays > 90 {
		return ErrSetting.At("body.deadline_days", "要在 3–90 天之间", st.DeadlineDays)
	}
	for _, x := range []struct {
		field string
		text  *string
		least int
	}{{"contact", &st.Contact, 2}, {"objection", &st.Objection, 2}, {"account", &st.Account, 0}, {"extra", &st.Extra, 0}} {
		*x.text = strings.TrimSpace(*x.text)
		if n := utf8.RuneCountInString(*x.text); n < x.least || n > 400 {
			return ErrSetting.At("body."+x.field, fmt.Sprintf("%d–400 个字", x.least), *x.text)
		}
		if err := Lawful(*x.text); err != nil {
			return err
		}
	}
	return nil
}

// Setting reads it; what nobody has set is the usual.
func (s *Service) Setting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	st, err := oneSetting(ctx, q, project)
	if err != nil {
		return st, fmt.Errorf("read dunning setting: %w", err)
	}
	return st, nil
}

// SetSetting changes it; Version must be the one that was read. Letters that
// were issued keep their words. Errors: ErrSetting, ErrThreat, fault.ErrStale.
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
		s.Audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "dunning.setting_changed", Kind: "setting", Subject: project,
			Summary: "修改催缴设置", Before: before, After: st})
		return putSetting(ctx, tx, project, &st)
	})
	return st, err
}
