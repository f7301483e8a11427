package shift

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

type shiftOwner struct {
	cashier id.ID
	number  string
}

// shiftCashiers are the cashiers of all shifts.
func shiftCashiers(ctx context.Context, q db.Q, project id.ID) (map[id.ID]shiftOwner, error) {
	rows, err := q.Query(ctx, "SELECT id, cashier_id, number FROM cashier_shift WHERE project_id = ?", project)
	out := map[id.ID]shiftOwner{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var shift id.ID
		var o shiftOwner
		err := row.Scan(&shift, &o.cashier, &o.number)
		out[shift] = o
		return struct{}{}, err
	})
	return out, err
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

func (s *Service) closedAfter(ctx context.Context, q db.Q, project, after id.ID, limit int) ([]Shift, error) {
	rows, err := q.Query(ctx, "SELECT "+shiftColumns+` FROM cashier_shift s WHERE s.project_id = ? AND s.state = 'closed' AND s.id > ?
		ORDER BY s.id LIMIT ?`, project, after, limit)
	list, err := db.Collect(rows, err, scanShift)
	if err != nil {
		return nil, err
	}
	return list, s.fillShifts(ctx, q, project, list)
}
