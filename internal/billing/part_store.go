package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

const partColumns = "no, after_room, upto_room, generated, released, withdrawn, first_charge, last_charge"

func scanPart(row db.Scanner) (part, error) {
	var p part
	var generated, released, withdrawn int
	err := row.Scan(&p.No, &p.After, &p.Upto, &generated, &released, &withdrawn, &p.First, &p.Last)
	p.Generated, p.Released, p.Withdrawn = generated == 1, released == 1, withdrawn == 1
	return p, err
}

func insertParts(ctx context.Context, tx *db.Tx, project, run id.ID, list []part) error {
	return tx.Copy(ctx, "billing_part", []string{"project_id", "run_id", "no", "after_room", "upto_room", "generated", "released",
		"withdrawn", "rooms", "lines", "amount", "faults", "first_charge", "last_charge"}, len(list), func(i int, dst []any) error {
		dst[0], dst[1], dst[2], dst[3], dst[4] = int64(project), int64(run), int64(list[i].No), int64(list[i].After), int64(list[i].Upto)
		for k := 5; k < 14; k++ {
			dst[k] = int64(0)
		}
		return nil
	})
}

// partsWhere lists parts of a run; state is one of the three columns.
func partsWhere(ctx context.Context, q db.Q, project, run id.ID, column string, value int) ([]part, error) {
	rows, err := q.Query(ctx, "SELECT "+partColumns+" FROM billing_part WHERE project_id = ? AND run_id = ? AND "+column+" = ? ORDER BY no",
		project, run, value)
	out, err := db.Collect(rows, err, scanPart)
	if err != nil {
		return nil, fmt.Errorf("list parts: %w", err)
	}
	return out, nil
}

// partsLeft tells whether a step of the run still waits for parts.
func partsLeft(ctx context.Context, q db.Q, project, run id.ID, column string) (bool, error) {
	var left bool
	err := q.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM billing_part WHERE project_id = ? AND run_id = ? AND "+column+" = 0)", project, run).Scan(&left)
	if err != nil {
		return false, fmt.Errorf("look for parts: %w", err)
	}
	return left, nil
}

// chargedRooms are the rooms of a part that have a live charge, ascending.
func chargedRooms(ctx context.Context, q db.Q, project, item id.ID, month clock.Month, pt part) ([]id.ID, error) {
	rows, err := q.Query(ctx, `SELECT source_id FROM billing_charge WHERE project_id = ? AND item_id = ? AND month = ?
		AND source_id > ? AND source_id <= ? AND segment = 0 AND live = 1 ORDER BY source_id`, project, item, month, pt.After, pt.Upto)
	out, err := db.Collect(rows, err, func(row db.Scanner) (id.ID, error) {
		var x id.ID
		return x, row.Scan(&x)
	})
	if err != nil {
		return nil, fmt.Errorf("list charged rooms: %w", err)
	}
	return out, nil
}

// priorCharges are the charges of a part's rooms one period before, ascending
// by room; dropped ones do not count.
func priorCharges(ctx context.Context, q db.Q, project, item id.ID, month clock.Month, pt part) ([]prior, error) {
	rows, err := q.Query(ctx, `SELECT source_id, rate_id, quantity, price, factor, amount, COALESCE(detail, '') FROM billing_charge
		WHERE project_id = ? AND item_id = ? AND month = ? AND source_id > ? AND source_id <= ? AND live = 1
		AND hold <> 2 ORDER BY source_id, segment`, project, item, month, pt.After, pt.Upto)
	out, err := db.Collect(rows, err, func(row db.Scanner) (prior, error) {
		p := prior{plain: true}
		var text string
		if err := row.Scan(&p.room, &p.rate, &p.quantity, &p.price, &p.factor, &p.amount, &text); err != nil {
			return p, err
		}
		p.computed = p.amount
		if text == "" {
			return p, nil
		}
		d, err := decodeDetail(text)
		if err != nil {
			return p, err
		}
		if d.reason != "" {
			p.computed = d.computed
		}
		if d.payer != nil && d.reason != "" {
			p.computed = d.payer.of(d.computed)
		}
		p.plain, p.gross = d.plain(), d.gross
		return p, nil
	})
	if err != nil {
		return nil, fmt.Errorf("list prior charges: %w", err)
	}
	return mergePrior(out), nil
}

// mergePrior adds up the charges of a room whose month had several payers.
func mergePrior(list []prior) []prior {
	out := list[:0]
	for _, p := range list {
		if n := len(out); n > 0 && out[n-1].room == p.room {
			out[n-1].amount += p.amount
			out[n-1].computed += p.computed
			continue
		}
		out = append(out, p)
	}
	return out
}

