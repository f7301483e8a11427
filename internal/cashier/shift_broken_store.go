package cashier

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// strayReceipts names receipts without a shift of their cashier.
func strayReceipts(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT r.number, COALESCE(s.id, 0), COALESCE(s.number, '') FROM cashier_receipt r
		LEFT JOIN cashier_shift s ON s.project_id = r.project_id AND s.id = r.shift_id
		WHERE r.project_id = ? AND (s.id IS NULL OR s.cashier_id <> r.cashier_id) ORDER BY r.id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var number, shift string
		var of id.ID
		err := row.Scan(&number, &of, &shift)
		if of == 0 {
			return fmt.Sprintf("收据 %s 不属于任何一班", number), err
		}
		return fmt.Sprintf("收据 %s 不该在班次 %s（%s）里：收费员不是同一人", number, of, shift), err
	})
}

// shiftYears counts closed shifts by year and tells the last number.
func shiftYears(ctx context.Context, q db.Q, project id.ID) (map[int][2]int64, error) {
	rows, err := q.Query(ctx, `SELECT year, COUNT(*), MAX(seq) FROM cashier_shift WHERE project_id = ? AND state = 'closed' GROUP BY year`, project)
	out := map[int][2]int64{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var year int
		var n, last int64
		err := row.Scan(&year, &n, &last)
		out[year] = [2]int64{n, last}
		return struct{}{}, err
	})
	return out, err
}

func closedAfter(ctx context.Context, q db.Q, project, after id.ID, limit int) ([]Shift, error) {
	rows, err := q.Query(ctx, "SELECT "+shiftColumns+` FROM cashier_shift s WHERE s.project_id = ? AND s.state = 'closed' AND s.id > ?
		ORDER BY s.id LIMIT ?`, project, after, limit)
	list, err := db.Collect(rows, err, scanShift)
	if err != nil {
		return nil, err
	}
	return list, fillShifts(ctx, q, project, list)
}

// liveSumsOf adds up the receipts of the shifts as they stand now.
func liveSumsOf(ctx context.Context, q db.Q, project id.ID, shifts []Shift) (map[id.ID][]ShiftSum, error) {
	out := map[id.ID][]ShiftSum{}
	if len(shifts) == 0 {
		return out, nil
	}
	ids := []id.ID{}
	for i := range shifts {
		ids = append(ids, shifts[i].ID)
	}
	rows, err := q.Query(ctx, liveSums+" WHERE r.project_id = ? AND r.shift_id IN ("+db.In(len(ids))+") GROUP BY r.shift_id, p.method ORDER BY r.shift_id, p.method",
		args([]any{project}, ids)...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var shift id.ID
		var m ShiftSum
		err := row.Scan(&shift, &m.Method, &m.Receipts, &m.Amount, &m.Voids, &m.Voided)
		out[shift] = append(out[shift], m)
		return struct{}{}, err
	})
	return out, err
}
