package tariff

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

const rateColumns = "id, item_id, from_date, price, formula, source_kind, source_text, created_by, tariff"

func scanRate(row db.Scanner) (Rate, error) {
	var r Rate
	var tariff string
	err := row.Scan(&r.ID, &r.Item, &r.From, &r.Price, &r.Formula, &r.SourceKind, &r.SourceText, &r.CreatedBy, &tariff)
	if err != nil {
		return r, err
	}
	r.Tariff, err = decodeTariff(tariff)
	return r, err
}

func insertRate(ctx context.Context, tx *db.Tx, project id.ID, r *Rate) error {
	tariff, err := encodeTariff(r.Tariff)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO billing_rate (project_id, item_id, id, from_date, price, formula, source_kind, source_text,
		created_by, created_at, tariff) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		project, r.Item, r.ID, r.From, r.Price, r.Formula, r.SourceKind, r.SourceText, r.CreatedBy, tx.Now(), tariff)
	if err != nil {
		return fmt.Errorf("insert rate: %w", err)
	}
	return nil
}

func ratesOf(ctx context.Context, q db.Q, project, item id.ID) ([]Rate, error) {
	rows, err := q.Query(ctx, "SELECT "+rateColumns+" FROM billing_rate WHERE project_id = ? AND item_id = ? ORDER BY from_date, id", project, item)
	out, err := db.Collect(rows, err, scanRate)
	if err != nil {
		return nil, fmt.Errorf("list rates: %w", err)
	}
	return out, nil
}

// allRates reads the rates of every item of the project, in the order of Rates.
func allRates(ctx context.Context, q db.Q, project id.ID) (map[id.ID][]Rate, error) {
	rows, err := q.Query(ctx, "SELECT "+rateColumns+" FROM billing_rate WHERE project_id = ? ORDER BY from_date, id", project)
	list, err := db.Collect(rows, err, scanRate)
	if err != nil {
		return nil, fmt.Errorf("list rates: %w", err)
	}
	out := map[id.ID][]Rate{}
	for _, r := range list {
		out[r.Item] = append(out[r.Item], r)
	}
	return out, nil
}
