package shift

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// openShiftOf is the id of the cashier's open shift, or 0.
func openShiftOf(ctx context.Context, q db.Q, project, cashier id.ID) (id.ID, error) {
	var shift id.ID
	err := q.QueryRow(ctx, "SELECT id FROM cashier_shift WHERE project_id = ? AND cashier_id = ? AND state = 'open'", project, cashier).Scan(&shift)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return shift, err
}

type openShift struct{ project, shift id.ID }

// openUnattended finds the shifts of no person that were opened before a day, in
// all projects.
func openUnattended(ctx context.Context, q db.Q, before clock.Date) ([]openShift, error) {
	rows, err := q.Query(ctx, "SELECT project_id, id FROM cashier_shift WHERE cashier_id = 0 AND state = 'open' AND opened_on < ? ORDER BY project_id, id", before)
	return db.Collect(rows, err, func(row db.Scanner) (openShift, error) {
		var at openShift
		err := row.Scan(&at.project, &at.shift)
		return at, err
	})
}

// lastKept is what the newest closed shift of the cashier left in the drawer.
func lastKept(ctx context.Context, q db.Q, project, cashier id.ID) (money.Fen, error) {
	var kept money.Fen
	err := q.QueryRow(ctx, `SELECT counted - handed FROM cashier_shift WHERE project_id = ? AND cashier_id = ? AND state = 'closed'
		ORDER BY id DESC LIMIT 1`, project, cashier).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return kept, err
}

// lockShift waits for whoever works on the shift and tells its state then.
func lockShift(ctx context.Context, tx *db.Tx, project, shift id.ID) (cashier.ShiftState, error) {
	if err := tx.Lock(ctx, "SELECT id FROM cashier_shift WHERE project_id = ? AND id = ?", project, shift); err != nil {
		return "", err
	}
	var state cashier.ShiftState
	err := tx.QueryRow(ctx, "SELECT state FROM cashier_shift WHERE project_id = ? AND id = ?", project, shift).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.ErrNotFound
	}
	return state, err
}

