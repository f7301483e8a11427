package cashier_test

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// An installation of before red receipts keeps every receipt, line and pay
// when the tables are written anew, and the keys between them hold.
func TestUpgradeKeepsReceipts(t *testing.T) {
	all, old := cashier.Migrations(), fstest.MapFS{}
	for _, name := range []string{"00001_cashier.sql", "00002_shift.sql", "00003_counter.sql"} {
		b, err := fs.ReadFile(all.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		old[name] = &fstest.MapFile{Data: b}
	}
	below := slices.DeleteFunc(migrations(), func(m db.Migrations) bool { return m.Room == all.Room })
	dbtest.Run(t, append(below, db.Migrations{Room: all.Room, FS: old}), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		write := func(queries ...string) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				for _, q := range queries {
					if _, err := tx.Exec(ctx, q); err != nil {
						return err
					}
				}
				return nil
			})
		}
		const line = "INSERT INTO cashier_line (project_id, receipt_id, no, charge_id, room_id, room_label, item_id, item_name, month, how, owed, amount) VALUES "
		mustBe(t, write(`INSERT INTO cashier_receipt (project_id, id, number, year, seq, room_id, room_label, payer_id, payer_name, policy, amount, owed_before,
			owed_after, prepaid_used, to_prepay, prepaid_after, tendered, change, cashier_id, cashier_name, date, at, state, void_by, void_name, void_reason,
			void_at, prints, shift_id, ahead, ahead_run)
			VALUES (1, 2, 'SJ2026-000001', 2026, 1, 3, '3-101', 4, '林', 'chosen', 900, 800, 0, 0, 100, 100, 1000, 100, 5, '李', 20261101, 6, 'valid', 0, '', '', 0, 7, 8, 9, 10)`,
			line+"(1, 2, 1, 11, 3, '3-101', 12, '物业费', 202611, '', 800, 800)",
			`INSERT INTO cashier_pay (project_id, receipt_id, no, method, amount, reference, terminal, last4, paid_on) VALUES (1, 2, 1, 'card', 900, 'A1', 'T1', '1234', 0)`), nil)
		mustBe(t, d.Migrate(ctx, all), nil)
		var amount, shift, aheadRun, lines, pays, red int64
		var last4 string
		err := d.Reader(ctx).QueryRow(ctx, `SELECT r.amount, r.shift_id, r.ahead_run, r.red_of + r.reversed_by + r.refund_id + r.deposit,
			(SELECT SUM(l.amount) FROM cashier_line l WHERE l.project_id = r.project_id AND l.receipt_id = r.id), p.amount, p.last4
			FROM cashier_receipt r JOIN cashier_pay p ON p.project_id = r.project_id AND p.receipt_id = r.id`).
			Scan(&amount, &shift, &aheadRun, &red, &lines, &pays, &last4)
		if err != nil || amount != 900 || shift != 8 || aheadRun != 10 || red != 0 || lines != 800 || pays != 900 || last4 != "1234" {
			t.Errorf("after the upgrade: %d, %d, %d, %d, %d, %d, %s: %v", amount, shift, aheadRun, red, lines, pays, last4, err)
		}
		if write(line+"(1, 99, 1, 11, 3, '3-101', 12, '物业费', 202611, '', 800, -800)") == nil {
			t.Error("a line without its receipt was written")
		}
		mustBe(t, write(line+"(1, 2, 2, 11, 3, '3-101', 12, '物业费', 202611, '', 800, -800)"), nil)
	})
}
