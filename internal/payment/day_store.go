package payment

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// inArgs are the values of one IN list after what stands before it.
func inArgs(first []any, list []string) []any {
	out := append(make([]any, 0, len(first)+len(list)), first...)
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// capturesOn reads the captures of a day in one statement: most lines of a bill
// are among them.
func capturesOn(ctx context.Context, q db.Q, project id.ID, channel, merchant string, day clock.Date, each func(transaction string, c DayCapture)) error {
	rows, err := q.Query(ctx, `SELECT c.transaction_id, c.number, c.order_id, c.amount, c.paid_at, COALESCE(o.room_label, ''), COALESCE(o.amount, 0), CASE WHEN c.merchant IN ('', ?) THEN 1 ELSE 0 END
		FROM payment_capture c LEFT JOIN payment_order o ON o.project_id = c.project_id AND o.id = c.order_id
		WHERE c.project_id = ? AND c.channel = ? AND c.paid_at >= ? AND c.paid_at < ?`, merchant, project, channel, day.Start(), day.AddDays(1).Start())
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var c DayCapture
		var transaction string
		err := row.Scan(&transaction, &c.Number, &c.Order, &c.Captured, &c.PaidAt, &c.RoomLabel, &c.Asked, &c.Own)
		if err == nil {
			each(transaction, c)
		}
		return struct{}{}, err
	})
	return err
}

// heldBy reads what our books have about lines of a bill, in two statements.
func heldBy(ctx context.Context, q db.Q, project id.ID, channel string, transactions, numbers []string) (func(transaction, number string) Held, error) {
	type capture struct {
		transaction, number string
		amount              money.Fen
	}
	rows, err := q.Query(ctx, "SELECT transaction_id, number, amount FROM payment_capture WHERE project_id = ? AND channel = ? AND transaction_id IN ("+db.In(len(transactions))+")",
		inArgs([]any{project, channel}, transactions)...)
	captures, err := db.Collect(rows, err, func(row db.Scanner) (capture, error) {
		var c capture
		err := row.Scan(&c.transaction, &c.number, &c.amount)
		return c, err
	})
	if err != nil {
		return nil, err
	}
	type order struct {
		number, roomLabel string
		id                id.ID
		amount            money.Fen
		scan              ScanStage
	}
	rows, err = q.Query(ctx, "SELECT id, number, room_label, amount, scan FROM payment_order WHERE project_id = ? AND channel = ? AND number IN ("+db.In(len(numbers))+")",
		inArgs([]any{project, channel}, numbers)...)
	orders, err := db.Collect(rows, err, func(row db.Scanner) (order, error) {
		var o order
		err := row.Scan(&o.id, &o.number, &o.roomLabel, &o.amount, &o.scan)
		return o, err
	})
	if err != nil {
		return nil, err
	}
	byTransaction, byNumber := map[string]capture{}, map[string]order{}
	for _, c := range captures {
		byTransaction[c.transaction] = c
	}
	for _, o := range orders {
		byNumber[o.number] = o
	}
	return func(transaction, number string) Held {
		c, o := byTransaction[transaction], byNumber[number]
		return Held{Captured: c.amount, Number: c.number, Order: o.id, Asked: o.amount, RoomLabel: o.roomLabel, Reversed: o.scan == ScanReversed}
	}, nil
}

const dayRefunds = `SELECT r.id, r.number, r.channel_refund, r.transaction_id, r.order_number, r.merchant, r.amount, r.state, r.accepted_at, COALESCE(o.id, 0), COALESCE(o.room_label, '')
	FROM payment_refund r LEFT JOIN payment_order o ON o.project_id = r.project_id AND o.number = r.order_number WHERE r.project_id = ? AND r.channel = ? AND `

func scanDayRefund(row db.Scanner) (DayRefund, error) {
	var d DayRefund
	var accepted int64
	err := row.Scan(&d.ID, &d.Number, &d.ChannelID, &d.Transaction, &d.OrderNumber, &d.Merchant, &d.Amount, &d.State, &accepted, &d.Order, &d.RoomLabel)
	d.AcceptedAt = momentOf(accepted)
	return d, err
}

func refundsOn(ctx context.Context, q db.Q, project id.ID, channel string, day clock.Date) ([]DayRefund, error) {
	rows, err := q.Query(ctx, dayRefunds+"r.accepted_at >= ? AND r.accepted_at < ? AND r.state IN ('processing', 'done') ORDER BY r.id",
		project, channel, day.Start(), day.AddDays(1).Start())
	return db.Collect(rows, err, scanDayRefund)
}

