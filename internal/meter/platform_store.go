package meter

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

const platformColumns = "host, client, login, secret_enc, topic, number_field, value_field, time_field, take_day, active, version"

func (p *Platform) fields() []any {
	return []any{&p.Host, &p.Client, &p.Login, &p.Secret, &p.Topic, &p.Number, &p.Value, &p.Time, &p.Day, &p.Active, &p.Version}
}

func onePlatform(ctx context.Context, q db.Q, project id.ID) (Platform, error) {
	p := usualPlatform()
	err := q.QueryRow(ctx, "SELECT "+platformColumns+" FROM meter_platform WHERE project_id = ?", project).Scan(p.fields()...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("read platform: %w", err)
	}
	return p, nil
}

func putPlatform(ctx context.Context, tx *db.Tx, project id.ID, p *Platform) error {
	_, err := tx.Exec(ctx, `INSERT INTO meter_platform (project_id, host, client, login, secret_enc, topic, number_field, value_field, time_field, take_day, active, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id) DO UPDATE SET host = excluded.host, client = excluded.client, login = excluded.login,
		secret_enc = excluded.secret_enc, topic = excluded.topic, number_field = excluded.number_field, value_field = excluded.value_field,
		time_field = excluded.time_field, take_day = excluded.take_day, active = excluded.active, version = excluded.version`,
		project, p.Host, p.Client, p.Login, p.Secret, p.Topic, p.Number, p.Value, p.Time, p.Day, bit(p.Active), p.Version)
	if err != nil {
		return fmt.Errorf("store platform: %w", err)
	}
	return nil
}

// activePlatforms are those in use of some projects, their secrets sealed.
func activePlatforms(ctx context.Context, q db.Q, projects []id.ID) (map[id.ID]Platform, error) {
	out := map[id.ID]Platform{}
	for part := range slices.Chunk(projects, 500) {
		args := make([]any, len(part))
		for i, p := range part {
			args[i] = p
		}
		rows, err := q.Query(ctx, "SELECT project_id, "+platformColumns+" FROM meter_platform WHERE project_id IN ("+db.In(len(part))+") AND active = 1", args...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var project id.ID
			var p Platform
			err := row.Scan(append([]any{&project}, p.fields()...)...)
			out[project] = p
			return struct{}{}, err
		})
		if err != nil {
			return nil, fmt.Errorf("list platforms: %w", err)
		}
	}
	return out, nil
}

const freshContact = `INSERT INTO meter_contact (project_id, holder, held_until, state, reason, since, last_at, messages, refused, taken_month, taken, missed)
	VALUES (?, 0, 0, 'off', '', 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (project_id) DO NOTHING`

func oneContact(ctx context.Context, q db.Q, project id.ID) (Contact, error) {
	c := Contact{State: ContactOff}
	var until, since, last int64
	err := q.QueryRow(ctx, `SELECT holder, held_until, state, reason, since, last_at, messages, refused, taken_month, taken, missed FROM meter_contact
		WHERE project_id = ?`, project).Scan(&c.holder, &until, &c.State, &c.Reason, &since, &last, &c.Messages, &c.Refused, &c.TakenMonth, &c.Taken, &c.Missed)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return c, fmt.Errorf("read contact: %w", err)
	}
	c.until = db.Micro(until)
	if since != 0 {
		c.Since = db.Micro(since)
	}
	if last != 0 {
		c.Last = db.Micro(last)
	}
	return c, nil
}

// holdPlatform takes or keeps the platform of a project for one server.
func holdPlatform(ctx context.Context, tx *db.Tx, project, self id.ID, until time.Time, alone bool) (bool, error) {
	if _, err := tx.Exec(ctx, freshContact, project); err != nil {
		return false, fmt.Errorf("hold platform: %w", err)
	}
	n, err := tx.Exec(ctx, "UPDATE meter_contact SET holder = ?, held_until = ? WHERE project_id = ? AND (holder = ? OR held_until < ? OR ? = 1)",
		self, until, project, self, tx.Now(), bit(alone))
	if err != nil {
		return false, fmt.Errorf("hold platform: %w", err)
	}
	return n == 1, nil
}

func letGo(ctx context.Context, tx *db.Tx, project, self id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE meter_contact SET holder = 0, held_until = 0, state = 'off', reason = '', since = ? WHERE project_id = ? AND holder = ?", tx.Now(), project, self)
	if err != nil {
		return fmt.Errorf("let platform go: %w", err)
	}
	return nil
}

func noteContact(ctx context.Context, tx *db.Tx, project, self id.ID, state ContactState, reason string) error {
	_, err := tx.Exec(ctx, "UPDATE meter_contact SET state = ?, reason = ?, since = ? WHERE project_id = ? AND holder = ?", state, reason, tx.Now(), project, self)
	if err != nil {
		return fmt.Errorf("note contact: %w", err)
	}
	return nil
}

func countMessages(ctx context.Context, tx *db.Tx, project id.ID, n, refused int) error {
	if _, err := tx.Exec(ctx, freshContact, project); err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	_, err := tx.Exec(ctx, "UPDATE meter_contact SET messages = messages + ?, refused = refused + ?, last_at = ? WHERE project_id = ?", n, refused, tx.Now(), project)
	if err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	return nil
}

// noteTaken remembers what a month's readings by themselves came to.
func noteTaken(ctx context.Context, tx *db.Tx, project id.ID, month clock.Month, taken, missed int) error {
	if _, err := tx.Exec(ctx, freshContact, project); err != nil {
		return fmt.Errorf("note taken readings: %w", err)
	}
	_, err := tx.Exec(ctx, "UPDATE meter_contact SET taken_month = ?, taken = ?, missed = ? WHERE project_id = ?", month, taken, missed, project)
	if err != nil {
		return fmt.Errorf("note taken readings: %w", err)
	}
	return nil
}

// skipTaken says that nothing is to be taken over for a month and those before.
func skipTaken(ctx context.Context, tx *db.Tx, project id.ID, month clock.Month) error {
	if _, err := tx.Exec(ctx, freshContact, project); err != nil {
		return fmt.Errorf("skip readings: %w", err)
	}
	_, err := tx.Exec(ctx, "UPDATE meter_contact SET taken_month = ?, taken = 0, missed = 0 WHERE project_id = ? AND taken_month < ?", month, project, month)
	if err != nil {
		return fmt.Errorf("skip readings: %w", err)
	}
	return nil
}
