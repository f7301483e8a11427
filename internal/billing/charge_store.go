package billing

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const chargeColumns = `c.id, c.run_id, c.part, c.item_id, i.name, c.subject_id, c.payer_id, c.month, c.rate_id, c.quantity, c.price,
	c.factor, c.amount, c.paid, c.due_date, c.hold, c.live, r.state, COALESCE(c.detail, ''),
	c.waived, c.credited, c.carried, c.returned, CASE WHEN c.source_kind = 2 THEN c.source_id ELSE 0 END, CASE WHEN i.basis = 'costs' THEN 1 ELSE 0 END`

const chargeTables = ` FROM billing_charge c
	JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
	JOIN billing_item i ON i.project_id = c.project_id AND i.id = c.item_id`

func scanCharge(row db.Scanner) (Charge, error) {
	var c Charge
	var live, costs int
	err := row.Scan(&c.ID, &c.Run, &c.part, &c.Item, &c.ItemName, &c.Subject, &c.Payer, &c.Month, &c.Rate, &c.Quantity, &c.Price,
		&c.Factor, &c.Amount, &c.Paid, &c.Due, &c.Hold, &live, &c.RunState, &c.detail, &c.Waived, &c.Credited, &c.Carried, &c.Returned, &c.Late, &costs)
	c.Live, c.Costs = live == 1, costs == 1
	return c, err
}

// chunk bounds the number of placeholders of one statement.
const chunk = 500

const openCharge = " AND c.hold = 0 AND c.amount > c.paid AND r.state = 'released'"

// openCharges needs no condition on live: only charges of withdrawn runs are
// not, and the condition would lead PostgreSQL to the wrong index.
func openCharges(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) ([]Charge, error) {
	out, err := db.OfIDs(ctx, q, "SELECT "+chargeColumns+chargeTables+" WHERE c.project_id = ? AND c.subject_id IN (", project, rooms, ")"+openCharge, scanCharge)
	inOrder(out)
	return out, err
}

// openIDs are the charges that openCharges reads, to be locked. SQLite has one
// writer and locks nothing.
func openIDs(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID) ([]id.ID, error) {
	if tx.Engine() == db.SQLite {
		return nil, nil
	}
	return db.OfIDs(ctx, tx, `SELECT c.id FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
		WHERE c.project_id = ? AND c.subject_id IN (`, project, rooms, ")"+openCharge, func(row db.Scanner) (x id.ID, err error) { err = row.Scan(&x); return x, err })
}

func inOrder(list []Charge) {
	slices.SortFunc(list, func(a, b Charge) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Item, b.Item), cmp.Compare(a.ID, b.ID))
	})
}

func withIDs(args []any, ids []id.ID) []any {
	for _, x := range ids {
		args = append(args, int64(x))
	}
	return args
}

// lockCharges locks charges in the order of their ids, and before them their
// runs in shared mode: many payments may settle charges of one run at once,
// but none while the run is being withdrawn. SQLite has one writer and locks
// nothing.
func lockCharges(ctx context.Context, tx *db.Tx, project id.ID, ids []id.ID) error {
	if tx.Engine() == db.SQLite || len(ids) == 0 {
		return nil
	}
	for list := range slices.Chunk(ids, chunk) {
		args := withIDs([]any{project, project}, list)
		rows, err := tx.Query(ctx, `SELECT id FROM billing_run WHERE project_id = ? AND id IN
			(SELECT run_id FROM billing_charge WHERE project_id = ? AND id IN (`+db.In(len(list))+`)) ORDER BY id FOR SHARE`, args...)
		if _, err = db.Collect(rows, err, func(db.Scanner) (struct{}, error) { return struct{}{}, nil }); err != nil {
			return fmt.Errorf("lock runs of charges: %w", err)
		}
	}
	for list := range slices.Chunk(ids, chunk) {
		err := tx.Lock(ctx, "SELECT id FROM billing_charge WHERE project_id = ? AND id IN ("+db.In(len(list))+") ORDER BY id",
			withIDs([]any{project}, list)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func chargesByID(ctx context.Context, q db.Q, project id.ID, ids []id.ID) (map[id.ID]Charge, error) {
	list, err := db.OfIDs(ctx, q, "SELECT "+chargeColumns+chargeTables+" WHERE c.project_id = ? AND c.id IN (", project, ids, ")", scanCharge)
	out := make(map[id.ID]Charge, len(list))
	for _, c := range list {
		out[c.ID] = c
	}
	return out, err
}

func oneCharge(ctx context.Context, q db.Q, project, charge id.ID) (Charge, error) {
	c, err := scanCharge(q.QueryRow(ctx, "SELECT "+chargeColumns+chargeTables+" WHERE c.project_id = ? AND c.id = ?", project, charge))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("read charge: %w", err)
	}
	return c, nil
}

// addPaid moves the paid amounts in one statement per chunk; the CHECK of the
// table is the net under the caller's checks. The ids stand in the condition:
// joined with a list of values SQLite would read every charge of the project.
func addPaid(ctx context.Context, tx *db.Tx, project id.ID, list []Settlement, sign money.Fen) error {
	for part := range slices.Chunk(list, 100) {
		args := make([]any, 0, 3*len(part)+1)
		for _, x := range part {
			args = append(args, int64(x.Charge), int64(x.Amount*sign))
		}
		args = append(args, int64(project))
		for _, x := range part {
			args = append(args, int64(x.Charge))
		}
		n, err := tx.Exec(ctx, "UPDATE billing_charge SET paid = paid + CASE id"+strings.Repeat(" WHEN ? THEN CAST(? AS BIGINT)", len(part))+
			" END WHERE project_id = ? AND id IN ("+db.In(len(part))+") AND live = 1 AND hold = 0", args...)
		if err != nil {
			return fmt.Errorf("move paid amounts: %w", err)
		}
		if n != int64(len(part)) {
			return ErrNotOwed
		}
	}
	return nil
}

// chargesAfter pages through every charge of a project, live or not.
func chargesAfter(ctx context.Context, q db.Q, project, after id.ID, limit int) ([]Charge, error) {
	rows, err := q.Query(ctx, "SELECT "+chargeColumns+chargeTables+" WHERE c.project_id = ? AND c.id > ? ORDER BY c.id LIMIT ?", project, after, limit)
	out, err := db.Collect(rows, err, scanCharge)
	if err != nil {
		return nil, fmt.Errorf("page through charges: %w", err)
	}
	return out, nil
}
