package billing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// addDues adds steps to the sums of a day.
func addDues(ctx context.Context, tx *db.Tx, project id.ID, day clock.Date, d dueSteps) error {
	one := "(" + db.In(10) + ", 1)"
	for part := range slices.Chunk(d.keys(), 50) {
		args := make([]any, 0, 10*len(part))
		for _, k := range part {
			s := d[k]
			args = append(args, project, day, k.Item, k.Late, k.Month, k.Due, s.amount, s.waived, s.carried, s.paid)
		}
		_, err := tx.Exec(ctx, "INSERT INTO billing_due_day (project_id, day, item_id, late, month, due_date, amount, waived, carried, paid, changes) VALUES "+
			one+strings.Repeat(", "+one, len(part)-1)+` ON CONFLICT (project_id, day, item_id, late, month, due_date) DO UPDATE SET
			amount = billing_due_day.amount + excluded.amount, waived = billing_due_day.waived + excluded.waived,
			carried = billing_due_day.carried + excluded.carried, paid = billing_due_day.paid + excluded.paid, changes = billing_due_day.changes + 1`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func dueSums(ctx context.Context, q db.Q, project id.ID, on clock.Date) ([]DueSum, error) {
	rows, err := q.Query(ctx, `SELECT item_id, late, month, due_date, CAST(SUM(amount) AS BIGINT), CAST(SUM(waived) AS BIGINT),
			CAST(SUM(carried + paid) AS BIGINT) FROM billing_due_day
		WHERE project_id = ? AND day <= ? GROUP BY item_id, late, month, due_date`, project, on)
	return db.Collect(rows, err, func(row db.Scanner) (DueSum, error) {
		var x DueSum
		var late int
		err := row.Scan(&x.Item, &late, &x.Month, &x.Due, &x.Amount, &x.Waived, &x.Paid)
		x.Late = late == 1
		return x, err
	})
}

func collected(ctx context.Context, q db.Q, project id.ID, from, until clock.Date, before clock.Month) (sum money.Fen, err error) {
	err = q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(paid), 0) AS BIGINT) FROM billing_due_day
		WHERE project_id = ? AND day >= ? AND day <= ? AND late = 0 AND month < ?`, project, from, until, before).Scan(&sum)
	return sum, err
}

// brokenDues names what the sums of all days say otherwise than the charges
// that stand in the book today.
func brokenDues(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT item_id, month, due_date, CAST(SUM(a) AS BIGINT), CAST(SUM(w) AS BIGINT), CAST(SUM(b + p) AS BIGINT),
			CAST(SUM(amount) AS BIGINT), CAST(SUM(waived) AS BIGINT), CAST(SUM(paid - waived) AS BIGINT) FROM (
			SELECT item_id, late, month, due_date, amount AS a, waived AS w, carried AS b, paid AS p, 0 AS amount, 0 AS waived, 0 AS carried, 0 AS paid
			FROM billing_due_day WHERE project_id = ?
			UNION ALL
			SELECT c.item_id, CASE WHEN c.source_kind = 2 THEN 1 ELSE 0 END, c.month, c.due_date, 0, 0, 0, 0, SUM(c.amount), SUM(c.waived + `+back+`), SUM(c.carried),
				SUM(c.paid) FROM billing_charge c JOIN billing_part t ON t.project_id = c.project_id AND t.run_id = c.run_id AND t.no = c.part
			WHERE c.project_id = ? AND c.live = 1 AND c.hold = 0 AND t.released = 1 GROUP BY 1, 2, 3, 4
		) AS side GROUP BY item_id, late, month, due_date
		HAVING SUM(a) <> SUM(amount) OR SUM(w) <> SUM(waived) OR SUM(b) <> SUM(carried) OR SUM(b + p) <> SUM(paid - waived)
		ORDER BY month, due_date, item_id LIMIT 100`, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var item id.ID
		var month clock.Month
		var due clock.Date
		var have, want DueSum
		err := row.Scan(&item, &month, &due, &have.Amount, &have.Waived, &have.Paid, &want.Amount, &want.Waived, &want.Paid)
		return fmt.Sprintf("费用项目 %s %s（应缴日 %s）按天合计应收 %s 元、减免 %s 元、已收 %s 元，各条应收合计 %s 元、%s 元、%s 元", item, month, due,
			have.Amount.Yuan(), have.Waived.Yuan(), have.Paid.Yuan(), want.Amount.Yuan(), want.Waived.Yuan(), want.Paid.Yuan()), err
	})
}
