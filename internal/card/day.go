package card

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// Day is the reconciliation of one day: what the acquirer's lines come to, in
// fen, and how much of it differs.
type Day struct {
	ID          id.ID
	Day         clock.Date
	Lines       int64
	Amount      money.Fen // sales
	Refunds     money.Fen // voids and refunds
	Fee         money.Fen
	Differences int64
	Open        int64
	MatchedAt   time.Time
}

// DayFilter narrows the list of days.
type DayFilter struct {
	page.Request
	State string // even, odd or all
}

// Days lists them, newest first.
func (s *Service) Days(ctx context.Context, project id.ID, f DayFilter) (page.List[Day], error) {
	list, err := listDays(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return list, fmt.Errorf("list card days: %w", err)
	}
	return list, nil
}

// Day reads one. Error: fault.ErrNotFound.
func (s *Service) Day(ctx context.Context, project, day id.ID) (Day, error) {
	return oneDay(ctx, s.db.Reader(ctx), project, day)
}

// Match holds a day against the counter once more, after something was put
// right there. Error: fault.ErrNotFound.
func (s *Service) Match(ctx context.Context, who actor.Actor, project, day id.ID) (Day, error) {
	var d Day
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if d, err = oneDay(ctx, tx, project, day); err != nil {
			return err
		}
		if err := lockDays(ctx, tx, project, d.Day, d.Day); err != nil {
			return err
		}
		if _, err := s.match(ctx, tx, project, d.Day, d.Day); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "card.matched", Kind: "card_day", Subject: d.ID,
			Summary: fmt.Sprintf("重新核对 %s 的刷卡", d.Day)})
		d, err = oneDay(ctx, tx, project, day)
		return err
	})
	if err != nil {
		return d, fmt.Errorf("match card day: %w", err)
	}
	return d, nil
}

// match holds the lines from one day to another against the counter, and every
// day near them that a file has covered; it answers how many differences of
// the asked days are open.
func (s *Service) match(ctx context.Context, tx *db.Tx, project id.ID, from, until clock.Date) (open int, err error) {
	since, upto := from.AddDays(-near), until.AddDays(near)
	days, err := daysBetween(ctx, tx, project, since, upto)
	if err != nil {
		return 0, fmt.Errorf("read card days: %w", err)
	}
	lines, err := linesBetween(ctx, tx, project, since, upto)
	if err != nil {
		return 0, fmt.Errorf("read card lines: %w", err)
	}
	pays, err := s.cashier.CardPays(ctx, tx, project, since.AddDays(-near), upto.AddDays(near))
	if err != nil {
		return 0, err
	}
	all := sides(pays)
	beyond, err := tiedBeyond(ctx, tx, project, since, upto)
	if err != nil {
		return 0, fmt.Errorf("read card lines: %w", err)
	}
	for _, x := range all {
		if l := beyond[x.key()]; l != nil {
			x.line = l
		}
	}
	for _, l := range matchLines(lines, all) {
		if err := tieLine(ctx, tx, project, l); err != nil {
			return 0, fmt.Errorf("write card line: %w", err)
		}
	}
	found := slices.DeleteFunc(differencesOf(lines, all), func(d Difference) bool { return !slices.Contains(days, d.Day) })
	if err := keepDifferences(ctx, tx, project, days, found); err != nil {
		return 0, fmt.Errorf("write card differences: %w", err)
	}
	for _, day := range days {
		if err := sumDay(ctx, tx, project, day); err != nil {
			return 0, err
		}
	}
	return openBetween(ctx, tx, project, from, until)
}
