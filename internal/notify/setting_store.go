package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func oneSetting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	st := usualSetting()
	err := q.QueryRow(ctx, "SELECT quiet_from, quiet_until, day_limit, sms_first, version FROM notify_setting WHERE project_id = ?", project).
		Scan(&st.QuietFrom, &st.QuietUntil, &st.DayLimit, &st.SMSFirst, &st.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return usualSetting(), nil
	}
	return st, err
}

func putSetting(ctx context.Context, tx *db.Tx, project id.ID, st *Setting) error {
	_, err := tx.Exec(ctx, `INSERT INTO notify_setting (project_id, quiet_from, quiet_until, day_limit, sms_first, version) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id) DO UPDATE SET quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, day_limit = excluded.day_limit,
		sms_first = excluded.sms_first, version = excluded.version`, project, st.QuietFrom, st.QuietUntil, st.DayLimit, st.SMSFirst, st.Version)
	return err
}

func hasWish(ctx context.Context, q db.Q, project, person id.ID) (bool, error) {
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM notify_wish WHERE project_id = ? AND person_id = ?", project, person).Scan(&n)
	return n > 0, err
}

// putWish says whether that changed anything.
func putWish(ctx context.Context, tx *db.Tx, project, person id.ID, on bool, by string) (bool, error) {
	if !on {
		n, err := tx.Exec(ctx, "DELETE FROM notify_wish WHERE project_id = ? AND person_id = ?", project, person)
		return n > 0, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO notify_wish (project_id, person_id, by_name, at) VALUES (?, ?, ?, ?) ON CONFLICT (project_id, person_id) DO NOTHING`,
		project, person, by, tx.Now())
	return n > 0, err
}

func oneAccount(ctx context.Context, q db.Q, project id.ID, carrier string) (Account, error) {
	a := Account{Carrier: carrier}
	err := q.QueryRow(ctx, "SELECT host, app, login, secret_enc, sender, active, version FROM notify_account WHERE project_id = ? AND channel = ?", project, carrier).
		Scan(&a.Host, &a.App, &a.Login, &a.Secret, &a.Sender, &a.Active, &a.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return a, nil
	}
	if err != nil {
		return a, fmt.Errorf("read account: %w", err)
	}
	return a, nil
}

func putAccount(ctx context.Context, tx *db.Tx, project id.ID, a *Account) error {
	_, err := tx.Exec(ctx, `INSERT INTO notify_account (project_id, channel, host, app, login, secret_enc, sender, active, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, channel) DO UPDATE SET host = excluded.host, app = excluded.app, login = excluded.login, secret_enc = excluded.secret_enc,
		sender = excluded.sender, active = excluded.active, version = excluded.version`,
		project, a.Carrier, a.Host, a.App, a.Login, a.Secret, a.Sender, a.Active, a.Version)
	return err
}

func activeAccounts(ctx context.Context, q db.Q, project id.ID) (map[string]bool, error) {
	out := map[string]bool{}
	rows, err := q.Query(ctx, "SELECT channel FROM notify_account WHERE project_id = ? AND active = 1", project)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var key string
		err := row.Scan(&key)
		out[key] = true
		return struct{}{}, err
	})
	return out, err
}

func oneTemplate(ctx context.Context, q db.Q, project id.ID, kind, channel string) (Template, error) {
	t := Template{Kind: kind, Channel: channel}
	err := q.QueryRow(ctx, "SELECT subject, body, code, code_tencent, version FROM notify_template WHERE project_id = ? AND kind = ? AND channel = ?",
		project, kind, channel).Scan(&t.Subject, &t.Body, &t.Code, &t.CodeTencent, &t.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return usualTemplate(kind, channel), nil
	}
	return t, err
}

func putTemplate(ctx context.Context, tx *db.Tx, project id.ID, t *Template) error {
	_, err := tx.Exec(ctx, `INSERT INTO notify_template (project_id, kind, channel, subject, body, code, code_tencent, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id, kind, channel) DO UPDATE SET subject = excluded.subject, body = excluded.body, code = excluded.code,
		code_tencent = excluded.code_tencent, version = excluded.version`, project, t.Kind, t.Channel, t.Subject, t.Body, t.Code, t.CodeTencent, t.Version)
	return err
}
