package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

const rowColumns = `project_id, seq, at, account_id, account_name, session, address, action, kind, subject_id, person_id, summary, before, after, mac`

// nextPlaces creates the project's head if need be, locks it and moves it on by
// n; seq is the first of the places, prev the seal before it.
func nextPlaces(ctx context.Context, tx *db.Tx, project id.ID, n int) (seq int64, prev []byte, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO audit_head (project_id, seq, mac) VALUES (?, ?, ?)
		ON CONFLICT (project_id) DO UPDATE SET seq = audit_head.seq + excluded.seq RETURNING seq, mac`, project, n, []byte{}).Scan(&seq, &prev)
	if err != nil {
		return 0, nil, fmt.Errorf("move head: %w", err)
	}
	return seq - int64(n) + 1, prev, nil
}

// rowsAtOnce bounds the placeholders of one statement.
const rowsAtOnce = 50

// appendRows writes rows that follow each other in one chain and seals its head.
func appendRows(ctx context.Context, tx *db.Tx, rows []*Row) error {
	one := "(" + db.In(15) + ")"
	for part := range slices.Chunk(rows, rowsAtOnce) {
		args := make([]any, 0, 15*len(part))
		for _, r := range part {
			args = append(args, r.Project, r.Seq, r.At, r.Account, r.Name, r.Session, r.Address, r.Action, r.Kind, r.Subject, r.Person,
				r.Summary, r.Before, r.After, r.mac)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO audit_entry ("+rowColumns+") VALUES "+one+strings.Repeat(", "+one, len(part)-1), args...); err != nil {
			return fmt.Errorf("append entries: %w", err)
		}
	}
	last := rows[len(rows)-1]
	if _, err := tx.Exec(ctx, "UPDATE audit_head SET mac = ? WHERE project_id = ?", last.mac, last.Project); err != nil {
		return fmt.Errorf("seal head: %w", err)
	}
	return nil
}

func scanRow(row db.Scanner) (Row, error) {
	var r Row
	var at int64
	err := row.Scan(&r.Project, &r.Seq, &at, &r.Account, &r.Name, &r.Session, &r.Address, &r.Action, &r.Kind, &r.Subject,
		&r.Person, &r.Summary, &r.Before, &r.After, &r.mac)
	r.At = db.Micro(at)
	return r, err
}

// conditions of a list; from is where it goes on, going back in time.
func conditions(project id.ID, f Filter, from place) (where []string, args []any) {
	where, args = []string{"project_id = ?"}, []any{project}
	add := func(on bool, cond string, v ...any) {
		if on {
			where, args = append(where, cond), append(args, v...)
		}
	}
	add(from != place{}, "(at, seq) < (?, ?)", from.at, from.seq)
	add(f.Account != 0, "account_id = ?", f.Account)
	add(f.Kind != "", "kind = ?", f.Kind)
	add(f.Action != "", "action = ?", f.Action)
	add(f.Subject != 0, "subject_id = ? AND subject_id <> 0", f.Subject)
	add(f.Person != 0, "person_id = ? AND person_id <> 0", f.Person)
	add(!f.Since.IsZero(), "at >= ?", f.Since)
	add(!f.Until.IsZero(), "at < ?", f.Until)
	return where, args
}

// listRows gives at most limit rows after from, end included, that hold every word.
func listRows(ctx context.Context, q db.Q, project id.ID, f Filter, words []string, from, end place, limit int) ([]Row, error) {
	where, args := conditions(project, f, from)
	if end != (place{}) {
		where, args = append(where, "(at, seq) >= (?, ?)"), append(args, end.at, end.seq)
	}
	for _, w := range words {
		like := "%" + db.Like(w) + "%"
		where = append(where, `(LOWER(summary) LIKE ? ESCAPE '\' OR LOWER(account_name) LIKE ? ESCAPE '\' OR address LIKE ? ESCAPE '\')`)
		args = append(args, like, like, like)
	}
	rows, err := q.Query(ctx, "SELECT "+rowColumns+" FROM audit_entry WHERE "+strings.Join(where, " AND ")+
		" ORDER BY at DESC, seq DESC LIMIT ?", append(args, limit)...)
	return db.Collect(rows, err, scanRow)
}

// placeAfter is the nth entry after from, the zero place if there are not so many.
func placeAfter(ctx context.Context, q db.Q, project id.ID, f Filter, from place, n int) (place, error) {
	where, args := conditions(project, f, from)
	var p place
	err := q.QueryRow(ctx, "SELECT at, seq FROM audit_entry WHERE "+strings.Join(where, " AND ")+
		" ORDER BY at DESC, seq DESC LIMIT 1 OFFSET ?", append(args, n-1)...).Scan(&p.at, &p.seq)
	if errors.Is(err, sql.ErrNoRows) {
		return place{}, nil
	}
	return p, err
}

// column is one that distinct values are read of.
type column string

const (
	byKind   column = "kind"
	byAction column = "action"
)

