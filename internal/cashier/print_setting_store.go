package cashier

import (
	"context"
	"database/sql"
	"errors"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

func onePrintSetting(ctx context.Context, q db.Q, project id.ID) (PrintSetting, error) {
	var ps PrintSetting
	var stamp, roll int
	err := q.QueryRow(ctx, "SELECT header, footer, phone, stamp, stamp_roll, version FROM cashier_print WHERE project_id = ?", project).
		Scan(&ps.Header, &ps.Footer, &ps.Phone, &stamp, &roll, &ps.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return usualPrintSetting(), nil
	}
	ps.Stamp, ps.StampRoll = stamp == 1, roll == 1
	return ps, err
}

// putPrintSetting writes the next version; two people at once are told so.
func putPrintSetting(ctx context.Context, tx *db.Tx, project id.ID, ps *PrintSetting) error {
	n, err := tx.Exec(ctx, `INSERT INTO cashier_print (project_id, header, footer, phone, stamp, stamp_roll, version) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id) DO UPDATE SET header = excluded.header, footer = excluded.footer, phone = excluded.phone, stamp = excluded.stamp,
			stamp_roll = excluded.stamp_roll, version = excluded.version WHERE cashier_print.version = excluded.version - 1`,
		project, ps.Header, ps.Footer, ps.Phone, order(ps.Stamp), order(ps.StampRoll), ps.Version)
	if err == nil && n != 1 {
		return fault.ErrStale
	}
	return err
}
