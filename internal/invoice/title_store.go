package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const titleColumns = "id, payer_id, company, name, tax_no, address, phone, bank, account, preferred, active, version"

func scanTitle(row db.Scanner) (Title, error) {
	var t Title
	err := row.Scan(&t.ID, &t.Payer, &t.Company, &t.Name, &t.TaxNo, &t.Address, &t.Phone, &t.Bank, &t.Account, &t.Preferred, &t.Active, &t.Version)
	return t, err
}

func listTitles(ctx context.Context, q db.Q, project, payer id.ID) ([]Title, error) {
	rows, err := q.Query(ctx, "SELECT "+titleColumns+" FROM invoice_title WHERE project_id = ? AND payer_id = ? AND active = 1 ORDER BY preferred DESC, id DESC",
		project, payer)
	return db.Collect(rows, err, scanTitle)
}

func oneTitle(ctx context.Context, q db.Q, project, title id.ID) (Title, error) {
	t, err := scanTitle(q.QueryRow(ctx, "SELECT "+titleColumns+" FROM invoice_title WHERE project_id = ? AND id = ?", project, title))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.ErrNotFound
	}
	if err != nil {
		return t, fmt.Errorf("read title: %w", err)
	}
	return t, nil
}

// lockTitle locks a title before it is decided on.
func lockTitle(ctx context.Context, tx *db.Tx, project, title id.ID) (Title, error) {
	if err := tx.Lock(ctx, "SELECT id FROM invoice_title WHERE project_id = ? AND id = ?", project, title); err != nil {
		return Title{}, fmt.Errorf("lock title: %w", err)
	}
	return oneTitle(ctx, tx, project, title)
}

func preferNone(ctx context.Context, tx *db.Tx, project, payer id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE invoice_title SET preferred = 0 WHERE project_id = ? AND payer_id = ? AND preferred = 1", project, payer)
	return err
}

func putTitle(ctx context.Context, tx *db.Tx, project id.ID, t *Title) error {
	_, err := tx.Exec(ctx, "INSERT INTO invoice_title (project_id, "+titleColumns+") VALUES ("+db.In(13)+`) ON CONFLICT (project_id, id) DO UPDATE SET
		company = excluded.company, name = excluded.name, tax_no = excluded.tax_no, address = excluded.address, phone = excluded.phone, bank = excluded.bank,
		account = excluded.account, preferred = excluded.preferred, active = excluded.active, version = excluded.version`,
		project, t.ID, t.Payer, t.Company, t.Name, t.TaxNo, t.Address, t.Phone, t.Bank, t.Account, t.Preferred, t.Active, t.Version)
	return err
}

// PendingFor counts the invoices asked for by a payer that are neither issued nor
// cancelled.
func (s *Service) PendingFor(ctx context.Context, q db.Q, project, payer id.ID) (n int, err error) {
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM invoice_doc WHERE project_id = ? AND payer_id = ? AND state IN ('asked', 'issuing', 'failed')", project, payer).Scan(&n)
	return n, err
}

// ForgetTitles takes the titles of a payer away; invoices keep what they were
// issued with.
func (s *Service) ForgetTitles(ctx context.Context, tx *db.Tx, project, payer id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM invoice_title WHERE project_id = ? AND payer_id = ?", project, payer); err != nil {
		return fmt.Errorf("forget titles: %w", err)
	}
	return nil
}
