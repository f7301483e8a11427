package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// oneSeller reads the seller with its secret sealed.
func oneSeller(ctx context.Context, q db.Q, project id.ID) (Seller, error) {
	var s Seller
	p := &s.Party
	err := q.QueryRow(ctx, `SELECT name, tax_no, address, phone, bank, account, small, drawer, host, access_key, secret_enc, active, version
		FROM invoice_seller WHERE project_id = ?`, project).
		Scan(&p.Name, &p.TaxNo, &p.Address, &p.Phone, &p.Bank, &p.Account, &s.Small, &s.Drawer, &s.Account.Host, &s.Account.Key, &s.Account.Secret, &s.Active, &s.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("read seller: %w", err)
	}
	return s, nil
}

func putSeller(ctx context.Context, tx *db.Tx, project id.ID, s *Seller) error {
	_, err := tx.Exec(ctx, `INSERT INTO invoice_seller (project_id, name, tax_no, address, phone, bank, account, small, drawer, host, access_key, secret_enc, active, version)
		VALUES (`+db.In(14)+`) ON CONFLICT (project_id) DO UPDATE SET name = excluded.name, tax_no = excluded.tax_no, address = excluded.address,
		phone = excluded.phone, bank = excluded.bank, account = excluded.account, small = excluded.small, drawer = excluded.drawer, host = excluded.host,
		access_key = excluded.access_key, secret_enc = excluded.secret_enc, active = excluded.active, version = excluded.version`,
		project, s.Name, s.TaxNo, s.Address, s.Phone, s.Bank, s.Party.Account, s.Small, s.Drawer, s.Account.Host, s.Account.Key, s.Account.Secret, s.Active, s.Version)
	if err != nil {
		return fmt.Errorf("write seller: %w", err)
	}
	return nil
}
