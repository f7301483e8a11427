package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// digest is what the sealed entry of a batch says of its parts.
type digest struct {
	Batch id.ID  `json:"batch"`
	Count int    `json:"count"`
	Sum   string `json:"sha256"`
}

// digestOf reads the digest in an entry, if it has one.
func digestOf(r *Row) (digest, bool) {
	if !strings.Contains(r.After, `"records":{"batch":`) {
		return digest{}, false
	}
	var after struct {
		Records *digest `json:"records"`
	}
	if json.Unmarshal([]byte(r.After), &after) != nil || after.Records == nil || after.Records.Batch == 0 {
		return digest{}, false
	}
	return *after.Records, true
}

// copyParts writes parts whose numbers follow after.
func copyParts(ctx context.Context, tx *db.Tx, project, batch id.ID, after int, list []part) error {
	columns := []string{"project_id", "batch_id", "no", "subject_id", "kind", "record_id", "note", "before", "after"}
	err := tx.Copy(ctx, "audit_part", columns, len(list), func(i int, dst []any) error {
		p := &list[i]
		copy(dst, []any{int64(project), int64(batch), int64(after + i + 1), int64(p.Subject), p.Kind, int64(p.Record), p.Note, p.before, p.after})
		return nil
	})
	if err != nil {
		return fmt.Errorf("write parts: %w", err)
	}
	return nil
}

// placeBatches tells where in the chain the entries of batches stand.
func placeBatches(ctx context.Context, tx *db.Tx, rows []*Row) error {
	for _, r := range rows {
		if r.batch == nil {
			continue
		}
		if _, err := tx.Exec(ctx, "INSERT INTO audit_batch (project_id, id, seq, words) VALUES (?, ?, ?, ?)", r.Project, r.batch.id, r.Seq, r.batch.words); err != nil {
			return fmt.Errorf("place batch: %w", err)
		}
	}
	return nil
}

// oneBatch is where the entry of a batch stands; 0 when it is not there.
func oneBatch(ctx context.Context, q db.Q, project, batch id.ID) (seq int64, words string, err error) {
	err = q.QueryRow(ctx, "SELECT seq, words FROM audit_batch WHERE project_id = ? AND id = ?", project, batch).Scan(&seq, &words)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", nil
	}
	return seq, words, err
}

// eachPart walks the parts of a batch in their order.
func eachPart(ctx context.Context, q db.Q, project, batch id.ID, f func(*part) error) error {
	rows, err := q.Query(ctx, "SELECT subject_id, kind, record_id, note, before, after FROM audit_part WHERE project_id = ? AND batch_id = ? ORDER BY no", project, batch)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p part
		if err := rows.Scan(&p.Subject, &p.Kind, &p.Record, &p.Note, &p.before, &p.after); err != nil {
			return err
		}
		if err := f(&p); err != nil {
			return err
		}
	}
	return rows.Err()
}

// historyRows are the entries about a record after a place, going back in time.
func historyRows(ctx context.Context, q db.Q, project id.ID, about About, from place, limit int) ([]Row, error) {
	where, args := conditions(project, Filter{Person: about.Person}, from)
	if len(about.Subjects) > 0 {
		where = append(where, "subject_id <> 0 AND subject_id IN ("+db.In(len(about.Subjects))+")")
		args = append(args, idArgs(about.Subjects)...)
	}
	if about.Room != "" {
		acts := []string{`action LIKE ? ESCAPE '\'`}
		args = append(args, db.Like(about.Room)+".%")
		for _, a := range about.Acts {
			acts, args = append(acts, "action = ?"), append(args, a)
		}
		where = append(where, "("+strings.Join(acts, " OR ")+")")
	}
	if len(about.Kinds) > 0 {
		where = append(where, "kind IN ("+db.In(len(about.Kinds))+")")
		for _, k := range about.Kinds {
			args = append(args, k)
		}
	}
	rows, err := q.Query(ctx, "SELECT "+rowColumns+" FROM audit_entry WHERE "+strings.Join(where, " AND ")+" ORDER BY at DESC, seq DESC LIMIT ?", append(args, limit)...)
	return db.Collect(rows, err, scanRow)
}

// partRow is a part with the entry of its batch.
type partRow struct {
	Row
	no int64
}

// historyParts are the parts of batches about records after a place, going back
// in time.
func historyParts(ctx context.Context, q db.Q, project id.ID, subjects []id.ID, from place, no int64, limit int) ([]partRow, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	args := append([]any{project}, idArgs(subjects)...)
	after := ""
	if from != (place{}) {
		after, args = " AND (e.at, e.seq, p.no) < (?, ?, ?)", append(args, from.at, from.seq, no)
	}
	columns := "e." + strings.ReplaceAll(rowColumns, ", ", ", e.")
	rows, err := q.Query(ctx, "SELECT "+columns+`, b.words, p.no, p.kind, p.record_id, p.note, p.before, p.after FROM audit_part p
		JOIN audit_batch b ON b.project_id = p.project_id AND b.id = p.batch_id
		JOIN audit_entry e ON e.project_id = b.project_id AND e.seq = b.seq
		WHERE p.project_id = ? AND p.subject_id IN (`+db.In(len(subjects))+")"+after+" ORDER BY e.at DESC, e.seq DESC, p.no DESC LIMIT ?", append(args, limit)...)
	return db.Collect(rows, err, func(row db.Scanner) (partRow, error) {
		var out partRow
		var at int64
		var words, note string
		r := &out.Row
		err := row.Scan(&r.Project, &r.Seq, &at, &r.Account, &r.Name, &r.Session, &r.Address, &r.Action, &r.Kind, &r.Subject, &r.Person, &r.Summary, &r.Before, &r.After, &r.mac,
			&words, &out.no, &r.Kind, &r.Subject, &note, &r.Before, &r.After)
		if r.At, r.Summary = db.Micro(at), words; note != "" {
			r.Summary = words + "，" + note
		}
		return out, err
	})
}

func idArgs(ids []id.ID) []any {
	out := make([]any, len(ids))
	for i, x := range ids {
		out[i] = x
	}
	return out
}
