package billing

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func owedByRoom(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, today clock.Date, out map[id.ID]Owed) error {
	args := withIDs([]any{today, today, today, project}, rooms)
	rows, err := q.Query(ctx, `SELECT c.subject_id, CAST(SUM(c.amount - c.paid) AS BIGINT),
			CAST(COALESCE(SUM(c.amount - c.paid) FILTER (WHERE c.due_date < ?), 0) AS BIGINT),
			COUNT(DISTINCT c.month) FILTER (WHERE c.due_date < ?), COALESCE(MIN(c.due_date) FILTER (WHERE c.due_date < ?), 0)`+visible+
		" AND c.amount > c.paid AND c.subject_id IN ("+db.In(len(rooms))+") GROUP BY c.subject_id", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var room id.ID
		var o Owed
		if err := rows.Scan(&room, &o.Owed, &o.Overdue, &o.Months, &o.Oldest); err != nil {
			return err
		}
		out[room] = o
	}
	return rows.Err()
}

// lateOn is what is late before a day, of some rooms or, with nil, of all.
func lateOn(project id.ID, among []id.ID, before clock.Date) (from string, args []any) {
	from, args = visible+" AND c.amount > c.paid AND c.due_date < ?", []any{project, before}
	if among = among[:min(len(among), maxRooms)]; len(among) > 0 {
		return from + " AND c.subject_id IN (" + db.In(len(among)) + ")", withIDs(args, among)
	} else if among != nil {
		from += " AND 1 = 0"
	}
	return from, args
}

func overdueRooms(ctx context.Context, q db.Q, project id.ID, among []id.ID, before clock.Date, below money.Fen, room id.ID, limit int) ([]RoomArrears, error) {
	from, args := lateOn(project, among, before)
	where := ""
	if room != 0 {
		where, args = " WHERE (owed, subject_id) < (?, ?)", append(args, below, room)
	}
	rows, err := q.Query(ctx, `SELECT subject_id, owed, oldest, n FROM (
			SELECT c.subject_id, CAST(SUM(c.amount - c.paid) AS BIGINT) AS owed, MIN(c.due_date) AS oldest, COUNT(*) AS n`+from+` GROUP BY c.subject_id
		) late`+where+" ORDER BY owed DESC, subject_id DESC LIMIT ?", append(args, limit)...)
	return db.Collect(rows, err, func(row db.Scanner) (RoomArrears, error) {
		var o RoomArrears
		err := row.Scan(&o.Room, &o.Amount, &o.Oldest, &o.Count)
		return o, err
	})
}

func sumOverdue(ctx context.Context, q db.Q, project id.ID, among []id.ID, before clock.Date) (sum OverdueSum, err error) {
	from, args := lateOn(project, among, before)
	err = q.QueryRow(ctx, "SELECT COUNT(DISTINCT c.subject_id), CAST(COALESCE(SUM(c.amount - c.paid), 0) AS BIGINT)"+from, args...).Scan(&sum.Rooms, &sum.Amount)
	return sum, err
}