// distinct reads the values of an indexed column by going from one to the next.
func distinct(ctx context.Context, q db.Q, project id.ID, c column) ([]string, error) {
	out := []string{}
	for last := ""; len(out) < maxChoices; {
		err := q.QueryRow(ctx, "SELECT "+string(c)+" FROM audit_entry WHERE project_id = ? AND "+string(c)+" > ? ORDER BY "+string(c)+" LIMIT 1", project, last).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, last)
	}
	return out, nil
}

// doers reads who stands in the log, with the newest name.
func doers(ctx context.Context, q db.Q, project id.ID) ([]Doer, error) {
	out := []Doer{}
	for d := (Doer{}); len(out) < maxChoices; {
		err := q.QueryRow(ctx, "SELECT account_id FROM audit_entry WHERE project_id = ? AND account_id > ? ORDER BY account_id LIMIT 1", project, d.Account).Scan(&d.Account)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err == nil {
			err = q.QueryRow(ctx, "SELECT account_name FROM audit_entry WHERE project_id = ? AND account_id = ? ORDER BY at DESC, seq DESC LIMIT 1", project, d.Account).Scan(&d.Name)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// eachRow walks a chain from its beginning.
func eachRow(ctx context.Context, q db.Q, project id.ID, f func(*Row) error) error {
	rows, err := q.Query(ctx, "SELECT "+rowColumns+" FROM audit_entry WHERE project_id = ? ORDER BY seq", project)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRow(rows)
		if err != nil {
			return err
		}
		if err := f(&r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// head reads the end of a chain; a project without entries has seq 0.
func head(ctx context.Context, q db.Q, project id.ID) (seq int64, mac []byte, err error) {
	err = q.QueryRow(ctx, "SELECT seq, mac FROM audit_head WHERE project_id = ?", project).Scan(&seq, &mac)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	return seq, mac, err
}

// chains lists every project that has a head or an entry.
func chains(ctx context.Context, q db.Q) ([]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT project_id FROM audit_head UNION SELECT project_id FROM audit_entry ORDER BY 1")
	return db.Collect(rows, err, func(row db.Scanner) (p id.ID, err error) { return p, row.Scan(&p) })
}

// aboutSubjects are the entries of some actions on subjects with after < id ≤ upto.
func aboutSubjects(project, after, upto id.ID, actions []string) (string, []any) {
	args := []any{project, after, upto}
	for _, a := range actions {
		args = append(args, a)
	}
	return " FROM audit_entry WHERE project_id = ? AND subject_id > ? AND subject_id <= ? AND subject_id <> 0 AND action IN (" + db.In(len(actions)) + ")", args
}

func saidOf(ctx context.Context, q db.Q, project, after, upto id.ID, actions []string) (map[id.ID]string, error) {
	where, args := aboutSubjects(project, after, upto, actions)
	rows, err := q.Query(ctx, "SELECT subject_id, after"+where+" ORDER BY subject_id, at DESC, seq DESC", args...)
	out := map[id.ID]string{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var subject id.ID
		var said string
		err := row.Scan(&subject, &said)
		out[subject] = said
		return struct{}{}, err
	})
	return out, err
}

func countActions(ctx context.Context, q db.Q, project, after, upto id.ID, actions []string) (map[Deed]int, error) {
	where, args := aboutSubjects(project, after, upto, actions)
	rows, err := q.Query(ctx, "SELECT action, subject_id, COUNT(*)"+where+" GROUP BY action, subject_id", args...)
	out := map[Deed]int{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var d Deed
		var n int
		err := row.Scan(&d.Action, &d.Subject, &n)
		out[d] = n
		return struct{}{}, err
	})
	return out, err
}

func newestAfter(ctx context.Context, q db.Q, project id.ID, kind string, except []string) (map[id.ID]string, error) {
	args, left := []any{project, kind}, ""
	for _, action := range except {
		args, left = append(args, action), left+" AND action <> ?"
	}
	rows, err := q.Query(ctx, `SELECT e.subject_id, e.after FROM audit_entry e JOIN (
			SELECT subject_id, MAX(seq) AS seq FROM audit_entry WHERE project_id = ? AND kind = ? AND after <> ''`+left+` GROUP BY subject_id
		) n ON n.seq = e.seq WHERE e.project_id = ?`, append(args, project)...)
	out := map[id.ID]string{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var subject id.ID
		var after string
		err := row.Scan(&subject, &after)
		out[subject] = after
		return struct{}{}, err
	})
	return out, err
}

// anyOf says whether an entry behind seq is of one of some rooms.
func anyOf(ctx context.Context, q db.Q, project id.ID, seq int64, rooms []string) (some bool, err error) {
	where, args := []string{}, []any{project, seq}
	for _, r := range rooms {
		where, args = append(where, "action LIKE ?"), append(args, r+".%")
	}
	err = q.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM audit_entry WHERE project_id = ? AND seq > ? AND ("+strings.Join(where, " OR ")+"))", args...).Scan(&some)
	return some, err
}
