package sharedcost

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/billing"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const columns = `id, item_id, month, building_id, unit_id, weigh, total, meter_kind, main_id, main_usage, sub_usage, price, weights, rooms, source_text,
	state, run_id, created_by, created_at, decided_by, decided_at, reason, version`

func scanCost(row db.Scanner) (Cost, error) {
	var c Cost
	var created, decided int64
	err := row.Scan(&c.ID, &c.Item, &c.Month, &c.Building, &c.Unit, &c.Weigh, &c.Total, &c.Kind, &c.Main, &c.MainUsage, &c.SubUsage, &c.Price, &c.Weights,
		&c.Rooms, &c.Source, &c.State, &c.Run, &c.CreatedBy, &created, &c.DecidedBy, &decided, &c.Reason, &c.Version)
	c.CreatedAt, c.DecidedAt = db.Micro(created), db.Micro(decided)
	return c, err
}

func insertCost(ctx context.Context, tx *db.Tx, project id.ID, c *Cost, parts []billing.SharedPart) error {
	_, err := tx.Exec(ctx, "INSERT INTO billing_shared (project_id, "+columns+") VALUES ("+db.In(24)+")", project, c.ID, c.Item, c.Month, c.Building, c.Unit,
		c.Weigh, c.Total, c.Kind, c.Main, c.MainUsage, c.SubUsage, c.Price, c.Weights, c.Rooms, c.Source, c.State, c.Run, c.CreatedBy, c.CreatedAt, "", 0, "", c.Version)
	if err != nil {
		return fmt.Errorf("insert shared cost: %w", err)
	}
	return tx.Copy(ctx, "billing_shared_part", []string{"project_id", "shared_id", "room_id", "weight", "amount"}, len(parts), func(i int, dst []any) error {
		dst[0], dst[1], dst[2], dst[3], dst[4] = int64(project), int64(c.ID), int64(parts[i].Room), int64(parts[i].Weight), int64(parts[i].Amount)
		return nil
	})
}

func updateCost(ctx context.Context, tx *db.Tx, project id.ID, c *Cost) error {
	_, err := tx.Exec(ctx, "UPDATE billing_shared SET state = ?, run_id = ?, decided_by = ?, decided_at = ?, reason = ?, version = ? WHERE project_id = ? AND id = ?",
		c.State, c.Run, c.DecidedBy, c.DecidedAt, c.Reason, c.Version, project, c.ID)
	if err != nil {
		return fmt.Errorf("update shared cost: %w", err)
	}
	return nil
}

func lockCost(ctx context.Context, tx *db.Tx, project, shared id.ID) (Cost, error) {
	if err := tx.Lock(ctx, "SELECT id FROM billing_shared WHERE project_id = ? AND id = ?", project, shared); err != nil {
		return Cost{}, err
	}
	return oneCost(ctx, tx, project, shared)
}

func oneCost(ctx context.Context, q db.Q, project, shared id.ID) (Cost, error) {
	c, err := scanCost(q.QueryRow(ctx, "SELECT "+columns+" FROM billing_shared WHERE project_id = ? AND id = ?", project, shared))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("read shared cost: %w", err)
	}
	return c, nil
}

func listCosts(ctx context.Context, q db.Q, project, before id.ID, limit int) ([]Cost, error) {
	if before == 0 {
		before = behind
	}
	rows, err := q.Query(ctx, "SELECT "+columns+" FROM billing_shared WHERE project_id = ? AND id < ? ORDER BY id DESC LIMIT ?", project, before, limit)
	return db.Collect(rows, err, scanCost)
}

// listSharedParts lists parts by room; a limit below zero is none.
func listParts(ctx context.Context, q db.Q, project, shared, after id.ID, limit int) ([]billing.SharedPart, error) {
	query, args := "SELECT room_id, weight, amount FROM billing_shared_part WHERE project_id = ? AND shared_id = ? AND room_id > ? ORDER BY room_id", []any{project, shared, after}
	if limit >= 0 {
		query, args = query+" LIMIT ?", append(args, limit)
	}
	rows, err := q.Query(ctx, query, args...)
	return db.Collect(rows, err, func(row db.Scanner) (billing.SharedPart, error) {
		var p billing.SharedPart
		return p, row.Scan(&p.Room, &p.Weight, &p.Amount)
	})
}

// unlike is a document whose parts, or whose charges, are not what it shares out.
type unlike struct {
	id, run      id.ID
	state        State
	total, parts money.Fen
}

// sums are the totals of all documents beside those of their parts.
func sums(ctx context.Context, q db.Q, project id.ID) ([]unlike, error) {
	rows, err := q.Query(ctx, `SELECT s.id, s.run_id, s.state, s.total, CAST(COALESCE(p.amount, 0) AS BIGINT) FROM billing_shared s
		LEFT JOIN (SELECT shared_id, SUM(amount) AS amount FROM billing_shared_part WHERE project_id = ? GROUP BY shared_id) p ON p.shared_id = s.id
		WHERE s.project_id = ? ORDER BY s.id`, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (unlike, error) {
		var x unlike
		return x, row.Scan(&x.id, &x.run, &x.state, &x.total, &x.parts)
	})
}
