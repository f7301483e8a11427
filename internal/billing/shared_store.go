package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// sharedRow is the JSON of a charge's share of a cost; keys never change.
type sharedRow struct {
	Doc     id.ID     `json:"doc"`
	Total   money.Fen `json:"total"`
	Weight  money.Qty `json:"w"`
	Weights money.Qty `json:"of"`
	Extra   int64     `json:"extra,omitempty"`
	Weigh   Weigh     `json:"by"`
	Source  string    `json:"source"`
	Place   string    `json:"at,omitempty"`
}

func (c *sharedCut) row() *sharedRow {
	if c == nil {
		return nil
	}
	return &sharedRow{c.doc, c.total, c.weight, c.weights, c.extra, c.weigh, c.source, c.place}
}

func (r *sharedRow) rules() *sharedCut {
	if r == nil {
		return nil
	}
	return &sharedCut{r.Doc, r.Total, r.Weight, r.Weights, r.Extra, r.Weigh, r.Source, r.Place}
}

// SharedSums is what the runs of shared costs have charged, by run; withdrawn ones
// as they were.
func (s *Service) SharedSums(ctx context.Context, q db.Q, project id.ID) (map[id.ID]money.Fen, error) {
	rows, err := q.Query(ctx, `SELECT p.run_id, CAST(SUM(p.amount) AS BIGINT) FROM billing_part p JOIN billing_run r ON r.project_id = p.project_id AND r.id = p.run_id
		WHERE p.project_id = ? AND r.kind = 'shared' GROUP BY p.run_id`, project)
	out := map[id.ID]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var run id.ID
		var sum money.Fen
		err := row.Scan(&run, &sum)
		out[run] = sum
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("sum shared costs: %w", err)
	}
	return out, nil
}
