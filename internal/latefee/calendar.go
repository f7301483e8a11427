package latefee

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables that were made since the room stands by itself.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "latefee", FS: sub}
}

// ErrYear is what an arrangement of holidays is refused for.
var ErrYear = fault.New(fault.Invalid, "holidays_invalid", "放假安排填写不完整，请按提示修改")

// Years are the arrangements of holidays a project computes with, oldest first:
// the published ones and those it has entered, which win for the same year.
func (s *Service) Years(ctx context.Context, q db.Q, project id.ID) ([]penalty.Year, error) {
	out, err := penalty.PublishedYears()
	if err != nil {
		return nil, err
	}
	own, err := ownYears(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for _, y := range own {
		out = append(slices.DeleteFunc(out, func(p penalty.Year) bool { return p.Year == y.Year }), y)
	}
	slices.SortFunc(out, func(a, b penalty.Year) int { return a.Year - b.Year })
	return out, nil
}

func (s *Service) calendar(ctx context.Context, q db.Q, project id.ID) (*penalty.Calendar, error) {
	list, err := s.Years(ctx, q, project)
	return penalty.NewCalendar(list), err
}

// MissingYears are the years whose arrangement is wanted and not here: this
// year's, and from November, when it is published, the next one's. A project
// whose terms move no due day wants none.
func (s *Service) MissingYears(ctx context.Context, q db.Q, project id.ID) ([]int, error) {
	terms, err := termsOf(ctx, q, project, 0)
	if err != nil || !slices.ContainsFunc(terms, func(t Terms) bool { return t.NextWorkday }) {
		return nil, err
	}
	days, err := s.calendar(ctx, q, project)
	if err != nil {
		return nil, err
	}
	today := s.today()
	wanted := []int{today.Year()}
	if today.Month().Number() >= int(time.November) {
		wanted = append(wanted, today.Year()+1)
	}
	return slices.DeleteFunc(wanted, days.Knows), nil
}

// PutYear enters the arrangement of a year, in place of one that is here. What
// makes a day of rest one of work in a closed month is refused: who was asked and
// paid by the later due day would owe again. Errors: ErrYear, ledger.ErrMonthClosed.
func (s *Service) PutYear(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, y penalty.Year) error {
	if this := clock.DateOf(tx.Now()).Year(); y.Year < this-1 || y.Year > this+1 {
		return ErrYear.At("body.year", fmt.Sprintf("只能录 %d–%d 年的", this-1, this+1), y.Year)
	}
	y.Source = strings.TrimSpace(y.Source)
	if n := utf8.RuneCountInString(y.Source); n < 2 || n > 200 {
		return ErrYear.At("body.source", "请写明出处，2–200 个字", y.Source)
	}
	if err := s.mayAdvance(ctx, tx, project, y); err != nil {
		return err
	}
	if err := putYear(ctx, tx, project, y, who.Name); err != nil {
		return err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.holidays_entered", Kind: "holidays", Subject: project,
		Summary: fmt.Sprintf("录入 %d 年放假安排，%d 个假期", y.Year, len(y.Festivals)), After: y})
	return nil
}

// mayAdvance refuses years by which a due day of a closed month moves less far.
func (s *Service) mayAdvance(ctx context.Context, q db.Q, project id.ID, y penalty.Year) error {
	list, err := s.Years(ctx, q, project)
	if err != nil {
		return err
	}
	before := penalty.NewCalendar(list)
	after := penalty.NewCalendar(append(slices.DeleteFunc(list, func(p penalty.Year) bool { return p.Year == y.Year }), y))
	var asked clock.Month
	for d := clock.Date(y.Year*10000 + 101); d.Year() == y.Year; d = d.AddDays(1) {
		if after.Workday(d) >= before.Workday(d) || d.Month() == asked {
			continue
		}
		asked = d.Month()
		err := s.ledger.StillOpen(ctx, q, project, asked)
		if fault.As(err) != nil {
			shut := ledger.ErrMonthClosed.Say("%s 已月结，%s 不能再改成工作日；请核对放假安排，确实要改请先反结账", asked, d)
			return shut.At("body.text", shut.Text, d.String())
		}
		if err != nil {
			return err
		}
	}
	return nil
}
