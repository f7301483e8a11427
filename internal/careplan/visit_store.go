package careplan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const visitColumns = "id, plan_id, subject_id, room_id, building_id, day, result, note, newest, follow, by_id, by_name, at, withdrawn_at, reason"

func scanVisit(row db.Scanner) (Visit, error) {
	var v Visit
	var newest, follow, at, withdrawn int64
	err := row.Scan(&v.ID, &v.Plan, &v.Subject, &v.Room, &v.Building, &v.Day, &v.Result, &v.Note, &newest, &follow, &v.By, &v.ByName, &at, &withdrawn, &v.Reason)
	v.Newest, v.Follow, v.At, v.Withdrawn = newest == 1, follow == 1, db.Micro(at), db.Micro(withdrawn)
	return v, err
}

func insertVisit(ctx context.Context, tx *db.Tx, project id.ID, v *Visit) error {
	_, err := tx.Exec(ctx, "INSERT INTO careplan_visit (project_id, "+visitColumns+") VALUES ("+db.In(16)+")",
		project, v.ID, v.Plan, v.Subject, v.Room, v.Building, v.Day, string(v.Result), v.Note, 0, 0, v.By, v.ByName, v.At, 0, "")
	if err != nil {
		return fmt.Errorf("insert visit: %w", err)
	}
	return nil
}

func withdrawVisit(ctx context.Context, tx *db.Tx, project id.ID, v *Visit) error {
	if _, err := tx.Exec(ctx, "UPDATE careplan_visit SET withdrawn_at = ?, reason = ? WHERE project_id = ? AND id = ?", v.Withdrawn, v.Reason, project, v.ID); err != nil {
		return fmt.Errorf("withdraw visit: %w", err)
	}
	return nil
}

// settle says which visit of somebody is the newest now, and whether it leaves
// something to follow up; the plan is locked.
func settle(ctx context.Context, tx *db.Tx, project, plan, subject id.ID) error {
	const of = " WHERE project_id = ? AND plan_id = ? AND subject_id = ?"
	if _, err := tx.Exec(ctx, "UPDATE careplan_visit SET newest = 0, follow = 0"+of+" AND newest = 1", project, plan, subject); err != nil {
		return fmt.Errorf("settle visits: %w", err)
	}
	const last = "(SELECT id FROM careplan_visit" + of + " AND withdrawn_at = 0 ORDER BY day DESC, id DESC LIMIT 1)"
	const told = "COALESCE((SELECT CASE result WHEN 'follow' THEN 1 ELSE 0 END FROM careplan_visit" + of + " AND withdrawn_at = 0 AND result <> 'missed' ORDER BY day DESC, id DESC LIMIT 1), 0)"
	if _, err := tx.Exec(ctx, "UPDATE careplan_visit SET newest = 1, follow = "+told+" WHERE project_id = ? AND id = "+last,
		project, plan, subject, project, project, plan, subject); err != nil {
		return fmt.Errorf("settle visits: %w", err)
	}
	return nil
}

func oneVisit(ctx context.Context, q db.Q, project, visit id.ID) (Visit, error) {
	v, err := scanVisit(q.QueryRow(ctx, "SELECT "+visitColumns+" FROM careplan_visit WHERE project_id = ? AND id = ?", project, visit))
	if errors.Is(err, sql.ErrNoRows) {
		return v, fault.ErrNotFound
	}
	if err != nil {
		return v, fmt.Errorf("read visit: %w", err)
	}
	return v, nil
}

// newestVisits are the newest visits of subjects, one for each plan.
func newestVisits(ctx context.Context, q db.Q, project id.ID, subjects []id.ID) ([]Visit, error) {
	among, args := db.Among("subject_id", subjects)
	rows, err := q.Query(ctx, "SELECT "+visitColumns+" FROM careplan_visit WHERE project_id = ? AND newest = 1 AND "+among, append([]any{project}, args...)...)
	out, err := db.Collect(rows, err, scanVisit)
	if err != nil {
		return nil, fmt.Errorf("read newest visits: %w", err)
	}
	return out, nil
}

