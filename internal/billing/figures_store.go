package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const visible = ` FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
	WHERE c.project_id = ? AND c.live = 1 AND c.hold = 0 AND r.state = 'released'`

// back is Charge.Back.
const back = "(CASE WHEN c.returned < c.paid - c.waived THEN c.returned ELSE c.paid - c.waived END)"

// some is the condition that a charge is of one of the rooms; nil is all.
func some(among []id.ID, args []any) (string, []any) {
	if among == nil {
		return "", args
	}
	return " AND c.subject_id IN (" + db.In(len(among)) + ")", withIDs(args, among)
}

func (c *Collection) add(ctx context.Context, q db.Q, project id.ID, month clock.Month, among []id.ID) error {
	limit, args := some(among, []any{project, month})
	var part Collection
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(due), 0) AS BIGINT), CAST(COALESCE(SUM(paid), 0) AS BIGINT),
			COUNT(*) FILTER (WHERE due > 0), COUNT(*) FILTER (WHERE due > 0 AND paid = due)
		FROM (SELECT c.subject_id, SUM(c.amount - c.waived - `+back+`) AS due, SUM(c.paid - c.waived - `+back+`) AS paid`+visible+
		` AND c.source_kind <> 2 AND c.month = ?`+limit+` GROUP BY c.subject_id) per_room`, args...).Scan(&part.Due, &part.Paid, &part.Rooms, &part.PaidRooms)
	c.Due, c.Paid, c.Rooms, c.PaidRooms = c.Due+part.Due, c.Paid+part.Paid, c.Rooms+part.Rooms, c.PaidRooms+part.PaidRooms
	return err
}

// lessOpen takes what is open of each month off what is paid. It reads nothing
// but the index of open charges.
func lessOpen(ctx context.Context, q db.Q, project id.ID, list []Collection) error {
	inner, outer, months := "", "", ""
	var each, in []any
	sums, rooms := make([]money.Fen, len(list)), make([]int, len(list))
	into := make([]any, 0, 2*len(list))
	for i, c := range list {
		inner += fmt.Sprintf(", SUM(CASE WHEN c.month = ? THEN c.amount - c.paid ELSE 0 END) AS m%d", i)
		outer += fmt.Sprintf(", CAST(COALESCE(SUM(m%d), 0) AS BIGINT), COUNT(*) FILTER (WHERE m%d > 0)", i, i)
		months += ", ?"
		each, in, into = append(each, c.Month), append(in, c.Month), append(into, &sums[i], &rooms[i])
	}
	if len(list) == 0 {
		return nil
	}
	err := q.QueryRow(ctx, "SELECT "+outer[2:]+" FROM (SELECT c.subject_id"+inner+visible+" AND r.kind <> 'late' AND c.amount > c.paid AND c.month IN ("+months[2:]+
		") GROUP BY c.subject_id) per_room", append(append(each, project), in...)...).Scan(into...)
	for i := range list {
		// What was released between the two readings is open and not yet charged.
		list[i].Paid, list[i].PaidRooms = max(list[i].Paid-sums[i], 0), max(list[i].PaidRooms-rooms[i], 0)
	}
	return err
}

func readChargeState(ctx context.Context, q db.Q, project id.ID) (c chargeState, err error) {
	err = q.QueryRow(ctx, `SELECT COUNT(*), COUNT(*) FILTER (WHERE state = 'released'), CAST(COALESCE(SUM(version), 0) AS BIGINT), CAST(COALESCE(SUM(held_lines), 0) AS BIGINT),
			CAST(COALESCE(SUM(dropped_lines), 0) AS BIGINT), CAST(COALESCE(SUM(amount), 0) AS BIGINT), COALESCE(MAX(id), 0), COALESCE(MAX(released_at), 0), COALESCE(MAX(withdrawn_at), 0)
		FROM billing_run WHERE project_id = ?`, project).
		Scan(&c.runs, &c.released, &c.versions, &c.held, &c.dropped, &c.amount, &c.newest, &c.releasedAt, &c.withdrawnAt)
	if err == nil {
		err = q.QueryRow(ctx, `SELECT (SELECT CAST(COALESCE(SUM(waived), 0) AS BIGINT) FROM billing_charge WHERE project_id = ? AND waived > 0),
			(SELECT CAST(COALESCE(SUM(`+back+`), 0) AS BIGINT) FROM billing_charge c WHERE project_id = ? AND returned > 0)`, project, project).Scan(&c.waived, &c.back)
	}
	return c, err
}

// add reads the open charges once, room by room as their index has them.
func (a *Ageing) add(ctx context.Context, q db.Q, project id.ID, among []id.ID) error {
	list := ages()
	inner, outer := "SELECT c.subject_id", "SELECT CAST(COALESCE(SUM(a0), 0) AS BIGINT), COUNT(*) FILTER (WHERE a0 > 0), CAST(COALESCE(SUM(late), 0) AS BIGINT), COUNT(*) FILTER (WHERE late > 0)"
	inner += ", SUM(CASE WHEN c.due_date >= ? THEN c.amount - c.paid ELSE 0 END) AS a0, SUM(CASE WHEN c.due_date < ? THEN c.amount - c.paid ELSE 0 END) AS late"
	args := []any{a.On, a.On}
	var sum, late money.Fen
	var rooms, lateRooms int
	into := []any{&sum, &rooms, &late, &lateRooms}
	part := make([]AgeBucket, len(list))
	for i, x := range list {
		// Overdue for at least n days: due n or more days before the day asked for.
		bounds := "c.due_date <= ?"
		args = append(args, a.On.AddDays(-x.from))
		if i+1 < len(list) {
			bounds, args = bounds+" AND c.due_date > ?", append(args, a.On.AddDays(-list[i+1].from))
		}
		inner += fmt.Sprintf(", SUM(CASE WHEN %s THEN c.amount - c.paid ELSE 0 END) AS b%d", bounds, i)
		outer += fmt.Sprintf(", CAST(COALESCE(SUM(b%d), 0) AS BIGINT), COUNT(*) FILTER (WHERE b%d > 0)", i, i)
		into = append(into, &part[i].Amount, &part[i].Rooms)
	}
	limit, args := some(among, append(args, project))
	err := q.QueryRow(ctx, outer+" FROM ("+inner+visible+" AND c.amount > c.paid"+limit+" GROUP BY c.subject_id) per_room", args...).Scan(into...)
	if err != nil {
		return err
	}
	a.NotDue.Amount, a.NotDue.Rooms = a.NotDue.Amount+sum, a.NotDue.Rooms+rooms
	a.Overdue, a.OverdueRooms = a.Overdue+late, a.OverdueRooms+lateRooms
	for i := range part {
		a.Buckets[i].Amount, a.Buckets[i].Rooms = a.Buckets[i].Amount+part[i].Amount, a.Buckets[i].Rooms+part[i].Rooms
	}
	return nil
}
