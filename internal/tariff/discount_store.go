package tariff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const discountColumns = `id, item_id, scope, scope_id, kind, keep, off, months, starts, since, from_date, until_date, reason, proof,
	state, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, note, version`

func scanDiscount(row db.Scanner) (Discount, error) {
	var d Discount
	var asked, decided int64
	err := row.Scan(&d.ID, &d.Item, &d.Scope, &d.Target, &d.Kind, &d.Keep, &d.Off, &d.Months, &d.Starts, &d.Since, &d.From, &d.Until,
		&d.Reason, &d.Proof, &d.State, &d.AskedBy, &d.Asker, &asked, &d.Decided.By, &d.Decided.Name, &decided, &d.Decided.Note, &d.Version)
	d.AskedAt, d.Decided.At = db.Micro(asked), db.Micro(decided)
	return d, err
}

func insertDiscount(ctx context.Context, tx *db.Tx, project id.ID, d *Discount) error {
	_, err := tx.Exec(ctx, "INSERT INTO billing_discount (project_id, "+discountColumns+") VALUES ("+db.In(24)+")",
		project, d.ID, d.Item, d.Scope, d.Target, d.Kind, d.Keep, d.Off, d.Months, d.Starts, d.Since, d.From, d.Until, d.Reason, d.Proof,
		d.State, d.AskedBy, d.Asker, d.AskedAt, d.Decided.By, d.Decided.Name, d.Decided.At, d.Decided.Note, d.Version)
	if err != nil {
		return fmt.Errorf("insert discount: %w", err)
	}
	return nil
}

func updateDiscount(ctx context.Context, tx *db.Tx, project id.ID, d *Discount) error {
	_, err := tx.Exec(ctx, `UPDATE billing_discount SET from_date = ?, until_date = ?, state = ?, decided_by = ?, decided_name = ?,
		decided_at = ?, note = ?, version = ? WHERE project_id = ? AND id = ?`,
		d.From, d.Until, d.State, d.Decided.By, d.Decided.Name, d.Decided.At, d.Decided.Note, d.Version, project, d.ID)
	if err != nil {
		return fmt.Errorf("update discount: %w", err)
	}
	return nil
}

func lockDiscount(ctx context.Context, tx *db.Tx, project, discount id.ID) (Discount, error) {
	if err := tx.Lock(ctx, "SELECT id FROM billing_discount WHERE project_id = ? AND id = ?", project, discount); err != nil {
		return Discount{}, err
	}
	d, err := scanDiscount(tx.QueryRow(ctx, "SELECT "+discountColumns+" FROM billing_discount WHERE project_id = ? AND id = ?", project, discount))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("read discount: %w", err)
	}
	return d, nil
}

// approvedDiscounts are those that may count on a day or later, by item.
func approvedDiscounts(ctx context.Context, q db.Q, project id.ID, since clock.Date) (map[id.ID][]Discount, error) {
	list, err := collectDiscounts(ctx, q, "project_id = ? AND state = ? AND (until_date = 0 OR until_date >= ?) ORDER BY id", project, Approved, since)
	if err != nil {
		return nil, err
	}
	out := map[id.ID][]Discount{}
	for _, d := range list {
		out[d.Item] = append(out[d.Item], d)
	}
	return out, nil
}

func discountsOfItem(ctx context.Context, q db.Q, project, item id.ID) ([]Discount, error) {
	return collectDiscounts(ctx, q, "project_id = ? AND item_id = ? ORDER BY id", project, item)
}

func listDiscounts(ctx context.Context, q db.Q, project id.ID, f *DiscountFilter, before id.ID) ([]Discount, error) {
	where, args := "project_id = ?", []any{project}
	if f.State != "" {
		where, args = where+" AND state = ?", append(args, f.State)
	}
	if f.Item != 0 {
		where, args = where+" AND item_id = ?", append(args, f.Item)
	}
	if f.Room != 0 {
		where, args = where+" AND scope = 'room' AND scope_id = ?", append(args, f.Room)
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	return collectDiscounts(ctx, q, where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
}

func collectDiscounts(ctx context.Context, q db.Q, where string, args ...any) ([]Discount, error) {
	rows, err := q.Query(ctx, "SELECT "+discountColumns+" FROM billing_discount WHERE "+where, args...)
	out, err := db.Collect(rows, err, scanDiscount)
	if err != nil {
		return nil, fmt.Errorf("list discounts: %w", err)
	}
	return out, nil
}

// newestDiscounts are the newest discounts on an item, whatever became of them.
func newestDiscounts(ctx context.Context, q db.Q, project, item id.ID, limit int) ([]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT id FROM billing_discount WHERE project_id = ? AND item_id = ? ORDER BY id DESC LIMIT ?", project, item, limit)
	list, err := db.Collect(rows, err, func(row db.Scanner) (d id.ID, err error) { return d, row.Scan(&d) })
	if err != nil {
		return nil, fmt.Errorf("list discounts of item: %w", err)
	}
	return list, nil
}
