package billing

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func overdueRooms(ctx context.Context, q db.Q, project id.ID, among []id.ID, before clock.Date, below money.Fen, room id.ID, limit int) ([]RoomArrears, error) {
	where, inside, args := "", "", []any{project, before}
	if among != nil && len(among) == 0 {
		return nil, nil
	}
	if among = among[:min(len(among), maxRooms)]; len(among) > 0 {
		inside, args = " AND c.subject_id IN ("+db.In(len(among))+")", withIDs(args, among)
	}
	if room != 0 {
		where, args = " WHERE (owed, subject_id) < (?, ?)", append(args, below, room)
	}
	rows, err := q.Query(ctx, `SELECT subject_id, owed, oldest, n FROM (
			SELECT c.subject_id, CAST(SUM(c.amount - c.paid) AS BIGINT) AS owed, MIN(c.due_date) AS oldest, COUNT(*) AS n`+visible+`
				AND c.amount > c.paid AND c.due_date < ?`+inside+` GROUP BY c.subject_id
		) late`+where+" ORDER BY owed DESC, subject_id DESC LIMIT ?", append(args, limit)...)
	return db.Collect(rows, err, func(row db.Scanner) (RoomArrears, error) {
		var o RoomArrears
		err := row.Scan(&o.Room, &o.Amount, &o.Oldest, &o.Count)
		return o, err
	})
}

func sumOverdue(ctx context.Context, q db.Q, project id.ID, among []id.ID, before clock.Date) (OverdueSum, error) {
	var sum OverdueSum
	inside, args := "", []any{project, before}
	if among != nil && len(among) == 0 {
		return sum, nil
	}
	if among = among[:min(len(among), maxRooms)]; len(among) > 0 {
		inside, args = " AND c.subject_id IN ("+db.In(len(among))+")", withIDs(args, among)
	}
	err := q.QueryRow(ctx, "SELECT COUNT(DISTINCT c.subject_id), CAST(COALESCE(SUM(c.amount - c.paid), 0) AS BIGINT)"+visible+
		" AND c.amount > c.paid AND c.due_date < ?"+inside, args...).Scan(&sum.Rooms, &sum.Amount)
	return sum, err
}
