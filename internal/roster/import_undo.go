package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/spool"
)

// Why an import cannot be taken back.
var (
	ErrNotApplied = fault.New(fault.Conflict, "import_not_applied", "这份文件没有导入，或已经撤销")
	ErrNoJournal  = fault.New(fault.Conflict, "import_no_journal", "这次导入在能撤销之前完成，不能撤销，请在房屋页更正")
	ErrUsed       = fault.New(fault.Conflict, "import_used", "导入的房屋或住户已经用在别处，不能整批撤销")
	ErrChanged    = fault.New(fault.Conflict, "import_changed", "导入以后有内容被改过，不能整批撤销")
)

// journal remembers what an import does, so that it can be taken back.
type journal struct {
	tables  []db.Table
	touched map[string][]id.ID // rows that the import may change, by table
	before  spool.File         // their values, in the order of BulkTables and touched
}

// rowText is a row as estate.BulkRows reads it.
type rowText string

// Code names the one field of a row for the spool.
func (r *rowText) Code(c *spool.Coder) { c.Text((*string)(r)) }

// journalRows is how many rows the journal compares at a time.
const journalRows = 1000

// beginJournal reads the rows that a plan may change, before it changes them.
func (s *Service) beginJournal(ctx context.Context, tx *db.Tx, p *plan) (*journal, error) {
	tables, err := s.db.ProjectTables(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range p.buildings {
		if b.isNew || !b.changed {
			continue
		}
		p.touchedRow("estate_building", b.ID)
		rooms, err := s.estate.RoomsOfBuilding(ctx, tx, p.project.ID, b.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range rooms {
			p.touchedRow("estate_room", r.ID)
		}
	}
	j := &journal{tables: tables, touched: p.touched}
	for table, ids := range j.touched {
		slices.Sort(ids)
		j.touched[table] = slices.Compact(ids)
	}
	for _, table := range estate.BulkTables() {
		err := s.eachTouched(ctx, tx, p.project.ID, j, table, func(_ id.ID, now string) error {
			row := rowText(now)
			_, err := j.before.Add(&row)
			return err
		})
		if err != nil {
			return nil, errors.Join(err, j.before.Close())
		}
	}
	return j, nil
}

// eachTouched hands on the rows of a table that the import may change as they
// are now.
func (s *Service) eachTouched(ctx context.Context, q db.Q, project id.ID, j *journal, table string, fn func(row id.ID, now string) error) error {
	for part := range slices.Chunk(j.touched[table], journalRows) {
		now, err := s.estate.BulkRows(ctx, q, table, j.columns(table), project, part)
		if err != nil {
			return err
		}
		for _, row := range part {
			if err := fn(row, now[row]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *journal) columns(table string) []string {
	for _, t := range j.tables {
		if t.Name == table {
			return t.Columns
		}
	}
	return nil
}

// closeJournal stores the journal after the plan has been written: table by
// table what was made, then what was changed.
func (s *Service) closeJournal(ctx context.Context, tx *db.Tx, j *journal, imp id.ID, p *plan, t *tracer) error {
	project, at := p.project.ID, int64(0)
	w := stepWriter{project: project, imp: imp}
	for _, table := range estate.BulkTables() {
		for part := range slices.Chunk(p.made[table], journalRows) {
			now, err := s.estate.BulkRows(ctx, tx, table, estate.BulkStamp(table), project, part)
			if err != nil {
				return err
			}
			if err := w.add(ctx, tx, madeStep(table, part, now)); err != nil {
				return err
			}
			if err := t.made(ctx, tx, table, part, now); err != nil {
				return err
			}
		}
		err := s.eachTouched(ctx, tx, project, j, table, func(row id.ID, after string) (err error) {
			var before rowText
			if at, err = j.before.Next(at, &before); err != nil || string(before) == after {
				return err
			}
			columns := j.columns(table)
			if err := w.add(ctx, tx, changedStep(table, row, columns, string(before), after)); err != nil {
				return err
			}
			return t.changed(ctx, tx, table, row, columns, string(before), after)
		})
		if err != nil {
			return err
		}
	}
	return w.flush(ctx, tx)
}

// UndoImport takes a whole import back: what it made is deleted, what it
// changed is as it was before, to the letter. Refused as soon as anything of
// it was changed, billed or used since. Errors: ErrNotApplied, ErrNoJournal,
// ErrUsed, ErrChanged, fault.ErrNotFound.
func (s *Service) UndoImport(ctx context.Context, who actor.Actor, project, imp id.ID) (Import, error) {
	tables, err := s.db.ProjectTables(ctx)
	if err != nil {
		return Import{}, err
	}
	var im Import
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.estate.Lock(ctx, tx, project); err != nil {
			return err
		}
		if err := lockImport(ctx, tx, project, imp); err != nil {
			return err
		}
		if im, err = oneImport(ctx, tx, project, imp); err != nil {
			return err
		}
		if im.State != ImportApplied {
			return ErrNotApplied
		}
		if im.Kind != KindRoster {
			return s.undoKind(ctx, tx, who, project, &im)
		}
		if err := dropKept(ctx, tx, project, imp); err != nil {
			return err
		}
		t := s.trace(tx, project, "撤销导入 "+im.FileName, map[string][]id.ID{})
		if err := s.takeBack(ctx, tx, project, imp, tables, id.At(im.AppliedAt)+1<<22, t); err != nil {
			return err
		}
		c := im.Report.Counts
		im.State, im.UndoneBy, im.UndoneAt = ImportUndone, who.Name, tx.Now()
		if err := dropSteps(ctx, tx, project, imp); err != nil {
			return err
		}
		if err := t.end(ctx, tx, audit.Entry{Project: project, Who: who, Action: "estate.import_undone", Kind: "import", Subject: imp,
			Summary: fmt.Sprintf("撤销导入 %s：删去房屋 %d、住户 %d，还原房屋 %d、住户 %d", im.FileName, c.Rooms, c.People, c.RoomsChanged, c.PeopleChanged),
			After:   map[string]any{"sha256": im.Hash, "counts": c}}); err != nil {
			return err
		}
		return updateImport(ctx, tx, project, &im)
	})
	return im, err
}

// takeBack goes through the journal three times, never holding more than a page
// of it: nothing may have changed since, what was made goes, what was changed
// is as it was.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, project, imp id.ID, tables []db.Table, since id.ID, t *tracer) error {
	var fresh, edited []id.ID
	err := eachStep(ctx, tx, project, imp, func(st *step) error {
		if st.kind == stepMade {
			fresh, t.fresh[st.table] = append(fresh, st.data.Rows...), append(t.fresh[st.table], st.data.Rows...)
		} else {
			edited = append(edited, st.data.Rows...)
		}
		return s.same(ctx, tx, project, st)
	})
	if err != nil {
		return err
	}
	if len(fresh)+len(edited) == 0 {
		return ErrNoJournal
	}
	slices.Sort(fresh)
	slices.Sort(edited)
	for _, rows := range t.fresh {
		slices.Sort(rows)
	}
	mine := slices.Concat(fresh, edited)
	slices.Sort(mine)
	others := slices.DeleteFunc(slices.Clone(tables), func(t db.Table) bool {
		return t.Name == "estate_term" || strings.HasPrefix(t.Name, "estate_import") || !usesRooms(t.Name)
	})
	table, err := tx.Mention(ctx, others, int64(project), fresh, mine, 0)
	if err == nil && table == "" {
		billed := slices.DeleteFunc(others, func(t db.Table) bool { return strings.HasPrefix(t.Name, "estate_") })
		table, err = tx.Mention(ctx, billed, int64(project), edited, mine, int64(since))
	}
	if err != nil {
		return err
	}
	if table != "" {
		return ErrUsed.Say("导入的房屋或住户%s，不能整批撤销", use(table))
	}
	err = eachStep(ctx, tx, project, imp, func(st *step) error { // in the order of BulkTables, in which rows may go
		if st.kind != stepMade {
			return nil
		}
		if err := t.leaving(ctx, tx, st); err != nil {
			return err
		}
		return s.estate.DropRows(ctx, tx, project, map[string][]id.ID{st.table: st.data.Rows})
	})
	if err != nil {
		return err
	}
	return eachStep(ctx, tx, project, imp, func(st *step) error {
		if st.kind != stepChanged {
			return nil
		}
		if err := t.returning(ctx, tx, st); err != nil {
			return err
		}
		return s.estate.RestoreRow(ctx, tx, st.table, st.data.Columns, project, st.data.Rows[0], st.data.Before)
	})
}

// usesRooms leaves out the tables that only tell what happened.
func usesRooms(table string) bool {
	room, _, _ := strings.Cut(table, "_")
	return room != "audit" && room != "kit" && room != "file" && room != "identity"
}

// use says what a table has to do with a room.
func use(table string) string {
	switch room, rest, _ := strings.Cut(table, "_"); room {
	case "billing":
		return "已经出过账或设了费用"
	case "cashier", "payment", "ledger":
		return "已经收过款"
	case "estate":
		if rest == "occupant" {
			return "后来又登记了别的人"
		}
		if rest == "room" || rest == "unit" {
			return "所在的楼后来又加了房屋"
		}
		return "后来又登记了别的内容"
	}
	return "已经用在别处"
}