// shiftMarks tells states and numbers of shifts.
func shiftMarks(ctx context.Context, q db.Q, project id.ID, shifts []id.ID) (map[id.ID]cashier.ShiftMark, error) {
	out := map[id.ID]cashier.ShiftMark{}
	for part := range slices.Chunk(shifts, chunk) {
		args := []any{project}
		for _, shift := range part {
			args = append(args, shift)
		}
		rows, err := q.Query(ctx, "SELECT id, state, number FROM cashier_shift WHERE project_id = ? AND id IN ("+db.In(len(part))+")", args...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var shift id.ID
			var m cashier.ShiftMark
			err := row.Scan(&shift, &m.State, &m.Number)
			out[shift] = m
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

const shiftColumns = `s.id, s.number, s.year, s.seq, s.cashier_id, s.cashier_name, s.state, s.opened_at, s.opened_on, s.imprest, s.expected,
	s.counted, s.reason, s.handed, s.closed_at, s.closed_on, s.closed_by, s.closed_name`

func scanShift(row db.Scanner) (Shift, error) {
	var sh Shift
	var opened, closed int64
	err := row.Scan(&sh.ID, &sh.Number, &sh.Year, &sh.Seq, &sh.Cashier, &sh.CashierName, &sh.State, &opened, &sh.OpenedOn, &sh.Imprest, &sh.Expected,
		&sh.Counted, &sh.Reason, &sh.Handed, &closed, &sh.ClosedOn, &sh.ClosedBy, &sh.ClosedName)
	sh.OpenedAt, sh.ClosedAt, sh.Sums, sh.Counts = db.Micro(opened), db.Micro(closed), []cashier.ShiftSum{}, []Count{}
	return sh, err
}

// insertShift writes an open shift; false when the cashier has one already.
func insertShift(ctx context.Context, tx *db.Tx, project id.ID, sh *Shift) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO cashier_shift (project_id, id, number, year, seq, cashier_id, cashier_name, state, opened_at, opened_on,
		imprest, expected, counted, reason, handed, closed_at, closed_on, closed_by, closed_name)
		VALUES (?, ?, '', 0, 0, ?, ?, 'open', ?, ?, ?, 0, 0, '', 0, 0, 0, 0, '')
		ON CONFLICT (project_id, cashier_id) WHERE state = 'open' DO NOTHING`,
		project, sh.ID, sh.Cashier, sh.CashierName, sh.OpenedAt, sh.OpenedOn, sh.Imprest)
	return n == 1, err
}

func insertCount(ctx context.Context, tx *db.Tx, project, shift id.ID, c *Count) error {
	_, err := tx.Exec(ctx, `INSERT INTO cashier_count (project_id, shift_id, no, counted, notes, expected, by_id, by_name, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, project, shift, c.No, c.Counted, notesText(c.Notes), c.Expected, c.By, c.ByName, c.At)
	return err
}

// notesText is how counted notes are stored: 10000x3 5000x1.
func notesText(notes []Note) string {
	parts := []string{}
	for _, n := range notes {
		if n.N > 0 {
			parts = append(parts, fmt.Sprintf("%dx%d", int64(n.Value), n.N))
		}
	}
	return strings.Join(parts, " ")
}

func parseNotes(text string) ([]Note, error) {
	out := []Note{}
	for part := range strings.FieldsSeq(text) {
		var n Note
		if _, err := fmt.Sscanf(part, "%dx%d", &n.Value, &n.N); err != nil {
			return nil, fmt.Errorf("counted notes %q: %w", text, err)
		}
		out = append(out, n)
	}
	return out, nil
}

func updateClosed(ctx context.Context, tx *db.Tx, project id.ID, sh *Shift) error {
	n, err := tx.Exec(ctx, `UPDATE cashier_shift SET state = ?, number = ?, year = ?, seq = ?, expected = ?, counted = ?, reason = ?, handed = ?,
		closed_at = ?, closed_on = ?, closed_by = ?, closed_name = ? WHERE project_id = ? AND id = ? AND state = 'open'`,
		string(sh.State), sh.Number, sh.Year, sh.Seq, sh.Expected, sh.Counted, sh.Reason, sh.Handed,
		sh.ClosedAt, sh.ClosedOn, sh.ClosedBy, sh.ClosedName, project, sh.ID)
	if err == nil && n != 1 {
		err = ErrShiftShut
	}
	for i := 0; err == nil && i < len(sh.Sums); i++ {
		m := &sh.Sums[i]
		_, err = tx.Exec(ctx, "INSERT INTO cashier_shift_sum (project_id, shift_id, method, receipts, amount, voids, voided) VALUES (?, ?, ?, ?, ?, ?, ?)",
			project, sh.ID, string(m.Method), m.Receipts, m.Amount, m.Voids, m.Voided)
	}
	return err
}

func (s *Service) wholeShift(ctx context.Context, q db.Q, project, shift id.ID) (Shift, error) {
	sh, err := scanShift(q.QueryRow(ctx, "SELECT "+shiftColumns+" FROM cashier_shift s WHERE s.project_id = ? AND s.id = ?", project, shift))
	if errors.Is(err, sql.ErrNoRows) {
		return sh, fault.ErrNotFound
	}
	if err != nil {
		return sh, err
	}
	one := []Shift{sh}
	err = s.fillShifts(ctx, q, project, one)
	return one[0], err
}

func listShifts(ctx context.Context, q db.Q, project id.ID, f *ShiftFilter, before id.ID) ([]Shift, error) {
	where, list := " WHERE s.project_id = ?", []any{project}
	add := func(on bool, text string, value any) {
		if on {
			where += " AND " + text
			list = append(list, value)
		}
	}
	add(before != 0, "s.id < ?", before)
	add(f.Cashier != 0, "s.cashier_id = ?", f.Cashier)
	add(f.State != "", "s.state = ?", string(f.State))
	add(f.From != 0, "s.opened_on >= ?", f.From)
	add(f.Until != 0, "s.opened_on <= ?", f.Until)
	add(f.Late, "s.state = 'open' AND s.opened_on < ?", f.today)
	rows, err := q.Query(ctx, "SELECT "+shiftColumns+" FROM cashier_shift s"+where+" ORDER BY s.id DESC LIMIT ?", append(list, f.Limit+1)...)
	return db.Collect(rows, err, scanShift)
}

// fillShifts adds sums and counts to at most one page of shifts: the sums that
// were kept at the closing, or those of the receipts while it has not come. What
// was given back was never kept apart; the red receipts of the shift tell it.
func (s *Service) fillShifts(ctx context.Context, q db.Q, project id.ID, list []Shift) error {
	at, shut, all := map[id.ID]*Shift{}, []id.ID{}, []id.ID{}
	for i := range list {
		at[list[i].ID] = &list[i]
		all = append(all, list[i].ID)
		if list[i].State == cashier.ShiftClosed {
			shut = append(shut, list[i].ID)
		}
	}
	read := func(query string, ids []id.ID, scan func(row db.Scanner) error) error {
		if len(ids) == 0 {
			return nil
		}
		args := []any{project}
		for _, one := range ids {
			args = append(args, one)
		}
		rows, err := q.Query(ctx, strings.Replace(query, "{in}", db.In(len(ids)), 1), args...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) { return struct{}{}, scan(row) })
		return err
	}
	sum := func(row db.Scanner) error {
		var shift id.ID
		var m cashier.ShiftSum
		err := row.Scan(&shift, &m.Method, &m.Receipts, &m.Amount, &m.Voids, &m.Voided)
		if err == nil {
			at[shift].Sums = append(at[shift].Sums, m)
		}
		return err
	}
	err := errors.Join(
		read(`SELECT shift_id, method, receipts, amount, voids, voided FROM cashier_shift_sum WHERE project_id = ? AND shift_id IN ({in})
			ORDER BY shift_id, method`, shut, sum),
		read(`SELECT shift_id, no, counted, notes, expected, by_id, by_name, at FROM cashier_count WHERE project_id = ? AND shift_id IN ({in})
			ORDER BY shift_id, no`, all, func(row db.Scanner) error { return scanCount(row, at) }))
	if err != nil {
		return err
	}
	live, err := s.cashier.ShiftSums(ctx, q, project, all)
	if err != nil {
		return err
	}
	rounded, err := s.cashier.ShiftRounded(ctx, q, project, all)
	if err != nil {
		return err
	}
	for _, sh := range at {
		sh.Rounded = rounded[sh.ID]
		if sh.State == cashier.ShiftClosed {
			sh.part(live[sh.ID])
			continue
		}
		sh.Sums = append(sh.Sums, live[sh.ID]...)
		if sh.Expected = sh.cashDue(); len(sh.Counts) > 0 {
			sh.Counted = sh.Counts[len(sh.Counts)-1].Counted
		}
	}
	return nil
}

func scanCount(row db.Scanner, into map[id.ID]*Shift) error {
	var shift id.ID
	var c Count
	var notes string
	var at int64
	err := row.Scan(&shift, &c.No, &c.Counted, &notes, &c.Expected, &c.By, &c.ByName, &at)
	if err != nil {
		return err
	}
	if c.Notes, err = parseNotes(notes); err != nil {
		return err
	}
	c.At = db.Micro(at)
	into[shift].Counts = append(into[shift].Counts, c)
	return nil
}