// newestDays are the newest visits of plans, with nothing but what decides when
// the next one is due.
func newestDays(ctx context.Context, q db.Q, project id.ID, plans []id.ID) ([]Visit, error) {
	among, args := db.Among("plan_id", plans)
	rows, err := q.Query(ctx, "SELECT plan_id, subject_id, day, result, follow FROM careplan_visit WHERE project_id = ? AND newest = 1 AND "+among, append([]any{project}, args...)...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (v Visit, err error) {
		var follow int64
		err = row.Scan(&v.Plan, &v.Subject, &v.Day, &v.Result, &follow)
		v.Follow = follow == 1
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("read days of newest visits: %w", err)
	}
	return out, nil
}

// where are the conditions of a filter.
func (f *VisitFilter) where(project id.ID) (string, []any) {
	where, args := "project_id = ?", []any{project}
	add := func(text string, values ...any) { where, args = where+" AND "+text, append(args, values...) }
	for _, x := range []struct {
		column string
		value  id.ID
	}{{"plan_id", f.Plan}, {"subject_id", f.Subject}, {"room_id", f.Room}, {"by_id", f.By}} {
		if x.value != 0 {
			add(x.column+" = ?", x.value)
		}
	}
	switch f.Result {
	case "":
	case Withdrawn:
		add("withdrawn_at <> 0")
	default:
		add("withdrawn_at = 0 AND result = ?", string(f.Result))
	}
	if f.From != 0 {
		add("day >= ?", f.From)
	}
	if f.Until != 0 {
		add("day <= ?", f.Until)
	}
	if limit := narrowed(f.Within, f.Building); !limit.Whole() {
		among, values := db.Among("building_id", limit)
		add(among, values...)
	}
	if f.called != nil {
		text, values := "1 = 0", []any{}
		if n := len(f.called); n > 0 {
			text = "(subject_id, room_id) IN (VALUES " + strings.TrimSuffix(strings.Repeat("(CAST(? AS BIGINT), CAST(? AS BIGINT)), ", n), ", ") + ")"
			for _, x := range f.called {
				values = append(values, x.subject, x.room)
			}
		}
		add(text, values...)
	}
	return where, args
}

func listVisits(ctx context.Context, q db.Q, project id.ID, f *VisitFilter, day clock.Date, below id.ID) ([]Visit, error) {
	where, args := f.where(project)
	if below != 0 {
		where, args = where+" AND (day, id) < (?, ?)", append(args, day, below)
	}
	rows, err := q.Query(ctx, "SELECT "+visitColumns+" FROM careplan_visit WHERE "+where+" ORDER BY day DESC, id DESC LIMIT ?", append(args, f.Limit+1)...)
	out, err := db.Collect(rows, err, scanVisit)
	if err != nil {
		return nil, fmt.Errorf("list visits: %w", err)
	}
	return out, nil
}

func sumVisits(ctx context.Context, q db.Q, project id.ID, f *VisitFilter) (x VisitSum, err error) {
	where, args := f.where(project)
	err = q.QueryRow(ctx, `SELECT COUNT(*), COUNT(*) FILTER (WHERE withdrawn_at = 0 AND result = 'fine'), COUNT(*) FILTER (WHERE withdrawn_at = 0 AND result = 'follow'),
		COUNT(*) FILTER (WHERE withdrawn_at = 0 AND result = 'missed'), COUNT(*) FILTER (WHERE withdrawn_at <> 0) FROM careplan_visit WHERE `+where, args...).
		Scan(&x.Count, &x.Fine, &x.Follow, &x.Missed, &x.Withdrawn)
	if err != nil {
		return x, fmt.Errorf("sum visits: %w", err)
	}
	return x, nil
}

// visitedBy are who was visited where, of the visits that a filter leaves.
func visitedBy(ctx context.Context, q db.Q, project id.ID, f *VisitFilter) ([]visited, error) {
	where, args := f.where(project)
	rows, err := q.Query(ctx, "SELECT DISTINCT subject_id, room_id FROM careplan_visit WHERE "+where, args...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (x visited, err error) { return x, row.Scan(&x.subject, &x.room) })
	if err != nil {
		return nil, fmt.Errorf("read who was visited: %w", err)
	}
	return out, nil
}

// visitors are whoever recorded visits, each by the name of the newest one.
func visitors(ctx context.Context, q db.Q, project id.ID, limit actor.Buildings) ([]Visitor, error) {
	where, args := (&VisitFilter{Within: limit}).where(project)
	rows, err := q.Query(ctx, "SELECT by_id, by_name FROM careplan_visit WHERE project_id = ? AND id IN (SELECT MAX(id) FROM careplan_visit WHERE "+where+" GROUP BY by_id) ORDER BY by_name, by_id",
		append([]any{project}, args...)...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (x Visitor, err error) { return x, row.Scan(&x.ID, &x.Name) })
	if err != nil {
		return nil, fmt.Errorf("read who visited: %w", err)
	}
	return out, nil
}

// strayVisits are visits that say otherwise than the others of their subject.
func strayVisits(ctx context.Context, q db.Q, project id.ID) ([]id.ID, error) {
	rows, err := q.Query(ctx, `SELECT v.id FROM careplan_visit v WHERE v.project_id = ? AND (
		(v.newest = 1 AND v.withdrawn_at <> 0) OR v.follow > v.newest OR (v.withdrawn_at = 0 AND v.newest <> (CASE WHEN EXISTS (SELECT 1 FROM careplan_visit l
			WHERE l.project_id = v.project_id AND l.plan_id = v.plan_id AND l.subject_id = v.subject_id AND l.withdrawn_at = 0 AND (l.day, l.id) > (v.day, v.id)) THEN 0 ELSE 1 END)))
		ORDER BY v.id LIMIT 100`, project)
	out, err := db.Collect(rows, err, func(row db.Scanner) (x id.ID, err error) { return x, row.Scan(&x) })
	if err != nil {
		return nil, fmt.Errorf("check visits: %w", err)
	}
	return out, nil
}

// ForgetVisits takes the visits to somebody away.
func (s *Service) ForgetVisits(ctx context.Context, tx *db.Tx, project, person id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM careplan_visit WHERE project_id = ? AND subject_id = ?", project, person); err != nil {
		return fmt.Errorf("forget visits: %w", err)
	}
	return nil
}
