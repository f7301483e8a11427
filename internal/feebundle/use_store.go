package feebundle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/tariff"
)

const useColumns = `id, bundle_id, scope, scope_id, scope_kind, rule, from_date, until_date, rooms, state, given_name, given_at,
	undone_name, undone_at, reason, kept, version`

func scanUse(row db.Scanner) (Use, error) {
	var u Use
	var rule, state string
	var at, undone int64
	a := &u.Place.Assignment
	err := row.Scan(&u.ID, &u.Bundle, &a.Scope, &a.Target, &a.Kind, &rule, &a.From, &a.Until, &u.Reached, &state, &u.By, &at,
		&u.Undone.By, &undone, &u.Undone.Reason, &u.Undone.Kept, &u.Version)
	if err != nil {
		return u, err
	}
	u.Given, u.At, u.Undone.At = state == "given", db.Micro(at), db.Micro(undone)
	a.Rule, err = tariff.DecodeRule(rule)
	return u, err
}

func (u *Use) state() string {
	if u.Given {
		return "given"
	}
	return "undone"
}

func insertUse(ctx context.Context, tx *db.Tx, project id.ID, u *Use) error {
	a := &u.Place.Assignment
	rule, err := tariff.EncodeRule(a.Rule)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO feebundle_use (project_id, "+useColumns+") VALUES ("+db.In(18)+")", project, u.ID, u.Bundle, a.Scope, a.Target, a.Kind, rule,
		a.From, a.Until, u.Reached, u.state(), u.By, u.At, "", 0, "", 0, u.Version)
	if err != nil {
		return fmt.Errorf("insert use of bundle: %w", err)
	}
	rooms := u.Place.Rooms
	err = tx.Copy(ctx, "feebundle_room", []string{"project_id", "use_id", "room_id"}, len(rooms), func(i int, dst []any) error {
		dst[0], dst[1], dst[2] = int64(project), int64(u.ID), int64(rooms[i])
		return nil
	})
	if err != nil {
		return fmt.Errorf("insert rooms of bundle: %w", err)
	}
	return nil
}

func updateUse(ctx context.Context, tx *db.Tx, project id.ID, u *Use) error {
	_, err := tx.Exec(ctx, "UPDATE feebundle_use SET state = ?, undone_name = ?, undone_at = ?, reason = ?, kept = ?, version = ? WHERE project_id = ? AND id = ?",
		u.state(), u.Undone.By, u.Undone.At, u.Undone.Reason, u.Undone.Kept, u.Version, project, u.ID)
	if err != nil {
		return fmt.Errorf("update use of bundle: %w", err)
	}
	return nil
}