func refundsNamed(ctx context.Context, q db.Q, project id.ID, channel string, numbers []string) (map[string]DayRefund, error) {
	out := map[string]DayRefund{}
	if len(numbers) == 0 {
		return out, nil
	}
	rows, err := q.Query(ctx, dayRefunds+"r.number IN ("+db.In(len(numbers))+")", inArgs([]any{project, channel}, numbers)...)
	list, err := db.Collect(rows, err, scanDayRefund)
	for _, d := range list {
		out[d.Number] = d
	}
	return out, err
}

// refundedByDay is what went back and was booked on each business day.
func refundedByDay(ctx context.Context, q db.Q, project id.ID) (map[clock.Date]money.Fen, error) {
	// Days of Asia/Shanghai, UTC+8, counted from 1970.
	rows, err := q.Query(ctx, `SELECT (ended_at + 28800000000) / 86400000000, CAST(SUM(amount) AS BIGINT) FROM payment_refund
		WHERE project_id = ? AND state = 'done' AND receipt_id <> 0 GROUP BY (ended_at + 28800000000) / 86400000000`, project)
	out := map[clock.Date]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var days int
		var sum money.Fen
		err := row.Scan(&days, &sum)
		out[clock.Date(19700101).AddDays(days)] = sum
		return struct{}{}, err
	})
	return out, err
}

// capturedByDay is what was captured and booked on each business day.
func capturedByDay(ctx context.Context, q db.Q, project id.ID) (map[clock.Date]money.Fen, error) {
	// Days of Asia/Shanghai, UTC+8, counted from 1970.
	rows, err := q.Query(ctx, `SELECT day, days, CAST(SUM(amount) AS BIGINT) FROM (SELECT day, CASE WHEN day = 0 THEN (at + 28800000000) / 86400000000 ELSE 0 END AS days, amount
		FROM payment_capture WHERE project_id = ? AND receipt_id <> 0) AS c GROUP BY day, days`, project)
	out := map[clock.Date]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var day clock.Date
		var days int
		var sum money.Fen
		err := row.Scan(&day, &days, &sum)
		if day == 0 {
			day = clock.Date(19700101).AddDays(days)
		}
		out[day] += sum
		return struct{}{}, err
	})
	return out, err
}

func docsOfMerchants(ctx context.Context, q db.Q, project id.ID) ([]MerchantDoc, error) {
	rows, err := q.Query(ctx, `SELECT receipt_id, merchant, amount FROM payment_capture WHERE project_id = ? AND receipt_id <> 0
		UNION ALL SELECT receipt_id, merchant, -amount FROM payment_refund WHERE project_id = ? AND state = 'done' AND receipt_id <> 0`, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (MerchantDoc, error) {
		var d MerchantDoc
		err := row.Scan(&d.Doc, &d.Merchant, &d.Amount)
		return d, err
	})
}

func merchantsInUse(ctx context.Context, q db.Q) ([]InUse, error) {
	rows, err := q.Query(ctx, `SELECT m.project_id, m.channel, m.account, COALESCE((SELECT o.created_at FROM payment_order o
			WHERE o.project_id = m.project_id AND o.channel = m.channel AND o.merchant = m.account ORDER BY o.id LIMIT 1), 0)
		FROM (SELECT project_id, channel, id, `+account+` AS account FROM payment_merchant) m ORDER BY m.project_id, m.channel, m.id`)
	list, err := db.Collect(rows, err, func(row db.Scanner) (InUse, error) {
		var u InUse
		var first int64
		err := row.Scan(&u.Project, &u.Channel, &u.Merchant, &first)
		if first != 0 {
			u.First = db.Micro(first)
		}
		return u, err
	})
	out := list[:0]
	for _, u := range list {
		if !u.First.IsZero() {
			out = append(out, u)
		}
	}
	return out, err
}

func sharers(ctx context.Context, q db.Q, channel, merchant string) ([]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT project_id FROM payment_merchant WHERE channel = ? AND "+account+" = ? ORDER BY project_id", channel, merchant)
	return db.Collect(rows, err, func(row db.Scanner) (id.ID, error) {
		var p id.ID
		err := row.Scan(&p)
		return p, err
	})
}