// shareRun locks the run against withdrawal and release while a part is
// written; parts do not exclude each other. It reports the state.
func shareRun(ctx context.Context, tx *db.Tx, project, run id.ID) (RunState, error) {
	lock := ""
	if tx.Engine() == db.Postgres {
		lock = " FOR SHARE"
	}
	var state RunState
	err := tx.QueryRow(ctx, "SELECT state FROM billing_run WHERE project_id = ? AND id = ?"+lock, project, run).Scan(&state)
	if err != nil {
		return "", fmt.Errorf("lock run: %w", err)
	}
	return state, nil
}

// claimPart marks one step of a part as done; false means somebody did it.
func claimPart(ctx context.Context, tx *db.Tx, project, run id.ID, no int, column string) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE billing_part SET "+column+" = 1 WHERE project_id = ? AND run_id = ? AND no = ? AND "+column+" = 0",
		project, run, no)
	if err != nil {
		return false, fmt.Errorf("claim part: %w", err)
	}
	return n == 1, nil
}

// writePart stores everything of a computed part.
func writePart(ctx context.Context, tx *db.Tx, project, run id.ID, p *tariff.Plan, w *work) error {
	n := len(w.plain) + len(w.full)
	var first, last id.ID
	inOrder := tx.IDs(n)
	if n > 0 {
		first, last = inOrder[0], inOrder[n-1]
	}
	groups, ids := w.groups(inOrder)
	if err := copyLines(ctx, tx, project, run, p, w, groups, ids); err != nil {
		return err
	}
	if err := copySums(ctx, tx, project, run, p, w); err != nil {
		return err
	}
	if err := copyLooks(ctx, tx, project, run, w, ids); err != nil {
		return err
	}
	payers := int64(0)
	for i := range w.plain {
		payers += payerMark(ids[i], w.plain[i].payer)
	}
	for i := range w.full {
		payers += payerMark(ids[len(w.plain)+i], w.full[i].payer)
	}
	_, err := tx.Exec(ctx, `UPDATE billing_part SET rooms = ?, lines = ?, amount = ?, faults = ?, first_charge = ?, last_charge = ?, payers = ?
		WHERE project_id = ? AND run_id = ? AND no = ?`, w.rooms, n, w.amount, len(w.faults), first, last, payers, project, run, w.part.No)
	if err != nil {
		return fmt.Errorf("store part: %w", err)
	}
	return nil
}

// copyLines writes plain lines in groups that share all but room and amount,
// which saves binding most columns of most rows.
func copyLines(ctx context.Context, tx *db.Tx, project, run id.ID, p *tariff.Plan, w *work, groups [][]int32, ids []id.ID) error {
	part := []db.Shared{{Column: "project_id", Value: int64(project)}, {Column: "run_id", Value: int64(run)}, {Column: "part", Value: int64(w.part.No)}}
	for _, group := range groups {
		l, it := &w.plain[group[0]], p.Items[w.plain[group[0]].item]
		shared := append(part[:len(part):len(part)], db.Shared{Column: "item_id", Value: int64(it.ID)}, db.Shared{Column: "month", Value: int64(l.month)},
			db.Shared{Column: "rate_id", Value: int64(l.rate)}, db.Shared{Column: "price", Value: int64(l.price)},
			db.Shared{Column: "factor", Value: int64(l.factor)}, db.Shared{Column: "due_date", Value: int64(it.Due)})
		err := tx.CopyShared(ctx, "billing_charge", shared, []string{"id", "source_id", "subject_id", "payer_id", "quantity", "amount"}, len(group),
			func(i int, dst []any) error {
				l := &w.plain[group[i]]
				dst[0], dst[1], dst[2] = int64(ids[group[i]]), int64(l.subject), int64(l.subject)
				dst[3], dst[4], dst[5] = int64(l.payer), int64(l.quantity), int64(l.amount)
				return nil
			})
		if err != nil {
			return err
		}
	}
	if w.source != 0 {
		part = append(part, db.Shared{Column: "source_kind", Value: w.source})
	}
	return tx.CopyShared(ctx, "billing_charge", part, []string{"id", "item_id", "source_id", "subject_id", "payer_id", "month", "rate_id",
		"quantity", "price", "factor", "amount", "due_date", "detail", "segment"}, len(w.full), func(i int, dst []any) error {
		l, it := &w.full[i], p.Items[w.full[i].item]
		dst[0], dst[1], dst[2], dst[3], dst[4] = int64(ids[len(w.plain)+i]), int64(it.ID), int64(l.subject), int64(l.subject), int64(l.payer)
		dst[5], dst[6], dst[7], dst[8] = int64(l.month), int64(l.rate), int64(l.quantity), int64(l.price)
		text, err := l.detail.encode()
		dst[9], dst[10], dst[11], dst[12], dst[13] = int64(l.factor), int64(l.amount), int64(it.Due), text, int64(l.segment)
		return err
	})
}

