package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const merchantColumns = `id, channel, name, is_default, mode, number, sub_number, app, sub_app, cert_serial, platform_serial, platform_key, private_key, api_key,
	app_secret, token, rate, products, active, version`

// account is Merchant.Account.
const account = "CASE WHEN sub_number <> '' THEN sub_number ELSE number END"

func scanMerchant(row db.Scanner) (Merchant, error) {
	var m Merchant
	err := row.Scan(&m.ID, &m.Channel, &m.Name, &m.Default, &m.Mode, &m.Number, &m.SubNumber, &m.App, &m.SubApp, &m.Serial, &m.PlatformSerial, &m.PlatformKey,
		&m.PrivateKey, &m.APIKey, &m.AppSecret, &m.Token, &m.Rate, &m.Products, &m.Active, &m.Version)
	return m, err
}

// defaultMerchant is Version 0 while a channel has none.
func defaultMerchant(ctx context.Context, q db.Q, project id.ID, channel string) (Merchant, error) {
	m, err := scanMerchant(q.QueryRow(ctx, "SELECT "+merchantColumns+" FROM payment_merchant WHERE project_id = ? AND channel = ? AND is_default = 1", project, channel))
	if errors.Is(err, sql.ErrNoRows) {
		return Merchant{Channel: channel}, nil
	}
	if err != nil {
		return m, fmt.Errorf("read merchant: %w", err)
	}
	return m, nil
}

func oneMerchant(ctx context.Context, q db.Q, project, merchant id.ID) (Merchant, error) {
	m, err := scanMerchant(q.QueryRow(ctx, "SELECT "+merchantColumns+" FROM payment_merchant WHERE project_id = ? AND id = ?", project, merchant))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.ErrNotFound
	}
	if err != nil {
		return m, fmt.Errorf("read merchant: %w", err)
	}
	return m, nil
}

// allMerchants begins with the default of each channel.
func allMerchants(ctx context.Context, q db.Q, project id.ID) ([]Merchant, error) {
	rows, err := q.Query(ctx, "SELECT "+merchantColumns+" FROM payment_merchant WHERE project_id = ? ORDER BY channel, is_default DESC, id", project)
	return db.Collect(rows, err, scanMerchant)
}

func putMerchant(ctx context.Context, tx *db.Tx, project id.ID, m *Merchant) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_merchant (project_id, "+merchantColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, id) DO UPDATE SET name = excluded.name, is_default = excluded.is_default,
		mode = excluded.mode, number = excluded.number, sub_number = excluded.sub_number, app = excluded.app, sub_app = excluded.sub_app,
		cert_serial = excluded.cert_serial, platform_serial = excluded.platform_serial, platform_key = excluded.platform_key, private_key = excluded.private_key,
		api_key = excluded.api_key, app_secret = excluded.app_secret, rate = excluded.rate, products = excluded.products, active = excluded.active, version = excluded.version`,
		project, m.ID, m.Channel, m.Name, m.Default, string(m.Mode), m.Number, m.SubNumber, m.App, m.SubApp, m.Serial, m.PlatformSerial, m.PlatformKey,
		m.PrivateKey, m.APIKey, m.AppSecret, m.Token, m.Rate, int(m.Products), m.Active, m.Version)
	return err
}

// setDefault makes a merchant the only default of its channel.
func setDefault(ctx context.Context, tx *db.Tx, project id.ID, m *Merchant) error {
	_, err := tx.Exec(ctx, "UPDATE payment_merchant SET is_default = 0, version = version + 1 WHERE project_id = ? AND channel = ? AND is_default = 1", project, m.Channel)
	if err == nil {
		_, err = tx.Exec(ctx, "UPDATE payment_merchant SET is_default = 1, version = ? WHERE project_id = ? AND id = ?", m.Version, project, m.ID)
	}
	return err
}

func lockMerchants(ctx context.Context, tx *db.Tx, project id.ID, channel string) error {
	if err := tx.Lock(ctx, "SELECT id FROM payment_merchant WHERE project_id = ? AND channel = ? ORDER BY id", project, channel); err != nil {
		return fmt.Errorf("lock merchants: %w", err)
	}
	return nil
}

// activeMerchants are the channels whose default merchant is active.
func activeMerchants(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, "SELECT channel FROM payment_merchant WHERE project_id = ? AND is_default = 1 AND active = 1 ORDER BY channel", project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var s string
		err := row.Scan(&s)
		return s, err
	})
}

// binding says which merchant takes the money of a fee item.
type binding struct{ item, merchant id.ID }

func bindings(ctx context.Context, q db.Q, project id.ID, channel string) ([]binding, error) {
	rows, err := q.Query(ctx, "SELECT item_id, merchant_id FROM payment_merchant_item WHERE project_id = ? AND channel = ? ORDER BY item_id", project, channel)
	return db.Collect(rows, err, func(row db.Scanner) (binding, error) {
		var b binding
		err := row.Scan(&b.item, &b.merchant)
		return b, err
	})
}

// bindItems replaces what is bound to a merchant; an item that was another's is
// taken over.
func bindItems(ctx context.Context, tx *db.Tx, project id.ID, m *Merchant, items []id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM payment_merchant_item WHERE project_id = ? AND merchant_id = ?", project, m.ID); err != nil {
		return err
	}
	for _, item := range items {
		if _, err := tx.Exec(ctx, `INSERT INTO payment_merchant_item (project_id, channel, item_id, merchant_id) VALUES (?, ?, ?, ?)
			ON CONFLICT (project_id, channel, item_id) DO UPDATE SET merchant_id = excluded.merchant_id`, project, m.Channel, item, m.ID); err != nil {
			return err
		}
	}
	return nil
}
