package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const correctionQuery = `SELECT c.id, c.kind, c.subject_id, COALESCE(r.label, p.name, ''), c.field, c.old_value, c.new_value, c.new_enc, c.asked_by,
	c.way, c.reason, c.state, c.note, c.created_by, c.created_name, c.created_at, c.decided_name, c.decided_at, c.version
	FROM estate_correction c
	LEFT JOIN estate_room r ON r.project_id = c.project_id AND r.id = c.subject_id AND c.kind = 'room'
	LEFT JOIN estate_person p ON p.project_id = c.project_id AND p.id = c.subject_id AND c.kind = 'person'
	WHERE c.project_id = ?`

func scanCorrection(row db.Scanner) (Correction, error) {
	var c Correction
	var at, decided int64
	err := row.Scan(&c.ID, &c.Kind, &c.Subject, &c.Label, &c.Field, &c.Old, &c.New, &c.sealed, &c.AskedBy, &c.Way, &c.Reason, &c.State,
		&c.Note, &c.ByID, &c.By, &at, &c.DecidedBy, &decided, &c.Version)
	c.At, c.DecidedAt = db.Micro(at), db.Micro(decided)
	return c, err
}

func insertCorrection(ctx context.Context, tx *db.Tx, project id.ID, c *Correction) error {
	_, err := tx.Exec(ctx, `INSERT INTO estate_correction (project_id, id, kind, subject_id, field, old_value, new_value, new_enc, asked_by, way,
		reason, state, note, created_by, created_name, created_at, decided_name, decided_at, version) VALUES (`+db.In(19)+")",
		project, c.ID, c.Kind, c.Subject, c.Field, c.Old, c.New, c.sealed, c.AskedBy, c.Way, c.Reason, c.State, "", c.ByID, c.By, c.At, "", 0, c.Version)
	if err != nil {
		return fmt.Errorf("insert correction: %w", err)
	}
	return nil
}

func updateCorrection(ctx context.Context, tx *db.Tx, project id.ID, c *Correction) error {
	_, err := tx.Exec(ctx, `UPDATE estate_correction SET state = ?, note = ?, decided_name = ?, decided_at = ?, version = ?
		WHERE project_id = ? AND id = ?`, c.State, c.Note, c.DecidedBy, c.DecidedAt, c.Version, project, c.ID)
	if err != nil {
		return fmt.Errorf("update correction: %w", err)
	}
	return nil
}

func lockCorrection(ctx context.Context, tx *db.Tx, project, correction id.ID) (Correction, error) {
	if err := tx.Lock(ctx, "SELECT id FROM estate_correction WHERE project_id = ? AND id = ?", project, correction); err != nil {
		return Correction{}, err
	}
	c, err := scanCorrection(tx.QueryRow(ctx, correctionQuery+" AND c.id = ?", project, correction))
	return found(c, err, "read correction", fault.ErrNotFound)
}

func listCorrections(ctx context.Context, q db.Q, project id.ID, f CorrectionFilter) (page.List[Correction], error) {
	var last id.ID
	query, args := correctionQuery, []any{project}
	if ok, err := page.Decode(f.Cursor, &last); err != nil {
		return page.List[Correction]{}, err
	} else if ok {
		query, args = query+" AND c.id < ?", append(args, last)
	}
	if f.State != "" {
		query, args = query+" AND c.state = ?", append(args, f.State)
	}
	if f.Kind != "" {
		query, args = query+" AND c.kind = ?", append(args, f.Kind)
	}
	if f.Subject != 0 {
		query, args = query+" AND c.subject_id = ?", append(args, f.Subject)
	}
	if !f.Within.Whole() {
		rooms, buildings := inBuildings("r.building_id", f.Within)
		people, _ := inBuildings("h.building_id", f.Within)
		query += " AND (c.kind = 'room'" + rooms + ` OR c.kind = 'person' AND EXISTS (SELECT 1 FROM estate_occupant o
			JOIN estate_room h ON h.project_id = o.project_id AND h.id = o.room_id
			WHERE o.project_id = c.project_id AND o.person_id = c.subject_id AND o.until = 0` + people + "))"
		args = append(append(args, buildings...), buildings...)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	rows, err := q.Query(ctx, query+" ORDER BY c.id DESC LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanCorrection)
	if err != nil {
		return page.List[Correction]{}, fmt.Errorf("list corrections: %w", err)
	}
	return page.Cut(list, f.Limit, func(c Correction) []any { return []any{c.ID} }), nil
}