// keepEffect writes what a use did about an item, in place of what it could not
// do before.
func keepEffect(ctx context.Context, tx *db.Tx, project, use id.ID, no int, e *Effect) error {
	if _, err := tx.Exec(ctx, "DELETE FROM feebundle_effect WHERE project_id = ? AND use_id = ? AND item_id = ?", project, use, e.Item); err != nil {
		return fmt.Errorf("keep effect of bundle: %w", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO feebundle_effect (project_id, use_id, item_id, no, verdict, from_date, quantity, amount, gains, had, spared)
		VALUES (`+db.In(11)+")", project, use, e.Item, no, e.Verdict, e.Day, e.Quantity, e.Amount, e.Gains, e.Had, e.Spared)
	if err != nil {
		return fmt.Errorf("keep effect of bundle: %w", err)
	}
	return nil
}

func insertMade(ctx context.Context, tx *db.Tx, project, use id.ID, m *part) error {
	_, err := tx.Exec(ctx, "INSERT INTO feebundle_made (project_id, use_id, item_id, room_id, assignment_id, charge_id, amount) VALUES ("+db.In(7)+")",
		project, use, m.Item, m.Room, m.Assignment, m.Charge, m.Amount)
	if err != nil {
		return fmt.Errorf("insert what a bundle made: %w", err)
	}
	return nil
}

// madeBy is what a use made, in the order of locks.
func madeBy(ctx context.Context, q db.Q, project, use id.ID) ([]part, error) {
	rows, err := q.Query(ctx, `SELECT item_id, room_id, assignment_id, charge_id, amount FROM feebundle_made WHERE project_id = ? AND use_id = ?
		ORDER BY assignment_id, charge_id`, project, use)
	out, err := db.Collect(rows, err, func(r db.Scanner) (part, error) {
		var m part
		return m, r.Scan(&m.Item, &m.Room, &m.Assignment, &m.Charge, &m.Amount)
	})
	if err != nil {
		return nil, fmt.Errorf("list what a bundle made: %w", err)
	}
	return out, nil
}

// allMade is what the uses of a project made, whatever became of them.
func allMade(ctx context.Context, q db.Q, project id.ID) ([]part, error) {
	rows, err := q.Query(ctx, "SELECT item_id, room_id, assignment_id, charge_id, amount FROM feebundle_made WHERE project_id = ? ORDER BY use_id, item_id, room_id", project)
	out, err := db.Collect(rows, err, func(r db.Scanner) (part, error) {
		var m part
		return m, r.Scan(&m.Item, &m.Room, &m.Assignment, &m.Charge, &m.Amount)
	})
	if err != nil {
		return nil, fmt.Errorf("list what bundles made: %w", err)
	}
	return out, nil
}

// brokenUses are uses that gave something and made nothing of it, and those
// that were undone without a word.
func brokenUses(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT u.id, e.item_id FROM feebundle_use u JOIN feebundle_effect e ON e.project_id = u.project_id AND e.use_id = u.id
		WHERE u.project_id = ? AND e.verdict = 'give' AND NOT EXISTS (SELECT 1 FROM feebundle_made m
			WHERE m.project_id = u.project_id AND m.use_id = u.id AND m.item_id = e.item_id) ORDER BY u.id, e.item_id LIMIT ?`, project, maxNamed)
	return db.Collect(rows, err, func(r db.Scanner) (string, error) {
		var use, item id.ID
		err := r.Scan(&use, &item)
		return fmt.Sprintf("给出的套餐 %s 说加了费用项目 %s，却没有收费范围，也没有应收", use, item), err
	})
}

// chargedOnce are the rooms that owe items by a use that was not undone.
func chargedOnce(ctx context.Context, q db.Q, project id.ID, items []id.ID) (map[owed]bool, error) {
	out := map[owed]bool{}
	if len(items) == 0 {
		return out, nil
	}
	among, args := db.Among("m.item_id", items)
	rows, err := q.Query(ctx, `SELECT m.item_id, m.room_id FROM feebundle_made m JOIN feebundle_use u ON u.project_id = m.project_id AND u.id = m.use_id
		WHERE m.project_id = ? AND m.charge_id <> 0 AND u.state = 'given' AND `+among, append([]any{project}, args...)...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (owed, error) {
		var o owed
		return o, r.Scan(&o.item, &o.room)
	})
	if err != nil {
		return nil, fmt.Errorf("list what bundles charged once: %w", err)
	}
	for _, o := range list {
		out[o] = true
	}
	return out, nil
}

func oneUse(ctx context.Context, q db.Q, project, use id.ID) (Use, error) {
	u, err := scanUse(q.QueryRow(ctx, "SELECT "+useColumns+" FROM feebundle_use WHERE project_id = ? AND id = ?", project, use))
	if errors.Is(err, sql.ErrNoRows) {
		return u, fault.ErrNotFound
	}
	if err != nil {
		return u, fmt.Errorf("read use of bundle: %w", err)
	}
	list := []Use{u}
	err = complete(ctx, q, project, list)
	return list[0], err
}

func lockUse(ctx context.Context, tx *db.Tx, project, use id.ID) (Use, error) {
	if err := tx.Lock(ctx, "SELECT id FROM feebundle_use WHERE project_id = ? AND id = ?", project, use); err != nil {
		return Use{}, err
	}
	return oneUse(ctx, tx, project, use)
}

func listUses(ctx context.Context, q db.Q, project, bundle, before id.ID, limit int) ([]Use, error) {
	where, args := "project_id = ? AND bundle_id = ?", []any{project, bundle}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+useColumns+" FROM feebundle_use WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, limit+1)...)
	out, err := db.Collect(rows, err, scanUse)
	if err != nil {
		return nil, fmt.Errorf("list uses of bundle: %w", err)
	}
	return out, complete(ctx, q, project, out)
}

// usesAt are the uses that are not undone nor over, without those of other
// chosen rooms, newest first.
func usesAt(ctx context.Context, q db.Q, project, room id.ID, day clock.Date) ([]Use, error) {
	rows, err := q.Query(ctx, "SELECT "+useColumns+` FROM feebundle_use u WHERE project_id = ? AND state = 'given' AND (until_date = 0 OR until_date >= ?)
		AND (scope <> 'room' OR EXISTS (SELECT 1 FROM feebundle_room r WHERE r.project_id = u.project_id AND r.use_id = u.id AND r.room_id = ?)) ORDER BY id DESC`, project, day, room)
	out, err := db.Collect(rows, err, scanUse)
	if err != nil {
		return nil, fmt.Errorf("list uses of room: %w", err)
	}
	return out, complete(ctx, q, project, out)
}

// complete reads the chosen rooms and the effects of uses.
func complete(ctx context.Context, q db.Q, project id.ID, list []Use) error {
	at, ids := map[id.ID]*Use{}, make([]id.ID, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	among, args := db.Among("use_id", ids)
	args = append([]any{project}, args...)
	rows, err := q.Query(ctx, "SELECT use_id, room_id FROM feebundle_room WHERE project_id = ? AND "+among+" ORDER BY use_id, room_id", args...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var use, room id.ID
		err := r.Scan(&use, &room)
		if u := at[use]; err == nil {
			u.Place.Rooms = append(u.Place.Rooms, room)
		}
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("list rooms of bundle: %w", err)
	}
	rows, err = q.Query(ctx, `SELECT use_id, item_id, verdict, from_date, quantity, amount, gains, had, spared FROM feebundle_effect
		WHERE project_id = ? AND `+among+" ORDER BY use_id, from_date, no", args...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var use id.ID
		var e Effect
		err := r.Scan(&use, &e.Item, &e.Verdict, &e.Day, &e.Quantity, &e.Amount, &e.Gains, &e.Had, &e.Spared)
		if u := at[use]; err == nil {
			u.Effects = append(u.Effects, e)
		}
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("list effects of bundle: %w", err)
	}
	return nil
}
