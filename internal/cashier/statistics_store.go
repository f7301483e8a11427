package cashier

import (
	"context"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// statRows groups the valid receipts of the filter.
func statRows(ctx context.Context, q db.Q, project id.ID, f *Filter, by StatBy) ([]StatRow, error) {
	where, list := f.where(project)
	text := map[StatBy]string{
		ByDay: `SELECT CAST(r.date AS TEXT), '', COUNT(*), CAST(SUM(r.amount) AS BIGINT) FROM cashier_receipt r` + where + ` GROUP BY r.date ORDER BY r.date`,
		ByCashier: `SELECT CAST(r.cashier_id AS TEXT), MAX(r.cashier_name), COUNT(*), CAST(SUM(r.amount) AS BIGINT) AS taken FROM cashier_receipt r` + where +
			` GROUP BY r.cashier_id ORDER BY taken DESC, r.cashier_id`,
		ByMethod: `SELECT p.method, '', COUNT(DISTINCT r.id), CAST(SUM(p.amount) AS BIGINT) AS taken FROM cashier_receipt r
			JOIN cashier_pay p ON p.project_id = r.project_id AND p.receipt_id = r.id` + where + ` GROUP BY p.method ORDER BY taken DESC, p.method`,
		ByItem: `SELECT CAST(l.item_id AS TEXT), MAX(l.item_name), COUNT(DISTINCT r.id), CAST(SUM(l.amount) AS BIGINT) AS taken FROM cashier_receipt r
			JOIN cashier_line l ON l.project_id = r.project_id AND l.receipt_id = r.id` + where + ` GROUP BY l.item_id ORDER BY taken DESC, l.item_id`,
	}[by]
	rows, err := q.Query(ctx, text, list...)
	out, err := db.Collect(rows, err, scanStat)
	if err != nil || by != ByItem {
		nameStats(out, by)
		return out, err
	}
	rows, err = q.Query(ctx, `SELECT 'prepay', '存入预存', COUNT(*), CAST(SUM(r.to_prepay) AS BIGINT) FROM cashier_receipt r`+where+
		` AND r.to_prepay <> 0 HAVING COUNT(*) > 0`, list...)
	more, err := db.Collect(rows, err, scanStat)
	if err != nil {
		return out, err
	}
	rows, err = q.Query(ctx, `SELECT 'rounded', '抹零', COUNT(*), CAST(-SUM(r.rounded) AS BIGINT) FROM cashier_receipt r`+where+
		` AND r.rounded <> 0 HAVING COUNT(*) > 0`, list...)
	rounded, err := db.Collect(rows, err, scanStat)
	if err != nil {
		return out, err
	}
	rows, err = q.Query(ctx, `SELECT 'deposit', MAX(r.deposit_name), COUNT(*), CAST(SUM(r.deposit) AS BIGINT) FROM cashier_receipt r`+where+
		` AND r.deposit <> 0 GROUP BY r.deposit_name ORDER BY r.deposit_name`, list...)
	held, err := db.Collect(rows, err, scanStat)
	return slices.Concat(out, more, rounded, held), err
}

func scanStat(row db.Scanner) (StatRow, error) {
	r := StatRow{Methods: map[Method]money.Fen{}}
	err := row.Scan(&r.Key, &r.Name, &r.Receipts, &r.Amount)
	return r, err
}

func nameStats(rows []StatRow, by StatBy) {
	for i := range rows {
		switch by {
		case ByDay:
			rows[i].Key = dayText(rows[i].Key)
			rows[i].Name = rows[i].Key
		case ByMethod:
			rows[i].Name = Method(rows[i].Key).Name()
		}
	}
}

// dayText turns 20261121 into 2026-11-21.
func dayText(digits string) string {
	if len(digits) != 8 {
		return digits
	}
	return digits[:4] + "-" + digits[4:6] + "-" + digits[6:]
}

// statMethods sums the pays of the valid receipts by method, and by day or
// cashier where the rows are.
func statMethods(ctx context.Context, q db.Q, project id.ID, f *Filter, by StatBy) (map[string]map[Method]money.Fen, error) {
	where, list := f.where(project)
	key := map[StatBy]string{ByDay: "r.date", ByCashier: "r.cashier_id"}[by]
	if key == "" {
		key = "0"
	}
	rows, err := q.Query(ctx, "SELECT "+key+` AS grp, p.method, CAST(SUM(p.amount) AS BIGINT) FROM cashier_receipt r
		JOIN cashier_pay p ON p.project_id = r.project_id AND p.receipt_id = r.id`+where+" GROUP BY 1, p.method", list...)
	out := map[string]map[Method]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var group int64
		var m Method
		var sum money.Fen
		err := row.Scan(&group, &m, &sum)
		text := id.ID(group).String()
		if by == ByDay {
			text = clock.Date(group).String()
		}
		if out[text] == nil {
			out[text] = map[Method]money.Fen{}
		}
		out[text][m] += sum
		return struct{}{}, err
	})
	return out, err
}
