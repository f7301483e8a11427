package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
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
}

func (c *sharedCut) row() *sharedRow {
	if c == nil {
		return nil
	}
	return &sharedRow{c.doc, c.total, c.weight, c.weights, c.extra, c.weigh, c.source}
}

func (r *sharedRow) rules() *sharedCut {
	if r == nil {
		return nil
	}
	return &sharedCut{r.Doc, r.Total, r.Weight, r.Weights, r.Extra, r.Weigh, r.Source}
}

const sharedColumns = `id, item_id, month, building_id, weigh, total, meter_kind, main_id, main_usage, sub_usage, price, weights, rooms, source_text,
	state, run_id, created_by, created_at, decided_by, decided_at, reason, version`

func scanShared(row db.Scanner) (SharedCost, error) {
	var c SharedCost
	var created, decided int64
	err := row.Scan(&c.ID, &c.Item, &c.Month, &c.Building, &c.Weigh, &c.Total, &c.Kind, &c.Main, &c.MainUsage, &c.SubUsage, &c.Price, &c.Weights,
		&c.Rooms, &c.Source, &c.State, &c.Run, &c.CreatedBy, &created, &c.DecidedBy, &decided, &c.Reason, &c.Version)
	c.CreatedAt, c.DecidedAt = db.Micro(created), db.Micro(decided)
	return c, err
}

func insertShared(ctx context.Context, tx *db.Tx, project id.ID, c *SharedCost, parts []SharedPart) error {
	_, err := tx.Exec(ctx, "INSERT INTO billing_shared (project_id, "+sharedColumns+") VALUES ("+db.In(23)+")", project, c.ID, c.Item, c.Month, c.Building,
		c.Weigh, c.Total, c.Kind, c.Main, c.MainUsage, c.SubUsage, c.Price, c.Weights, c.Rooms, c.Source, c.State, c.Run, c.CreatedBy, c.CreatedAt, "", 0, "", c.Version)
	if err != nil {
		return fmt.Errorf("insert shared cost: %w", err)
	}
	return tx.Copy(ctx, "billing_shared_part", []string{"project_id", "shared_id", "room_id", "weight", "amount"}, len(parts), func(i int, dst []any) error {
		dst[0], dst[1], dst[2], dst[3], dst[4] = int64(project), int64(c.ID), int64(parts[i].Room), int64(parts[i].Weight), int64(parts[i].Amount)
		return nil
	})
}

func updateShared(ctx context.Context, tx *db.Tx, project id.ID, c *SharedCost) error {
	_, err := tx.Exec(ctx, "UPDATE billing_shared SET state = ?, run_id = ?, decided_by = ?, decided_at = ?, reason = ?, version = ? WHERE project_id = ? AND id = ?",
		c.State, c.Run, c.DecidedBy, c.DecidedAt, c.Reason, c.Version, project, c.ID)
	if err != nil {
		return fmt.Errorf("update shared cost: %w", err)
	}
	return nil
}

func lockShared(ctx context.Context, tx *db.Tx, project, shared id.ID) (SharedCost, error) {
	if err := tx.Lock(ctx, "SELECT id FROM billing_shared WHERE project_id = ? AND id = ?", project, shared); err != nil {
		return SharedCost{}, err
	}
	return oneShared(ctx, tx, project, shared)
}

func oneShared(ctx context.Context, q db.Q, project, shared id.ID) (SharedCost, error) {
	c, err := scanShared(q.QueryRow(ctx, "SELECT "+sharedColumns+" FROM billing_shared WHERE project_id = ? AND id = ?", project, shared))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("read shared cost: %w", err)
	}
	return c, nil
}

func listShared(ctx context.Context, q db.Q, project, before id.ID, limit int) ([]SharedCost, error) {
	if before == 0 {
		before = lastRoom
	}
	rows, err := q.Query(ctx, "SELECT "+sharedColumns+" FROM billing_shared WHERE project_id = ? AND id < ? ORDER BY id DESC LIMIT ?", project, before, limit)
	return db.Collect(rows, err, scanShared)
}

// listSharedParts lists parts by room; a limit below zero is none.
func listSharedParts(ctx context.Context, q db.Q, project, shared, after id.ID, limit int) ([]SharedPart, error) {
	query, args := "SELECT room_id, weight, amount FROM billing_shared_part WHERE project_id = ? AND shared_id = ? AND room_id > ? ORDER BY room_id", []any{project, shared, after}
	if limit >= 0 {
		query, args = query+" LIMIT ?", append(args, limit)
	}
	rows, err := q.Query(ctx, query, args...)
	return db.Collect(rows, err, func(row db.Scanner) (SharedPart, error) {
		var p SharedPart
		return p, row.Scan(&p.Room, &p.Weight, &p.Amount)
	})
}

type unequal struct {
	id                    id.ID
	total, parts, charges money.Fen
}

// unequalShared are documents whose parts do not sum to the total, or, when
// released, whose run did not charge it.
func unequalShared(ctx context.Context, q db.Q, project id.ID) ([]unequal, error) {
	rows, err := q.Query(ctx, `SELECT s.id, s.total, CAST(COALESCE(p.amount, 0) AS BIGINT), CAST(COALESCE(c.amount, 0) AS BIGINT) FROM billing_shared s
		LEFT JOIN (SELECT shared_id, SUM(amount) AS amount FROM billing_shared_part WHERE project_id = ? GROUP BY shared_id) p ON p.shared_id = s.id
		LEFT JOIN (SELECT run_id, SUM(amount) AS amount FROM billing_part WHERE project_id = ? GROUP BY run_id) c ON c.run_id = s.run_id
		WHERE s.project_id = ? AND (s.total <> COALESCE(p.amount, 0) OR s.state = 'released' AND s.total <> COALESCE(c.amount, 0)) ORDER BY s.id LIMIT 100`,
		project, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (unequal, error) {
		var x unequal
		return x, row.Scan(&x.id, &x.total, &x.parts, &x.charges)
	})
}
