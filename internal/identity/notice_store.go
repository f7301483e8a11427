package identity

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const noticeColumns = "id, title, body, until, roles, projects, ended, author, created_at"

func scanNotice(row db.Scanner) (Notice, error) {
	var n Notice
	var roles, projects string
	var created int64
	err := row.Scan(&n.ID, &n.Title, &n.Body, &n.Until, &roles, &projects, &n.Ended, &n.Author, &created)
	n.Roles, n.CreatedAt = strings.Fields(roles), db.Micro(created)
	for _, p := range strings.Fields(projects) {
		one, bad := id.Parse(p)
		if err = errors.Join(err, bad); bad == nil {
			n.Projects = append(n.Projects, one)
		}
	}
	return n, err
}

func insertNotice(ctx context.Context, tx *db.Tx, n Notice) error {
	projects := make([]string, len(n.Projects))
	for i, p := range n.Projects {
		projects[i] = p.String()
	}
	_, err := tx.Exec(ctx, "INSERT INTO identity_notice ("+noticeColumns+") VALUES ("+db.In(9)+")",
		n.ID, n.Title, n.Body, n.Until, strings.Join(n.Roles, " "), strings.Join(projects, " "), n.Ended, n.Author, n.CreatedAt)
	return err
}

func findNotice(ctx context.Context, q db.Q, notice id.ID) (Notice, error) {
	n, err := scanNotice(q.QueryRow(ctx, "SELECT "+noticeColumns+" FROM identity_notice WHERE id = ?", notice))
	if errors.Is(err, sql.ErrNoRows) {
		return n, fault.ErrNotFound
	}
	return n, err
}

func endNotice(ctx context.Context, tx *db.Tx, notice id.ID) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE identity_notice SET ended = 1 WHERE id = ? AND ended = 0", notice)
	return n == 1, err
}

func listNotices(ctx context.Context, q db.Q, from clock.Date, limit int) ([]Notice, error) {
	rows, err := q.Query(ctx, "SELECT "+noticeColumns+" FROM identity_notice WHERE until >= ? ORDER BY id DESC LIMIT ?", from, limit)
	return db.Collect(rows, err, scanNotice)
}
