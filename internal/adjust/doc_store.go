package adjust

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

const docColumns = "id, kind, number, year, seq, charge_id, room_id, item_id, item_name, month, amount, again, reason, proof, date, by_id, by_name, at"

func scanDoc(row db.Scanner) (Doc, error) {
	var d Doc
	var again int
	var at int64
	err := row.Scan(&d.ID, &d.Kind, &d.Number, &d.Year, &d.Seq, &d.Charge, &d.Room, &d.Item, &d.ItemName, &d.Month, &d.Amount, &again, &d.Reason, &d.Proof,
		&d.Date, &d.By, &d.ByName, &at)
	d.Again, d.At = again == 1, db.Micro(at)
	return d, err
}

func insertDoc(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	_, err := tx.Exec(ctx, "INSERT INTO adjust_doc (project_id, "+docColumns+") VALUES ("+db.In(19)+")", project, d.ID, d.Kind, d.Number, d.Year, d.Seq,
		d.Charge, d.Room, d.Item, d.ItemName, d.Month, d.Amount, d.Again, d.Reason, d.Proof, d.Date, d.By, d.ByName, d.At)
	if err != nil {
		return fmt.Errorf("insert adjustment: %w", err)
	}
	return nil
}

func listDocs(ctx context.Context, q db.Q, project id.ID, f *Filter, before id.ID) ([]Doc, error) {
	where, args := "project_id = ?", []any{project}
	if f.Kind != "" {
		where, args = where+" AND kind = ?", append(args, f.Kind)
	}
	if f.Room != 0 {
		where, args = where+" AND room_id = ?", append(args, f.Room)
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+docColumns+" FROM adjust_doc WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, scanDoc)
}

func allDocs(ctx context.Context, q db.Q, project id.ID) ([]Doc, error) {
	rows, err := q.Query(ctx, "SELECT "+docColumns+" FROM adjust_doc WHERE project_id = ? ORDER BY id", project)
	return db.Collect(rows, err, scanDoc)
}

func countDocs(ctx context.Context, q db.Q, project id.ID, kind Kind) (map[int]ledger.Numbered, error) {
	out, err := ledger.CollectNumbered(q.Query(ctx, "SELECT year, COUNT(*), MAX(seq) FROM adjust_doc WHERE project_id = ? AND kind = ? GROUP BY year", project, string(kind)))
	if err != nil {
		return nil, fmt.Errorf("count adjustments: %w", err)
	}
	return out, nil
}
