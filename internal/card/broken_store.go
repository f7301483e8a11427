package card

import (
	"context"
	"encoding/json"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// checkPage is how many lines are held at a time.
const checkPage = 1000

func eachLine(ctx context.Context, q db.Q, project id.ID, fn func(*Line)) error {
	for after := id.ID(0); ; {
		rows, err := q.Query(ctx, "SELECT "+lineColumns+" FROM card_line WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?", project, after, checkPage)
		list, err := db.Collect(rows, err, scanLine)
		if err != nil {
			return err
		}
		for _, l := range list {
			fn(l)
			after = l.ID
		}
		if len(list) < checkPage {
			return nil
		}
	}
}

func doneDifferences(ctx context.Context, q db.Q, project id.ID) ([]Difference, error) {
	rows, err := q.Query(ctx, "SELECT "+differenceColumns+" FROM card_difference WHERE project_id = ? AND (state = 'done' OR done_by <> 0 OR remedy <> '') ORDER BY id", project)
	return db.Collect(rows, err, scanDifference)
}

// logged reads what the newest entries of the log say about a kind of subject.
func logged[T any](ctx context.Context, s *Service, project id.ID, kind string) (map[id.ID]T, error) {
	entries, err := s.audit.Newest(ctx, s.db.Reader(ctx), project, kind)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]T, len(entries))
	for subject, text := range entries {
		var x T
		if err := json.Unmarshal([]byte(text), &x); err != nil {
			return nil, fmt.Errorf("read audit entry: %w", err)
		}
		out[subject] = x
	}
	return out, nil
}

// brokenDays names days that are not what their lines and differences come to.
func brokenDays(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, "SELECT "+dayColumns+" FROM card_day WHERE project_id = ? ORDER BY day", project)
	days, err := db.Collect(rows, err, scanDay)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, d := range days {
		want, err := countDay(ctx, q, project, d.Day)
		if err != nil {
			return nil, err
		}
		if want.ID, want.MatchedAt = d.ID, d.MatchedAt; want != d {
			out = append(out, fmt.Sprintf("%s 的刷卡对账记 %d 笔 %s 元、差异 %d 处，按明细为 %d 笔 %s 元、差异 %d 处", d.Day, d.Lines, d.Amount.Yuan(), d.Differences,
				want.Lines, want.Amount.Yuan(), want.Differences))
		}
	}
	return out, nil
}
