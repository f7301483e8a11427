package tariff

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

const itemColumns = `id, name, basis, cycle, timing, start_month, price_per, from_date, until_date, due_day, rounding, unit,
	round_at, first_month, state, used, version, meter_kind`

func scanItem(row db.Scanner) (Item, error) {
	var i Item
	var timing, per, rounding, at, state string
	var used int
	err := row.Scan(&i.ID, &i.Name, &i.Basis, &i.Cycle, &timing, &i.StartMonth, &per, &i.From, &i.Until, &i.DueDay, &rounding, &i.Unit,
		&at, &i.FirstMonth, &state, &used, &i.Version, &i.Meter)
	if err != nil {
		return i, err
	}
	i.Advance, i.PerPeriod, i.AtPeriod = timing == "advance", per == "period", at == "period"
	i.Active, i.Used = state == "active", used == 1
	i.Rounding, err = money.ParseRounding(rounding)
	return i, err
}

func itemValues(i *Item) []any {
	return []any{i.Name, i.Basis, i.Cycle, word(i.Advance, "advance", "arrears"), i.StartMonth, word(i.PerPeriod, "period", "month"),
		i.From, i.Until, i.DueDay, i.Rounding.String(), i.Unit, word(i.AtPeriod, "period", "month"), i.FirstMonth,
		word(i.Active, "active", "retired"), i.Meter}
}

func insertItem(ctx context.Context, tx *db.Tx, project id.ID, i *Item) error {
	args := append([]any{project, i.ID}, itemValues(i)...)
	_, err := tx.Exec(ctx, `INSERT INTO billing_item (project_id, id, name, basis, cycle, timing, start_month, price_per, from_date,
		until_date, due_day, rounding, unit, round_at, first_month, state, meter_kind, used, version, created_at)
		VALUES (`+db.In(17)+`, 0, 1, ?)`, append(args, tx.Now())...)
	return itemError(err, "insert item")
}

func updateItem(ctx context.Context, tx *db.Tx, project id.ID, i *Item) error {
	args := append(itemValues(i), i.Version, project, i.ID)
	_, err := tx.Exec(ctx, `UPDATE billing_item SET name = ?, basis = ?, cycle = ?, timing = ?, start_month = ?, price_per = ?,
		from_date = ?, until_date = ?, due_day = ?, rounding = ?, unit = ?, round_at = ?, first_month = ?, state = ?, meter_kind = ?, version = ?
		WHERE project_id = ? AND id = ?`, args...)
	return itemError(err, "update item")
}

func itemError(err error, op string) error {
	if db.IsUnique(err) {
		return ErrItemName
	}
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

func items(ctx context.Context, q db.Q, project id.ID) ([]Item, error) {
	rows, err := q.Query(ctx, "SELECT "+itemColumns+" FROM billing_item WHERE project_id = ? AND state <> 'late' ORDER BY state, id", project)
	out, err := db.Collect(rows, err, scanItem)
	if err != nil {
		return nil, fmt.Errorf("list items: %w", err)
	}
	return out, nil
}

func oneItem(ctx context.Context, q db.Q, project, item id.ID) (Item, error) {
	i, err := scanItem(q.QueryRow(ctx, "SELECT "+itemColumns+" FROM billing_item WHERE project_id = ? AND id = ?", project, item))
	if errors.Is(err, sql.ErrNoRows) {
		return i, fault.ErrNotFound
	}
	if err != nil {
		return i, fmt.Errorf("read item: %w", err)
	}
	return i, nil
}

func markUsed(ctx context.Context, tx *db.Tx, project id.ID, list []id.ID) error {
	for _, x := range list {
		if _, err := tx.Exec(ctx, "UPDATE billing_item SET used = 1 WHERE project_id = ? AND id = ? AND used = 0", project, x); err != nil {
			return fmt.Errorf("mark item used: %w", err)
		}
	}
	return nil
}

func lockItem(ctx context.Context, tx *db.Tx, project, item id.ID) (Item, error) {
	if err := tx.Lock(ctx, "SELECT id FROM billing_item WHERE project_id = ? AND id = ?", project, item); err != nil {
		return Item{}, err
	}
	return oneItem(ctx, tx, project, item)
}
