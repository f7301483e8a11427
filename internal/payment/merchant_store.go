package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func oneMerchant(ctx context.Context, q db.Q, project id.ID, channel string) (Merchant, error) {
	m := Merchant{Channel: channel}
	err := q.QueryRow(ctx, `SELECT number, app, cert_serial, platform_serial, platform_key, private_key, api_key, token, active, version
		FROM payment_merchant WHERE project_id = ? AND channel = ?`, project, channel).
		Scan(&m.Number, &m.App, &m.Serial, &m.PlatformSerial, &m.PlatformKey, &m.PrivateKey, &m.APIKey, &m.Token, &m.Active, &m.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return m, nil
	}
	if err != nil {
		return m, fmt.Errorf("read merchant: %w", err)
	}
	return m, nil
}

func putMerchant(ctx context.Context, tx *db.Tx, project id.ID, m *Merchant) error {
	_, err := tx.Exec(ctx, `INSERT INTO payment_merchant (project_id, channel, number, app, cert_serial, platform_serial, platform_key, private_key, api_key, token, active, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, channel) DO UPDATE SET number = excluded.number, app = excluded.app,
		cert_serial = excluded.cert_serial, platform_serial = excluded.platform_serial, platform_key = excluded.platform_key, private_key = excluded.private_key,
		api_key = excluded.api_key, active = excluded.active, version = excluded.version`,
		project, m.Channel, m.Number, m.App, m.Serial, m.PlatformSerial, m.PlatformKey, m.PrivateKey, m.APIKey, m.Token, m.Active, m.Version)
	return err
}

func activeMerchants(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, "SELECT channel FROM payment_merchant WHERE project_id = ? AND active = 1 ORDER BY channel", project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var s string
		err := row.Scan(&s)
		return s, err
	})
}