func copySums(ctx context.Context, tx *db.Tx, project, run id.ID, p *tariff.Plan, w *work) error {
	type row struct {
		item  id.ID
		cause int
		cell  sumCell
	}
	var list []row
	for i := range w.sums {
		for c, cell := range w.sums[i] {
			if cell.lines > 0 {
				list = append(list, row{p.Items[i].ID, c, cell})
			}
		}
	}
	return tx.Copy(ctx, "billing_sum", []string{"project_id", "run_id", "part", "item_id", "cause", "lines", "amount"}, len(list),
		func(i int, dst []any) error {
			dst[0], dst[1], dst[2], dst[3] = int64(project), int64(run), int64(w.part.No), int64(list[i].item)
			dst[4], dst[5], dst[6] = int64(list[i].cause), list[i].cell.lines, int64(list[i].cell.amount)
			return nil
		})
}

func copyLooks(ctx context.Context, tx *db.Tx, project, run id.ID, w *work, charges []id.ID) error {
	list := append(w.faults[:len(w.faults):len(w.faults)], w.looks...)
	ids := tx.IDs(len(list))
	return tx.Copy(ctx, "billing_fault", []string{"project_id", "run_id", "id", "kind", "charge_id", "room_id", "item_id", "month", "reason",
		"last", "amount"}, len(list), func(i int, dst []any) error {
		x := &list[i]
		dst[0], dst[1], dst[2], dst[3], dst[4] = int64(project), int64(run), int64(ids[i]), int64(x.kind), int64(0)
		if x.line >= 0 {
			dst[4] = int64(charges[w.lineIndex(x.line)])
		}
		dst[5], dst[6], dst[7], dst[8] = int64(x.room), int64(x.item), int64(x.month), x.reason
		dst[9], dst[10] = int64(x.last), int64(x.amount)
		return nil
	})
}

// posted is what release and withdrawal post of a charge.
type posted struct {
	subject, item id.ID
	amount        money.Fen
}

// postable reads the charges of a part that become or were owed: live and not
// held. It answers what of them is posted, and their sums; late fees are charged
// singly and not among them. The range of ids is contiguous in the primary key.
func postable(ctx context.Context, q db.Q, project, run id.ID, pt part) ([]posted, dueSteps, error) {
	due := dueSteps{}
	if pt.First == 0 {
		return nil, due, nil
	}
	// Asking for live charges here would invite PostgreSQL to read the partial
	// index of the whole project; all of a part are live until it is buried.
	rows, err := q.Query(ctx, `SELECT subject_id, item_id, amount, carried, month, due_date FROM billing_charge
		WHERE project_id = ? AND id >= ? AND id <= ? AND run_id = ? AND hold = 0 ORDER BY id`, project, pt.First, pt.Last, run)
	var out []posted
	var last, k DueKey
	var sum, one dueStep
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var p posted
		err := row.Scan(&p.subject, &k.Item, &one.amount, &one.carried, &k.Month, &k.Due)
		if k != last { // they come in stretches of the same key
			due.add(last, sum)
			last, sum = k, dueStep{}
		}
		sum.amount += one.amount
		sum.carried += one.carried
		if p.item, p.amount = k.Item, one.amount-one.carried; p.amount > 0 {
			out = append(out, p)
		}
		return struct{}{}, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read charges of part: %w", err)
	}
	due.add(last, sum)
	return out, due, nil
}

// learn brings PostgreSQL's statistics up to date after a bulk write; with old
// ones it believes that a project has a handful of charges and reads them all.
func learn(ctx context.Context, tx *db.Tx) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	// PostgreSQL scales what it knows with the size of the table, so only its
	// shape must be learned anew; at every run this would cost more than a
	// small run itself.
	var counted, now int64
	err := tx.QueryRow(ctx, "SELECT relpages, pg_relation_size(oid) / 8192 FROM pg_class WHERE oid = 'billing_charge'::regclass").Scan(&counted, &now)
	if err != nil {
		return fmt.Errorf("size of charges: %w", err)
	}
	if now <= 4*counted+100 {
		return nil
	}
	if _, err := tx.Exec(ctx, "ANALYZE billing_charge"); err != nil {
		return fmt.Errorf("analyze charges: %w", err)
	}
	return nil
}

func buryPart(ctx context.Context, tx *db.Tx, project, run id.ID, pt part) error {
	_, err := tx.Exec(ctx, "UPDATE billing_charge SET live = 0 WHERE project_id = ? AND id >= ? AND id <= ? AND run_id = ?",
		project, pt.First, pt.Last, run)
	if err != nil {
		return fmt.Errorf("bury charges of part: %w", err)
	}
	return nil
}
